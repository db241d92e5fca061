// Two runtimes: where they reply differently, the smallest programs first.

function pairChooser(one, other, area) {
  const pick = (name, label, chosen) => h("label", {}, label, " ", h("select", { name }, h("option", { value: "" }, "choose…"), runtimes.map(({ address }) => h("option", { value: address, selected: address === chosen }, address))));
  const form = h("form", { class: "filters pair-chooser", "aria-label": "Compare two runtimes" }, pick("one", "Compare", one), pick("other", "with", other),
    h("label", {}, "in ", h("select", { name: "area" }, h("option", { value: "" }, "every area"), areas.map((a) => h("option", { value: a, selected: a === area }, a)))));
  form.addEventListener("change", () => {
    const { one: first, other: second, area: where } = form.elements;
    if (first.value && second.value && first.value !== second.value) location.hash = to.pair(first.value, second.value, where.value);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

const wordsOf = (said) => said.split(" | ");

function apart(both, area) {
  const found = [];
  let common = 0;
  for (const row of rows) {
    if (area && row.area !== area) continue;
    const states = both.map((column) => row.state(column));
    if (!states.every((state) => state && state.said && state.verdict !== NA)) continue;
    common += 1;
    const [one, other] = states.map((state) => state.said);
    if (one !== other) found.push({ row, one, other, surely: !wordsOf(one).some((word) => wordsOf(other).includes(word)) });
  }
  return { common, found: found.sort((a, b) => b.surely - a.surely || a.row.size - b.row.size || a.row.at - b.row.at) };
}

function pair(one, other, area) {
  const first = runtimeOf.get(one), second = runtimeOf.get(other);
  const head = [h("h2", { tabindex: "-1" }, `${one} and ${other}`, area ? ` in ${area}` : ""), pairChooser(one, other, area)];
  const both = comparable(first, second);
  if (!both) return [...head, h("p", {}, "They did not run on the same Python.")];
  const { common, found } = apart(both, area);
  const item = ({ row, one: a, other: b }) => h("tr", {}, h("td", { class: "size" }, row.size), h("th", { scope: "row" }, h("a", { href: to.cell(row, both[0], both[1]) }, row.id), h("span", { class: "asks" }, row.asks)),
    h("td", { "data-who": one }, answerCell(row, both[0], a)), h("td", { "data-who": other }, answerCell(row, both[1], b)));
  const table = (list) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Where they differ" }, h("table", { class: "pair versus" },
    h("thead", {}, h("tr", {}, ["ops", "scenario", one, other].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, list.map(item))));
  const sure = found.filter((entry) => entry.surely), perhaps = found.filter((entry) => !entry.surely);
  return [...head,
    h("p", {}, found.length ? [`They reply differently to `, h("b", {}, String(found.length)), ` of ${plural(common, "scenario")} that both answered${both[0].python ? `, on Python ${both[0].python}` : ""}; the smallest programs come first.`] : `Nothing tells them apart: ${plural(common, "scenario")} that both answered, all alike.`),
    sure.length ? table(sure) : null,
    perhaps.length ? section("Perhaps", h("p", { class: "quiet" }, "They share an answer, and one of them shows others too: its schedules may only have been luckier."), table(perhaps)) : null,
    found.length ? h("p", {}, h("a", { href: to.matrix({ area, runtime: `${one},${other}`, differs: true }) }, "the same in the matrix")) : null];
}

function answerCell(row, column, said) {
  const meaning = new Map(answersOf(row)), state = row.state(column);
  return [h("a", { href: to.cell(row, column) }, verdict(state.kind, said)), wordsOf(said).filter((word) => meaning.has(word)).map((word) => h("span", { class: "means" }, meaning.get(word)))];
}
