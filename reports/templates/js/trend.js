// How the runtimes fared over many results: small plots, and what changed at which point.

const OPEN_LINES = 6, LABELLED = 24;

function trendView() {
  const series = data.trend || [];
  const head = h("h2", { tabindex: "-1" }, "Trend");
  if (!series.length) {
    return [head, h("p", {}, "A trend needs results of several dates, or of several releases of a runtime: give the older ones with ", h("code", {}, "--history FILE"), ".")];
  }
  const parts = [["release", "By release"], ["date", "By date"]].map(([axis, title]) => {
    const mine = series.filter((one) => one.axis === axis);
    return mine.length ? section(title, h("div", { class: "multiples" }, mine.map(smallPlot))) : null;
  });
  return [head, h("p", { class: "quiet" }, "Each bar counts the cases that violate or are unknown at one point in time; ✗ below a bar: something broke there. Bars of one plot share a scale."), parts,
    section("What changed, point by point", linesSection(series)), regressions(series)];
}

// What is wrong as bars; the numbers stand above them, the labels below, where there is room for them.
function smallPlot(series) {
  const { points } = series, few = points.length <= LABELLED, tall = 60, foot = few ? 30 : 16, head = 16;
  const wide = few ? Math.max(44, ...points.map((point) => point.label.length * 6.4 + 8)) : Math.max(14, Math.floor(300 / points.length));
  const wrong = ({ counts }) => counts[1] + counts[2], most = Math.max(1, ...points.map(wrong));
  const svg = s("svg", { class: "plot", width: wide * points.length + 2, height: head + tall + foot, viewBox: `0 0 ${wide * points.length + 2} ${head + tall + foot}`, role: "img", "aria-label": points.map((point) => `${point.label}: ${point.counts[2]} violate, ${point.counts[1]} unknown, ${point.counts[0]} conform`).join("; ") });
  const floor = head + tall;
  points.forEach((point, i) => {
    const { counts, label: name } = point, middle = i * wide + wide / 2;
    let y = floor;
    for (const verdict of [1, 2]) {
      const height = (tall - 2) * counts[verdict] / most;
      y -= height;
      if (height) svg.append(s("rect", { class: VERDICTS[verdict].kind, x: i * wide + 3, y: y.toFixed(1), width: wide - 6, height: height.toFixed(1) }, s("title", {}, `${name}: ${counts[verdict]} ${VERDICTS[verdict].word}`)));
    }
    svg.append(s("rect", { class: wrong(point) ? "na" : "ok", x: i * wide + 3, y: floor, width: wide - 6, height: 3 }, s("title", {}, `${name}: ${counts[0]} conform`)));
    if (few) svg.append(s("text", { class: wrong(point) ? "point" : "point none", x: middle, y: y - 4, "text-anchor": "middle" }, wrong(point) ? String(wrong(point)) : "✓"));
    const broke = series.changes.filter((change) => change.at === i && change.kind === "broke").length;
    if (broke) svg.append(s("text", { class: "broke", x: middle, y: floor + 14, "text-anchor": "middle" }, few ? `✗${broke}` : "✗", s("title", {}, `${broke} broke at ${name}`)));
    if (few) svg.append(s("text", { class: "point", x: middle, y: floor + 27, "text-anchor": "middle" }, name));
  });
  return h("figure", { class: "multiple" }, h("figcaption", {}, h("b", {}, series.runtime), ` on Python ${series.python}`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${series.runtime} on Python ${series.python}` }, svg),
    few ? null : h("p", { class: "ends" }, h("span", {}, points[0].label), h("span", {}, points.at(-1).label)),
    h("p", {}, h("small", {}, `at ${points.at(-1).label}: `), stackedBar(points.at(-1).counts, true)));
}

// ---------------------------------------------------------------- each scenario over all points

function linesSection(series) {
  const changed = series.filter((one) => one.lines.length);
  if (!changed.length) return h("p", { class: "quiet" }, "Nothing, at any point.");
  return changed.map((one, i) => {
    const broke = one.changes.filter((change) => change.kind === "broke").length;
    const node = folded([h("b", {}, one.runtime), ` on Python ${one.python}, by ${one.axis}: ${plural(one.lines.length, "scenario")}`, broke ? [", ", verdict("bad", `broke ${plural(broke, "time")}`)] : null], () => linesTable(one));
    node.className = "areas";
    if (i < OPEN_LINES && (broke || !i)) { node.unfold(); node.open = true; }
    return node;
  });
}

const KIND_OF_FACE = new Map(VERDICTS.map((one) => [{ ok: "CONFORMS", bad: "VIOLATES", unknown: "UNKNOWN", na: "NOT APPLICABLE" }[one.kind], one.kind]));

function linesTable(series) {
  const cell = (face, i, faces) => {
    if (!face) return h("td", {}, h("span", { class: "quiet" }, "·"), hidden("did not run"));
    const [word, answer = ""] = split(face, ":"), kind = KIND_OF_FACE.get(word), before = faces.slice(0, i).findLast(Boolean);
    const turned = before !== undefined && before !== face, otherwise = turned && split(before, ":")[0] === word;
    return h("td", { class: kind + (turned ? " turned" : "") + (otherwise ? " otherwise" : ""), title: `${series.points[i].label}: ${face}` }, h("span", { class: "sign", "aria-hidden": "true" }, KINDS[kind].symbol), hidden(KINDS[kind].word + " "),
      answer && (turned || before === undefined) ? h("small", {}, answer.trim()) : null);
  };
  return [h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${series.runtime} on Python ${series.python}, point by point` }, h("table", { class: "course" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "scenario"), series.points.map((point) => h("th", { scope: "col" }, point.label)))),
    h("tbody", {}, series.lines.map(([id, ...faces]) => h("tr", {}, h("th", { scope: "row" }, rowOf.has(id) ? h("a", { href: to.scenario(rowOf.get(id)) }, id) : id), faces.map(cell)))))),
    series.left_out ? h("p", { class: "quiet" }, `${plural(series.left_out, "change")} more at later points are not listed.`) : null];
}

// ---------------------------------------------------------------- in words

const TREND_KINDS = ["broke", "turned unknown", "answers otherwise", "no longer applies", "mended"];

// By kind; of a kind, what came at the same point of the same runtime together, on whichever Pythons.
function regressions(series) {
  const told = new Map();
  for (const one of series) {
    for (const change of one.changes) {
      const words = [change.kind, change.scenario, change.before, change.after, one.runtime, one.points[change.at].label].join("\n");
      if (!told.has(words)) told.set(words, { change, one, where: `${one.runtime} at ${one.points[change.at].label}`, pythons: [] });
      told.get(words).pythons.push(one.python);
    }
  }
  if (!told.size) return null;
  const kinds = grouped(told.values(), ({ change }) => change.kind);
  return section("The same by kind", TREND_KINDS.filter((kind) => kinds.has(kind)).map((kind) => [h("h4", {}, verdict({ broke: "bad", mended: "ok" }[kind] || "unknown", `${kind} (${kinds.get(kind).length})`)),
    h("div", { class: "points" }, [...grouped(kinds.get(kind), ({ where }) => where)].map(([where, list]) => {
      const node = folded([h("b", {}, where), `: ${plural(list.length, "scenario")}`], () => h("ul", { class: "changes" }, list.map(trendItem)));
      node.open = kind === "broke" || list.length <= 5;
      return node;
    }))]));
}

function trendItem({ change, pythons }) {
  const row = rowOf.get(change.scenario);
  return h("li", {}, row ? h("a", { href: to.scenario(row) }, change.scenario) : h("b", {}, change.scenario), ` (Python ${[...new Set(pythons)].join(", ")}): `, h("s", {}, change.before), " → ", change.after);
}

// What broke at the newest point, for the first view.
function lastBroke() {
  const found = (data.trend || []).flatMap((one) => one.changes.filter((change) => change.kind === "broke" && change.at === one.points.length - 1).map((change) => ({ change, pythons: [one.python], where: `${one.runtime} at ${one.points[change.at].label}` })));
  if (!found.length) return null;
  return h("section", { class: "changed" }, h("h3", {}, "Broke at the newest point of the ", h("a", { href: "#trend" }, "trend")),
    [...grouped(found, ({ where }) => where)].map(([where, list]) => h("div", {}, h("h4", {}, verdict("bad", where)), h("ul", { class: "changes" }, list.slice(0, 20).map(trendItem)))));
}
