// One runtime: what it is, how it fared, what it says of itself, and who is most like it.

function runtimePage(runtime) {
  const { address } = runtime, declared = (data.declared || {})[address], newest = runtime.columns.at(-1);
  const byArea = grouped(rows, (row) => row.area);
  return [
    h("p", { class: "crumbs" }, h("a", { href: "#overview" }, "Overview")),
    h("h2", { tabindex: "-1" }, address),
    h("p", { class: "quiet" }, runtime.columns.map((column) => `${column.version === column.python ? "" : column.version + " on "}Python ${column.python}`).join(", ")),
    h("p", {}, stackedBar(countsOf(rows, newest), true, ranges(rows, runtime.columns))),
    h("p", {}, h("a", { href: to.matrix({ runtime: address }) }, "all its answers"), ", ", h("a", { href: to.matrix({ runtime: address, verdict: "bad" }) }, "its violations"), " in the matrix"),
    wrongSection(runtime),
    alikeSection(address),
    h("div", { class: "two" }, section("By area", h("table", { class: "pair" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "area"), h("th", { scope: "col" }, "verdicts"))),
      h("tbody", {}, areas.map((area) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: to.matrix({ area, runtime: address }) }, area)),
        h("td", { class: "wide" }, stackedBar(countsOf(byArea.get(area), newest), true, ranges(byArea.get(area), runtime.columns)))))))),
      declared ? declaredSection(declared) : null),
  ];
}

function wrongSection({ columns: mine }) {
  const found = rows.map((row) => ({ row, cells: mine.filter((column) => ["bad", "unknown"].includes(row.state(column)?.kind)) })).filter(({ cells }) => cells.length);
  if (!found.length) return section("Violations", h("p", {}, verdict("ok", "No case violates a rule or leaves what is allowed.")));
  const item = ({ row, cells }) => {
    const states = cells.map((column) => row.state(column)), { kind } = states.find((state) => state.kind === "bad") || states[0];
    return h("li", { class: kind }, h("h4", {}, h("a", { href: to.cell(row, cells.at(-1)) }, row.id)), h("p", { class: "quiet" }, row.asks),
      h("p", {}, verdict(kind), cells.length < mine.length ? ` on Python ${cells.map(short).join(", ")}` : "", h("span", { class: "why" }, [...new Set(states.map(({ reason }) => reason))].join("; ")), knownWords(states.map(({ known }) => known))));
  };
  return section(`Violated or unknown: ${plural(found.length, "scenario")}`, h("ul", { class: "cards" }, found.slice(0, CARDS).map(item)),
    found.length > CARDS ? folded(`${found.length - CARDS} more`, () => h("ul", { class: "cards" }, found.slice(CARDS).map(item))) : null);
}

function alikeSection(address) {
  const { runtimes: names, common, differ } = data.similar || { runtimes: [] }, at = names.indexOf(address);
  const near = names.map((name, i) => ({ name, common: at < 0 ? 0 : common[at][i], differ: at < 0 ? 0 : differ[at][i] })).filter(({ name, common: both }) => name !== address && both)
    .sort((a, b) => a.differ / a.common - b.differ / b.common);
  if (!near.length) return null;
  const chip = ({ name, common: both, differ: apart }) => h("li", {}, h("a", { href: to.pair(address, name) }, " ", name, h("small", {}, ` ${apart} of ${both} differ`)));
  return section("Compare it with", h("ul", { class: "chips" }, near.slice(0, 8).map(chip)), near.length > 8 ? folded(`${near.length - 8} that are less like it`, () => h("ul", { class: "chips" }, near.slice(8).map(chip))) : null);
}

function declaredSection({ families: known, composed, native, semantics }) {
  return section("What it says of itself",
    h("p", { class: "quiet" }, `Its adapter declares this, from its documents; the reference executor allows what fits it. ${plural(native, "capability").replace("capabilitys", "capabilities")} of its own${composed.length ? `, and made of others: ${composed.join(", ")}` : ""}. Rules of ${known.join(", ") || "nobody"} bind it.`),
    h("dl", { class: "declared" }, semantics.map(([name, answer]) => h("div", {}, h("dt", {}, name), h("dd", {}, { True: "yes", False: "no" }[answer] || answer)))));
}
