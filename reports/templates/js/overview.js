// The first view: what changed, what is violated, who ran, and how.

const CARDS = 10;

function overview() {
  const changed = data.changes || [], expected = changed.filter((found) => found.runtime && !found.changes.length).map(({ runtime }) => runtime);
  return [
    h("h2", { tabindex: "-1" }, "Overview"),
    h("p", { class: "quiet" }, `${plural(rows.length, "scenario")} on ${plural(runtimes.length, "runtime")}, ${plural(new Set(columns.map(({ minor }) => minor)).size, "Python")}. `,
      `${plural(rows.filter(({ question }) => question).length, "question")} that runtimes may answer as they like, and rules that their documents promise.`),
    runtimes.length > 1 && !IN_PART ? pairChooser("", "", "") : null,
    ...changed.filter((found) => found.changes.length || !found.runtime).map(changesSection),
    changed.some((found) => !found.runtime) ? null : lastBroke(),
    expected.length ? section("As their baselines expect", h("p", {}, verdict("ok", `${plural(expected.length, "runtime")}: `), spelled(columns.filter(({ address }) => expected.includes(address))))) : null,
    violationsSection(),
    data.findings && data.findings.length ? section("Findings of the fuzzer", findingsList(data.findings.slice(0, 6)),
      data.findings.length > 6 ? h("p", {}, h("a", { href: "#findings" }, `all ${data.findings.length}`)) : null) : null,
    runtimesSection(),
    howSection(),
  ];
}

function changesSection(found) {
  const title = found.what.startsWith("since ") ? "Changed " + found.what : found.what;
  if (!found.changes.length) return section(title, h("p", { class: "quiet" }, "Nothing is otherwise."));
  const kinds = [...grouped(found.changes, (change) => change.kind)];
  const parts = kinds.map(([kind, changes]) => {
    const list = h("ul", { class: "changes" }, changes.slice(0, 40).map(changeItem));
    const rest = changes.length > 40 ? folded(`${changes.length - 40} more`, () => h("ul", { class: "changes" }, changes.slice(40).map(changeItem))) : null;
    const head = h("h4", {}, verdict(changes[0].looks, `${kind} (${changes.length})`));
    return changes[0].looks === "na" || (changes[0].looks === "ok" && changes.length > 5) ? h("details", {}, h("summary", {}, `${kind} (${changes.length})`), list, rest) : h("div", {}, head, list, rest);
  });
  if (found.left_out) parts.push(h("p", { class: "quiet" }, `${found.left_out} more are not listed.`));
  return h("section", { class: "changed" }, h("h3", {}, title), parts);
}

function changeItem(change) {
  const link = findCell(readable(change.link)) || null;
  const row = rowOf.get(change.scenario);
  const target = link ? to.cell(link.row, link.column) : row ? to.scenario(row) : null;
  return h("li", {},
    target ? h("a", { href: target }, change.scenario) : h("b", {}, change.scenario),
    change.where ? [" on ", h("b", {}, change.where)] : null,
    change.before || change.after ? h("span", { class: "from-to" }, " ", change.before ? [h("s", {}, change.before), " → "] : null, change.after) : null,
    change.reason ? h("span", { class: "why" }, change.reason) : null);
}

function violationsSection() {
  const bad = wrongCells("bad", (state) => !state.known), known = wrongCells("bad", (state) => state.known), unsure = wrongCells("unknown", () => true);
  if (!bad.length && !known.length && !unsure.length) return section("Violations", h("p", {}, verdict("ok", "No case violates a rule or leaves what is allowed.")));
  return h("section", {},
    bad.length ? [h("h3", {}, `Violations: ${plural(bad.length, "scenario")}`, states.some((state) => state.known) ? " that no baseline knows" : ""), groupsOf(bad)]
      : h("h3", {}, known.length ? "Violations: none that no baseline knows" : "Violations: none"),
    known.length ? [h("h4", {}, `Known, with the reason: ${plural(known.length, "scenario")}`), groupsOf(known, bad.length)] : null,
    unsure.length ? [h("h4", {}, `Unknown: ${plural(unsure.length, "scenario")} that nobody could judge`), groupsOf(unsure, bad.length + known.length)] : null);
}

// The scenarios that have such cells, each with these.
function wrongCells(kind, fit) {
  return rows.map((row) => ({ row, kind, mine: columns.map((column) => ({ column, state: row.state(column) })).filter(({ state }) => state && state.kind === kind && fit(state)) }))
    .filter(({ mine }) => mine.length);
}

// Those of the same runtimes together: what many share first, then whoever has least.
function groupsOf(found, before = 0) {
  const named = (one) => [...new Set(one.mine.map(({ column }) => column.address))];
  const groups = [...grouped(found, (one) => named(one).join("\n"))].map(([, list]) => ({ list, who: named(list[0]) }))
    .sort((a, b) => b.who.length - a.who.length || a.list.length - b.list.length);
  let shown = before;
  return h("div", { class: "groups" }, groups.map(({ list, who }) => {
    const title = [h("b", {}, spelled(columns.filter(({ address }) => who.includes(address)))), `: ${plural(list.length, "scenario")}`];
    const cards = () => h("ul", { class: "cards" }, list.map(violationCard));
    const node = folded(title, cards);
    if (shown + list.length <= CARDS) {
      node.unfold();
      node.open = true;
      shown += list.length;
    }
    return node;
  }));
}

function violationCard({ row, kind, mine }) {
  const reasons = [...grouped(mine, ({ state }) => state.kind + state.reason)].map(([, same]) => h("li", {},
    verdict(same[0].state.kind, ""), " ",
    [...grouped(same.map(({ column }) => column), ({ address }) => familyOf(address))].map(([, cells], i) => [i ? ", " : "",
      h("a", { href: to.cell(row, plainest(cells)) }, spelled(cells, row))]),
    h("span", { class: "why" }, same[0].state.reason), knownWords(same.map(({ state }) => state.known))));
  return h("li", { class: kind }, h("h4", {}, h("a", { href: to.scenario(row) }, row.id)), h("p", { class: "quiet" }, row.asks), h("ul", {}, reasons));
}

// What baselines say of it, each reason once.
function knownWords(reasons) {
  return [...new Set(reasons.filter(Boolean))].map((reason) => h("span", { class: "why" }, h("span", { class: "tag" }, "known"), " ", source(reason)));
}

function countsOf(list, column) {
  const counts = [0, 0, 0, 0];
  for (const row of list) {
    const state = row.state(column);
    if (state) counts[state.verdict] += 1;
  }
  return counts;
}

// Counts of several columns: as one number where they agree, else from least to most.
function ranges(list, mine) {
  const counts = mine.map((column) => countsOf(list, column));
  return [0, 1, 2, 3].map((verdict) => {
    const numbers = counts.map((one) => one[verdict]), least = Math.min(...numbers), most = Math.max(...numbers);
    return least === most ? String(most) : `${least}–${most}`;
  });
}

function areaCell(list, mine) {
  const counts = countsOf(list, mine.at(-1));
  if (!sum(counts)) return h("td", { class: "fine" }, h("span", { class: "quiet", title: "did not run" }, "·", hidden("did not run")));
  return h("td", { class: counts[1] || counts[2] ? "wrong" : "fine", "data-area": list[0].area }, stackedBar(counts, false, ranges(list, mine), true));
}

function runtimesSection() {
  const byArea = grouped(rows, (row) => row.area), wrong = (list, column) => countsOf(list, column).slice(1, 3).join(" ");
  const head = h("tr", {}, h("th", { scope: "col" }, "runtime"), h("th", { scope: "col" }, "all areas"),
    areas.map((area) => h("th", { scope: "col" }, h("a", { href: to.matrix({ area }) }, area))));
  // Many areas: their names stand upright, so that the table needs no scrolling.
  const shape = `summary${areas.length > 9 ? " upright" : ""}`;
  const body = runtimes.flatMap((runtime) => {
    // Pythons on which as much is wrong in every area share a line.
    const lines = [...grouped(runtime.columns, (column) => (column.version === column.python ? "" : column.version) + areas.map((area) => wrong(byArea.get(area), column)).join(";"))];
    return lines.map(([, mine], i) => h("tr", { class: i ? "" : "first" },
      h("th", { scope: "row" }, i ? hidden(runtime.address) : h("a", { href: to.runtime(runtime.address) }, runtime.address), " ",
        h("small", {}, `${mine[0].version === mine[0].python ? "" : mine[0].version + ", "}Python ${mine.map((column) => column.minor).join(", ")}`)),
      h("td", { class: "all" }, stackedBar(countsOf(rows, mine.at(-1)), false, ranges(rows, mine))),
      areas.map((area) => areaCell(byArea.get(area), mine))));
  });
  return section("Runtimes, and verdicts by area",
    h("p", { class: "legend" }, WORST_FIRST.map((v) => verdict(VERDICTS[v].kind)), h("span", { class: "quiet only-narrow" }, "Areas in which nothing is wrong are on each runtime's page.")),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Verdicts by area" },
      h("table", { class: shape }, h("thead", {}, head), h("tbody", {}, body))));
}

function howSection() {
  return section("How it was run", h("div", { class: "how" }, (data.how || []).map((how) => h("details", { open: data.how.length === 1 },
    h("summary", {}, `${how.started.replace("T", " ").slice(0, 16)} UTC, Python ${how.python}, ${how.platform}`),
    h("p", {}, `Tool ${how.tool}, semantics ${how.semantics}; base seed ${how.seed}, ${plural(how.seeds, "run")} of each case${how.strict ? "; strict" : ""}.`),
    h("ul", {}, how.runtimes.map(([address, version, python, steering]) =>
      h("li", {}, h("b", {}, address), ` ${version === python ? "" : version + ", "}Python ${python}: `, steering ? `a seed steers it: ${steering}` : "no seed steers it")))))));
}
