// The matrix: a row for each scenario, a column for each runtime, its Pythons as one where they agree.

const MATRIX = { node: null, body: null, cache: new Map(), filters: null, pending: 0, limit: 0 };
const CHUNK = 25, MOST = 600, NARROW = 3;
const LEVELS = { MUST: "MUST", SHOULD: "SHOULD", question: "questions" };

function matrix(options) {
  if (!MATRIX.node) MATRIX.node = makeMatrix();
  setFilters(options);
  applyFilters();
  return [MATRIX.node];
}

function makeMatrix() {
  const choice = (name, label, values) => h("label", {}, label, " ", h("select", { name },
    h("option", { value: "" }, "any"), values.map(([value, word]) => h("option", { value }, word))));
  const box = (name, label) => h("label", { class: "box" }, h("input", { type: "checkbox", name }), " ", label);
  const narrow = matchMedia("(max-width: 46rem)").matches;
  const chips = runtimes.map(({ address }) => h("label", { class: "chip" }, h("input", { type: "checkbox", name: "runtime", value: address }), h("span", {}, address)));
  const form = h("form", { class: "filters", role: "search", "aria-label": "Filter scenarios" },
    h("div", { class: "line" },
      h("label", { class: "find" }, hidden("Search"), h("input", { type: "search", name: "q", placeholder: "Search scenarios and answers ( / )", autocomplete: "off", spellcheck: "false" })),
      choice("area", "area", areas.map((area) => [area, area])),
      choice("level", "level", Object.entries(LEVELS)),
      choice("verdict", "verdict", WORST_FIRST.map((v) => [VERDICTS[v].kind, VERDICTS[v].word])),
      box("differs", "only where runtimes differ"), box("marked", "only marked"),
      columns.length > runtimes.length ? box("apart", "Pythons apart") : null),
    h("details", { class: "who-runs", open: !narrow && runtimes.length < 12 }, h("summary", {}, "Runtimes: ", h("span", { id: "chosen" })),
      h("fieldset", { class: "line" }, h("legend", { class: "hidden" }, "Runtimes (none chosen: all)"), chips)),
    h("div", { class: "line" }, h("output", { id: "count", "aria-live": "polite" }), h("button", { type: "reset" }, "Clear"), h("span", { id: "hint" })));
  form.addEventListener("input", filtersChanged);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filtersChanged));
  MATRIX.form = form;
  MATRIX.body = h("div", { class: "scroll matrix", tabindex: "-1" });
  return h("div", {}, h("h2", { tabindex: "-1" }, "Matrix"), form, MATRIX.body,
    h("p", { class: "legend" }, WORST_FIRST.map((v) => verdict(VERDICTS[v].kind)), h("span", { class: "mark" }, "◆ marked: worth a look, no violation"),
      h("span", { class: "quiet" }, "Arrow keys move between cells; Enter opens one.")));
}

// ---------------------------------------------------------------- filters

function readFilters() {
  const { form } = MATRIX, value = (name) => form.elements[name]?.value || "";
  const chosen = [...form.querySelectorAll("input[name=runtime]:checked")].map((input) => input.value);
  const ticked = (name) => Boolean(form.elements[name]?.checked);
  return { q: value("q"), area: value("area"), level: value("level"), verdict: value("verdict"), runtime: chosen,
    differs: ticked("differs"), marked: ticked("marked"), apart: ticked("apart") };
}

function setFilters(options) {
  const { form } = MATRIX;
  for (const name of ["q", "area", "level", "verdict"]) if (form.elements[name].value !== (options[name] || "")) form.elements[name].value = options[name] || "";
  for (const name of ["differs", "marked", "apart"]) if (form.elements[name]) form.elements[name].checked = options[name] === "1";
  const chosen = new Set((options.runtime || "").split(",").filter(Boolean));
  for (const input of form.querySelectorAll("input[name=runtime]")) input.checked = chosen.has(input.value);
}

function filtersChanged() {
  const filters = readFilters();
  history.replaceState(null, "", to.matrix({ ...filters, runtime: filters.runtime.join(",") }));
  applyFilters();
}

// What readers of one runtime's documents call things, and what they are called here.
const ALSO = {
  fifo: ["order"], start: ["first step"], nursery: ["group"], taskgroup: ["group"], mutex: ["lock"], queue: ["channel"], socket: ["tcp"], connection: ["tcp"],
  timeout: ["deadline", "timers"], exception: ["error", "raise"], kill: ["cancel"], abort: ["cancel"], fair: ["order", "barg"], lose: ["lost"], contextvar: ["context"], thread: ["threads"],
};
const PASSED_OVER = new Set("a an the in on of is are does do i may can to for and or with what how who when me my it its from differ differs show rely happens if has there would will should runtime".split(" "));

// `fairness` is asked where `fair` is written, `sleeping` where `sleep` is.
function mentions(row, word) {
  const stem = word.replace(/(ness|ing|ed|es|s)$/, ""), words = [word, ...(ALSO[word] || []), ...(stem.length > 3 ? [stem, ...(ALSO[stem] || [])] : [])];
  return words.some((one) => begun(row.search, one));
}

// Whether a word of the text begins so: `lock` is not in `blocked`.
function begun(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = at ? text[at - 1] : "";
    if (before < "a" || before > "z") return true;
  }
  return false;
}

// `enough`: how many of the words must be found.
function fits(row, filters, words, among, enough = words.length) {
  if (filters.area && row.area !== filters.area) return false;
  if (filters.level && (filters.level === "question" ? !row.question : row.level !== filters.level)) return false;
  if (words.filter((word) => mentions(row, word)).length < enough) return false;
  if (filters.verdict || filters.marked) {
    const found = among.some((runtime) => runtime.columns.some((column) => {
      const state = row.state(column);
      return state && (!filters.verdict || state.kind === filters.verdict) && (!filters.marked || state.marks);
    }));
    if (!found) return false;
  }
  return !filters.differs || differs(row, among);
}

function applyFilters() {
  const filters = readFilters();
  const asked = filters.q.toLowerCase().split(/[\s?,]+/).filter((word) => word && !PASSED_OVER.has(word));
  // A word that is a runtime's name chooses its column.
  const chosen = filters.runtime.concat(asked.filter((word) => runtimeOf.has(word)));
  const among = chosen.length ? runtimes.filter((runtime) => chosen.includes(runtime.address)) : runtimes;
  const words = asked.filter((word) => !runtimeOf.has(word));
  let found = rows.filter((row) => fits(row, filters, words, among)), enough = words.length;
  // A sentence may hold a word that nobody used: then what has most of its words is shown, and that is told.
  while (!found.length && enough > 1) {
    enough -= 1;
    found = rows.filter((row) => fits(row, filters, words, among, enough));
  }
  const groups = filters.apart ? among.flatMap((r) => r.columns.map((c) => ({ address: r.address, columns: [c] }))) : among;
  drawMatrix(found, groups);
  const counted = found.length === rows.length ? plural(rows.length, "scenario") : `${found.length.toLocaleString("en")} of ${plural(rows.length, "scenario")}`;
  MATRIX.form.querySelector("output").value = counted + (enough < words.length && found.length ? `, with ${enough} of the ${words.length} words` : "");
  MATRIX.form.querySelector("#chosen").textContent = chosen.length ? `${among.map(({ address }) => address).join(", ")} (${among.length} of ${runtimes.length})` : `all ${runtimes.length}`;
  hint([...new Set(chosen)].map((address) => runtimeOf.get(address)).filter(Boolean), words, filters.area);
}

// Who asks for two runtimes may want to see only what tells them apart.
function hint(among, words, area) {
  const where = area || areas.find((name) => words.some((word) => word.length > 3 && name.startsWith(word))) || "";
  MATRIX.form.querySelector("#hint").replaceChildren(...(among.length === 2 ? [h("a", { href: to.pair(among[0].address, among[1].address, where) }, `What tells ${among[0].address} and ${among[1].address} apart${where ? " in " + where : ""}`)] : []));
}

// ---------------------------------------------------------------- the table

function drawMatrix(found, groups) {
  const key = groups.map((group) => group.columns.map((c) => c.at)).join(";");
  if (MATRIX.key !== key) {
    MATRIX.key = key;
    MATRIX.cache.clear();
    MATRIX.table = makeTable(groups);
    MATRIX.body.replaceChildren(MATRIX.table);
    const { table } = MATRIX;
    requestAnimationFrame(() => table.style.setProperty("--head", table.tHead.offsetHeight + "px"));
  }
  MATRIX.found = found;
  MATRIX.groups = groups;
  MATRIX.limit = MOST;
  clearTimeout(MATRIX.pending);
  for (const body of MATRIX.table.querySelectorAll("tbody")) body.remove();
  MATRIX.body.querySelector(".more-rows")?.remove();
  MATRIX.table.setAttribute("aria-rowcount", String(found.length + 1));
  MATRIX.last = null;
  append(0, inSight());
  if (!found.length) MATRIX.table.append(h("tbody", { role: "rowgroup" }, h("tr", { role: "row", class: "none" }, h("td", { role: "gridcell" }, "No scenario fits."))));
  rove(MATRIX.table.querySelector("tbody a"));
}

function makeTable(groups) {
  const head = h("tr", { role: "row" }, h("th", { role: "columnheader", class: "corner" }, "scenario"), groups.map((group) => {
    const versions = [...new Set(group.columns.filter((c) => c.version !== c.python).map((c) => c.version))];
    return h("th", { role: "columnheader" }, h("b", {}, group.address.split(":").map((part, i) => [i ? [":", h("wbr")] : "", part])), h("small", {}, versions.join(", ") || "\u00a0"),
      h("small", {}, "py " + (group.columns.length > 1 ? group.columns.map((c) => c.minor).filter((v, i, all) => all.indexOf(v) === i).join(" ") : group.columns[0].python)));
  }));
  const table = h("table", { role: "grid", class: groups.length > 10 ? "broad" : groups.length > NARROW ? null : "few", "aria-label": "Scenarios by runtimes" }, h("thead", { role: "rowgroup" }, head));
  table.style.setProperty("--columns", String(groups.length));
  table.addEventListener("keydown", gridKeys);
  table.addEventListener("focusin", (event) => { if (event.target.closest("tbody") && event.target.matches("a")) rove(event.target); });
  return table;
}

// About as many rows as the window shows below the filters.
const inSight = () => Math.max(6, Math.ceil(innerHeight / 90));

// Rows are put in by slices: those in sight at once, the others after they have been painted.
function append(from, upto) {
  const { found, groups, cache, table } = MATRIX;
  const stop = Math.min(upto, found.length, MATRIX.limit);
  for (let at = from; at < stop; at++) {
    const row = found[at];
    if (!MATRIX.last || MATRIX.last.area !== row.area) {
      const title = h("tr", { role: "row", class: "area" }, h("th", { role: "rowheader" }, h("span", {}, row.area, " ", h("small", {}, found.reduce((n, r) => n + (r.area === row.area), 0)))));
      MATRIX.last = { area: row.area, body: h("tbody", { role: "rowgroup" }, title) };
      table.append(MATRIX.last.body);
    }
    if (!cache.has(row)) cache.set(row, makeTableRow(row, groups));
    MATRIX.last.body.append(cache.get(row));
  }
  if (stop < Math.min(found.length, MATRIX.limit)) MATRIX.pending = setTimeout(() => append(stop, stop + CHUNK), 40);
  else if (stop < found.length) MATRIX.body.append(moreRows(stop));
}

function moreRows(stop) {
  const button = h("button", { type: "button", class: "more-rows" }, `Show ${Math.min(MOST, MATRIX.found.length - stop)} of ${MATRIX.found.length - stop} more`);
  button.addEventListener("click", () => { button.remove(); MATRIX.limit += MOST; append(stop, stop + CHUNK); });
  return button;
}

function makeTableRow(row, groups) {
  const tags = [row.level, row.question ? "question" : ""].filter(Boolean).map((tag) => [" ", h("span", { class: "tag" }, tag)]);
  return h("tr", { role: "row" },
    h("th", { role: "rowheader" }, h("a", { href: to.scenario(row), tabindex: "-1" }, row.name), tags, h("span", { class: "asks" }, row.asks)),
    groups.map((group) => cell(row, group)));
}

function cell(row, group) {
  const found = faces(row, group);
  if (!found.length) return h("td", { role: "gridcell", class: "absent", "data-who": group.address }, h("span", { class: "quiet" }, "·"), hidden("did not run"));
  const worst = found.reduce((a, b) => (WORST_FIRST.indexOf(b.state.verdict) < WORST_FIRST.indexOf(a.state.verdict) ? b : a));
  return h("td", { role: "gridcell", class: worst.state.kind, "data-who": group.address }, found.map((face) => {
    const { state } = face, some = found.length > 1;
    return h("a", { href: to.cell(row, face.columns.at(-1)), title: state.reason || state.marks || null, tabindex: "-1", class: state.kind },
      h("span", { class: "sign", "aria-hidden": "true" }, state.symbol), state.kind === "bad" || state.kind === "unknown" ? hidden(state.word + " ") : null,
      face.word, state.marks ? h("span", { class: "mark" }, " ◆", hidden(" marked")) : null, some ? h("small", {}, " " + face.columns.map(short).join(" ")) : null,
      MATRIX.groups.length > NARROW || !row.question ? null : meansOf(row, state));
  }));
}

// Where there is room: what the answer means, and of several that no single one can be relied on.
function meansOf(row, state) {
  const meaning = new Map(answersOf(row)), words = state.verdict === NA ? [] : wordsOf(state.said);
  return [words.length > 1 ? h("span", { class: "means" }, "several: it varies from run to run") : null,
    words.filter((word) => meaning.has(word)).map((word) => h("span", { class: "means" }, words.length > 1 ? `${word}: ` : "", meaning.get(word)))];
}

// ---------------------------------------------------------------- keys

function rove(link) {
  if (MATRIX.current) MATRIX.current.tabIndex = -1;
  MATRIX.current = link;
  if (link) link.tabIndex = 0;
}

function gridKeys(event) {
  const place = event.target.closest("td, th"), line = place?.closest("tr");
  if (!line || !event.target.matches("a")) return;
  const lines = [...MATRIX.table.querySelectorAll("tbody tr:not(.area)")];
  const at = lines.indexOf(line), column = [...line.children].indexOf(place);
  const page = Math.max(1, Math.floor(MATRIX.body.clientHeight / line.offsetHeight) - 1);
  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0], Home: [0, -column], End: [0, line.children.length] };
  const move = moves[event.key];
  if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const inside = [...place.querySelectorAll("a")], next = inside[inside.indexOf(event.target) + move[0]];
  if (Math.abs(move[0]) === 1 && next) return next.focus();
  const target = lines[Math.min(lines.length - 1, Math.max(0, at + move[0]))];
  for (let c = Math.min(target.children.length - 1, Math.max(0, column + move[1])); c >= 0; c--) {
    const link = target.children[c].querySelector("a");
    if (link) { link.focus(); link.scrollIntoView({ block: "nearest", inline: "nearest" }); return undefined; }
  }
  return undefined;
}
