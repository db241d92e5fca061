"use strict";
// Shows what stands behind a cell, and filters the matrix. Everything supplied by scenarios and
// runtimes goes through textContent; nothing here writes markup.

const data = JSON.parse(document.getElementById("data").textContent);
const panel = document.getElementById("panel");
const SVG = "http://www.w3.org/2000/svg";
let opener = null;

function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// ---------------------------------------------------------------- the panel

function address(scenario, column) {
  return "#" + encodeURIComponent(column ? scenario + "@" + column : scenario);
}

function parseHash() {
  let text = location.hash.slice(1);
  try { text = decodeURIComponent(text); } catch { return null; }
  if (Object.hasOwn(data.scenarios, text)) return { id: text, column: null };
  const at = text.indexOf("@", 1);
  if (at < 0) return null;
  const id = text.slice(0, at), column = text.slice(at + 1);
  if (!Object.hasOwn(data.scenarios, id)) return null;
  return Object.hasOwn(data.scenarios[id].cases, column) ? { id, column } : { id, column: null };
}

function show() {
  const place = parseHash();
  document.querySelectorAll("tr.here").forEach((row) => row.classList.remove("here"));
  if (!place) {
    panel.hidden = true;
    return;
  }
  const scenario = data.scenarios[place.id];
  const found = place.column ? scenario.cases[place.column] : null;
  panel.replaceChildren(
    make("div", { class: "bar-top" },
      make("h2", { id: "panel-title" }, place.id),
      make("button", { type: "button", on: close }, "Close")),
    make("p", { class: "asked" }, scenario.asks),
    chips(place, scenario),
    ...(found ? caseParts(scenario, found) : []),
    ...scenarioParts(scenario, found));
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
  const link = document.querySelector(`.matrix a[href="${CSS.escape(address(place.id))}"]`) ||
    [...document.querySelectorAll(".matrix tbody th a")].find((a) => a.getAttribute("href") && decode(a) === place.id);
  if (link) link.closest("tr").classList.add("here");
}

function decode(link) {
  try { return decodeURIComponent(link.getAttribute("href").slice(1)); } catch { return ""; }
}

function close() {
  history.pushState(null, "", location.pathname + location.search);
  show();
  if (opener && opener.isConnected) opener.focus();
}

function chips(place, scenario) {
  const items = Object.entries(scenario.cases).map(([key, found]) => {
    const column = data.columns[key];
    const label = key === column.address ? column.address : `${column.address} ${column.version} py ${column.python}`;
    const link = make("a", { href: address(place.id, key), "aria-current": key === place.column ? "true" : null },
      make("span", { class: found.kind }, found.symbol + " "), label,
      make("span", { class: "answer" }, found.answer || found.word));
    return make("li", {}, link);
  });
  return make("ul", { class: "chips", "aria-label": "Runtimes" }, ...items);
}

function caseParts(scenario, found) {
  const verdict = make("div", { class: "verdict " + found.kind },
    make("b", { class: found.kind }, `${found.symbol} ${found.word}`),
    found.answer ? make("p", {}, "answer: ", make("b", {}, found.answer)) : null,
    found.reason ? make("p", {}, found.reason) : null,
    ...found.marks.map((mark) => make("p", {}, make("span", { class: "mark" }, "◆ "), mark)));
  const parts = [verdict];
  if (found.token) parts.push(replayLine(found.token));
  found.histograms.forEach((histogram, index) => {
    if (index === 0) {
      parts.push(make("h3", {}, `Outcomes over ${runs(histogram)}, on a ${found.clock} clock`), ...outcomes(scenario, histogram));
    } else {
      parts.push(make("details", {},
        make("summary", {}, `with a checkpoint before ${histogram.injected}: ${runs(histogram)}, ${plural(histogram.seen.length, "outcome")}${worst(histogram)}`),
        make("pre", {}, histogram.program), ...outcomes(scenario, histogram)));
    }
  });
  return parts;
}

function runs(histogram) {
  return plural(histogram.seen.reduce((sum, seen) => sum + seen.count, 0), "run");
}

function worst(histogram) {
  const grades = histogram.seen.map((seen) => seen.grade);
  return ["FORBIDDEN", "INTERESTING"].filter((grade) => grades.includes(grade)).map((grade) => ", " + grade).join("");
}

function plural(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function outcomes(scenario, histogram) {
  const acceptable = histogram.seen.filter((seen) => seen.grade === "ACCEPTABLE").map((seen) => seen.outcome);
  const allowed = [...histogram.unseen, ...acceptable];
  const most = Math.max(1, ...histogram.seen.map((seen) => seen.count));
  const rows = histogram.seen.map((seen) => make("tr", {},
    make("td", { class: "many" }, `${seen.count} ×`, bar(seen.count / most), make("small", {}, seen.seed)),
    make("td", {}, seen.grade === "FORBIDDEN" ? compared(seen.outcome, allowed) : lines(seen.outcome),
      seen.breaks ? make("div", { class: "why" }, seen.breaks) : null,
      make("details", {}, make("summary", {}, "trace and replay"), trace(scenario, seen.trace), replayLine(seen.token))),
    make("td", { class: "grade" }, make("span", { class: seen.grade }, seen.grade),
      seen.freedom ? make("div", {}, make("small", {}, seen.freedom)) : null,
      ...seen.labels.map((label) => make("div", {}, make("span", { class: "tag" }, label))))));
  const never = histogram.unseen.map((outcome) => make("tr", { class: "never" },
    make("td", { class: "many" }, "never"), make("td", {}, lines(outcome)), make("td", {}, "allowed, not seen")));
  const table = make("table", { class: "outcomes" },
    make("thead", {}, make("tr", {}, ...["seen", "outcome", "the reference says"].map((h) => make("th", { scope: "col" }, h)))),
    make("tbody", {}, ...rows, ...never.slice(0, 8)));
  const parts = [table];
  if (never.length > 8) {
    parts.push(make("details", {}, make("summary", {}, `${never.length - 8} more allowed outcomes that were not seen`),
      make("table", { class: "outcomes" }, make("tbody", {}, ...never.slice(8)))));
  }
  const said = histogram.oracle === "complete"
    ? `The reference allows ${plural(histogram.allowed, "outcome")}` + (histogram.allowed > histogram.listed ? `, of which ${histogram.listed} are listed.` : ".")
    : `The reference: ${histogram.oracle}. Labels alone judge.`;
  parts.push(make("p", { class: "quiet" }, said));
  return parts;
}

function bar(share) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 6");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", String(100 * share));
  rect.setAttribute("height", "6");
  svg.append(rect);
  return svg;
}

function lines(outcome) {
  return make("div", { class: "lines" }, ...outcome.map((line) => make("div", {}, line)));
}

function compared(outcome, allowed) {
  // The lines in which a forbidden outcome parts from the nearest allowed one.
  const same = (other) => outcome.filter((line) => other.includes(line)).length;
  const nearest = allowed.reduce((best, other) => (best === null || same(other) > same(best) ? other : best), null);
  if (nearest === null) return lines(outcome);
  const subject = (line) => line.split(":", 1)[0];
  const parts = outcome.flatMap((line) => {
    if (nearest.includes(line)) return [make("div", {}, line)];
    const instead = nearest.find((other) => subject(other) === subject(line));
    return [make("div", { class: "differs" }, line),
      make("div", { class: "nearest" }, instead ? "nearest allowed: " + instead : "nearest allowed: nothing of this")];
  });
  const lacking = nearest.filter((line) => !outcome.some((other) => subject(other) === subject(line)));
  parts.push(...lacking.map((line) => make("div", { class: "nearest" }, "nearest allowed also has: " + line)));
  return make("div", { class: "lines" }, ...parts);
}

function trace(scenario, events) {
  if (!events.length) return make("p", { class: "quiet" }, "no trace");
  const head = make("tr", {}, make("th", { scope: "col", class: "at" }, "tick"),
    ...scenario.tasks.map((task) => make("th", { scope: "col" }, task)));
  const sign = { begin: "", end: "✓ ", error: "✗ " };
  let pending = {};
  const rows = events.map(([tick, task, what, detail]) => {
    if (what === "begin") pending[task] = detail;
    const text = what === "begin" ? detail : (sign[what] || "") + (detail || pending[task] || "");
    return make("tr", {}, make("td", { class: "at" }, tick === null ? "" : String(tick)),
      ...scenario.tasks.map((name) => name === task ? make("td", { class: what }, text) : make("td")));
  });
  return make("div", { class: "scroll" }, make("table", { class: "trace" }, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function scenarioParts(scenario, found) {
  const parts = [];
  if (scenario.rule) {
    const rule = scenario.rule;
    const binds = found ? (found.binds ? "binds this runtime" : "not promised by this runtime's documents: shown as an observation") : "";
    parts.push(make("h3", {}, `Rule (${rule.strength})`, binds ? make("small", {}, " " + binds) : null));
    parts.push(make("dl", {},
      ...rule.required.flatMap((text, i) => [make("dt", {}, i ? "or" : "required"), make("dd", {}, text)]),
      ...rule.forbidden.flatMap((text) => [make("dt", {}, "forbidden"), make("dd", {}, text)])));
  }
  const answers = Object.entries(scenario.answers);
  if (answers.length) {
    const seen = found && found.answer ? found.answer.split(" | ") : [];
    parts.push(make("h3", {}, "Possible answers"));
    parts.push(make("dl", {}, ...answers.flatMap(([word, meaning]) =>
      [make("dt", { class: seen.includes(word) ? "seen" : null }, word), make("dd", {}, meaning)])));
  }
  parts.push(make("h3", {}, "Program"), make("pre", { tabindex: "0" }, scenario.program));
  parts.push(make("h3", {}, "Where it is written down"));
  parts.push(make("dl", {}, ...Object.entries(scenario.sources).flatMap(([family, where]) =>
    [make("dt", {}, family), make("dd", {}, source(where))])));
  parts.push(make("p", { class: "quiet" }, "hash ", make("code", {}, scenario.hash)));
  return parts;
}

function source(where) {
  return /^https:\/\/[^\s]+$/.test(where) ? make("a", { href: where, rel: "noreferrer noopener" }, where) : where;
}

function replayLine(token) {
  const command = "conformance replay " + token;
  const button = make("button", { type: "button", class: "copy" }, "Copy");
  button.addEventListener("click", () => copy(command, button));
  return make("div", { class: "replay" }, make("code", { tabindex: "0" }, command), button);
}

async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    const area = make("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  button.textContent = done ? "Copied" : "Press Ctrl-C";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// ---------------------------------------------------------------- filters

const rows = [...document.querySelectorAll("tr.row")].map((row) => ({
  row, text: row.dataset.search, kinds: new Set(row.dataset.kinds.split(" ")), body: row.parentElement,
}));
const inputs = Object.fromEntries(["find", "verdict", "differs", "marked"].map((id) => [id, document.getElementById(id)]));

function filter() {
  const words = inputs.find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const alive = new Set();
  for (const { row, text, kinds, body } of rows) {
    const fits = words.every((word) => text.includes(word)) &&
      (!inputs.verdict.value || kinds.has(inputs.verdict.value)) &&
      (!inputs.differs.checked || kinds.has("differs")) &&
      (!inputs.marked.checked || kinds.has("marked"));
    row.hidden = !fits;
    if (fits) { shown += 1; alive.add(body); }
  }
  for (const body of document.querySelectorAll(".matrix tbody")) body.hidden = !alive.has(body);
  document.getElementById("count").value = `${shown} of ${rows.length} scenarios`;
}

document.querySelector(".filters").addEventListener("input", filter);
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && !panel.contains(link)) opener = link;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) close();
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    inputs.find.focus();
  }
});
addEventListener("hashchange", show);
addEventListener("popstate", show);
filter();
show();
