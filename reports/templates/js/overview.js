// The first view: what changed, what is violated, who ran, and how.

const CARDS = 10;

function overview() {
  return [
    h("h2", { tabindex: "-1" }, "Overview"),
    ...(data.changes || []).map(changesSection),
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
    return changes[0].looks === "na" ? h("details", {}, h("summary", {}, `${kind} (${changes.length})`), list, rest) : h("div", {}, head, list, rest);
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
  const found = violations();
  if (!found.length) return section("Violations", h("p", {}, verdict("ok", "No case violates a rule or leaves what is allowed.")));
  const bad = found.filter((one) => one.kind === "bad"), unsure = found.filter((one) => one.kind === "unknown");
  const cards = (list) => h("ul", { class: "cards" }, list.map(violationCard));
  const many = (list) => [cards(list.slice(0, CARDS)), list.length > CARDS ? folded(`${list.length - CARDS} more`, () => cards(list.slice(CARDS))) : null];
  return h("section", {},
    bad.length ? [h("h3", {}, `Violations: ${plural(bad.length, "scenario")}`), byRuntime(bad), many(bad)] : null,
    unsure.length ? h("details", { open: !bad.length }, h("summary", {}, `Unknown: ${plural(unsure.length, "scenario")} that nobody could judge`), many(unsure)) : null);
}

// Where there are many, who it is that violates, most first.
function byRuntime(bad) {
  const counted = runtimes.map(({ address }) => ({ address, count: bad.filter(({ mine }) => mine.some(({ column, state }) => column.address === address && state.kind === "bad")).length }))
    .filter(({ count }) => count).sort((a, b) => b.count - a.count);
  if (bad.length < 4) return null;
  return h("p", {}, counted.map(({ address, count }, i) => [i ? ", " : "", h("a", { href: to.matrix({ runtime: address, verdict: "bad" }) }, address), ` ${count}`]));
}

function violations() {
  const found = [];
  for (const row of rows) {
    const mine = columns.map((column) => ({ column, state: row.state(column) }))
      .filter(({ state }) => state && (state.kind === "bad" || state.kind === "unknown"));
    if (mine.length) found.push({ row, kind: mine.some(({ state }) => state.kind === "bad") ? "bad" : "unknown", mine });
  }
  return found;
}

function violationCard({ row, kind, mine }) {
  const reasons = [...grouped(mine, ({ state }) => state.kind + state.reason)].map(([, same]) => h("li", {},
    verdict(same[0].state.kind, ""), " ",
    [...grouped(same, ({ column }) => column.address)].map(([address, cells], i) => [i ? ", " : "",
      h("a", { href: to.cell(row, cells.at(-1).column) }, spelled(cells.map(({ column }) => column)) || address)]),
    h("span", { class: "why" }, same[0].state.reason)));
  return h("li", { class: kind }, h("h4", {}, h("a", { href: to.scenario(row) }, row.id)), h("p", { class: "quiet" }, row.asks), h("ul", {}, reasons));
}

function countsOf(list, column) {
  const counts = [0, 0, 0, 0];
  for (const row of list) {
    const state = row.state(column);
    if (state) counts[state.verdict] += 1;
  }
  return counts;
}

function runtimesSection() {
  const byArea = grouped(rows, (row) => row.area);
  const head = h("tr", {}, h("th", { scope: "col" }, "runtime"), h("th", { scope: "col" }, "all areas"),
    areas.map((area) => h("th", { scope: "col" }, h("a", { href: to.matrix({ area }) }, area))));
  const body = runtimes.flatMap((runtime) => {
    // Pythons with the same counts in every area share a line.
    const lines = [...grouped(runtime.columns, (column) => column.version + areas.map((area) => countsOf(byArea.get(area), column)).join(";"))];
    return lines.map(([, mine], i) => h("tr", { class: i ? "" : "first" },
      h("th", { scope: "row" }, i ? hidden(runtime.address) : h("a", { href: to.matrix({ runtime: runtime.address }) }, runtime.address), " ",
        h("small", {}, `${mine[0].version === mine[0].python ? "" : mine[0].version + ", "}Python ${mine.map((column) => column.minor).join(", ")}`)),
      h("td", { class: "all" }, stackedBar(countsOf(rows, mine[0]), true)),
      areas.map((area) => {
        const counts = countsOf(byArea.get(area), mine[0]);
        return h("td", {}, sum(counts) ? stackedBar(counts, false) : h("span", { class: "quiet" }, "did not run"));
      })));
  });
  return section("Runtimes, and verdicts by area",
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Verdicts by area" },
      h("table", { class: "summary" }, h("thead", {}, head), h("tbody", {}, body))));
}

function howSection() {
  return section("How it was run", h("div", { class: "how" }, (data.how || []).map((how) => h("details", { open: data.how.length === 1 },
    h("summary", {}, `${how.started.replace("T", " ").slice(0, 16)} UTC, Python ${how.python}, ${how.platform}`),
    h("p", {}, `Tool ${how.tool}, semantics ${how.semantics}; base seed ${how.seed}, ${plural(how.seeds, "run")} of each case${how.strict ? "; strict" : ""}.`),
    h("ul", {}, how.runtimes.map(([address, version, python, steering]) =>
      h("li", {}, h("b", {}, address), ` ${version === python ? "" : version + ", "}Python ${python}: `, steering ? `a seed steers it: ${steering}` : "no seed steers it")))))));
}
