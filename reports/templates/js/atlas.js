// The atlas: every question with its answers side by side, and how much the runtimes are alike.

function atlas(options) {
  const asked = rows.filter((row) => row.question && (!options.area || row.area === options.area));
  const different = asked.filter((row) => differs(row, runtimes)), alike = asked.filter((row) => !differs(row, runtimes));
  return [
    h("h2", { tabindex: "-1" }, "Atlas"),
    h("p", { class: "quiet" }, `${plural(asked.length, "question")} to ${plural(runtimes.length, "runtime")}: ${different.length} answered differently, ${alike.length} alike by all who answer.`),
    similarSection(),
    pairChooser("", "", ""),
    h("h3", {}, "Questions that runtimes answer differently"),
    h("form", { class: "filters" }, h("label", {}, "area ", h("select", { on: { change: (event) => { location.hash = "#atlas" + query({ area: event.target.value }); } } },
      h("option", { value: "" }, "any"), areas.map((area) => h("option", { value: area, selected: area === options.area }, area))))),
    [...grouped(different, (row) => row.area)].map(([area, list], i) => {
      const node = folded([h("b", {}, area), `: ${plural(list.length, "question")}`], () => lazyList(list.map((row) => () => questionCard(row)), "questions"));
      node.className = "areas";
      if (!i) { node.unfold(); node.open = true; }
      return node;
    }),
    alike.length ? folded(`${plural(alike.length, "question")} that all answer alike`, () => lazyList(alike.map((row) => () => questionCard(row)), "questions")) : null,
  ];
}

// A list whose items are made in slices, the first ones at once.
function lazyList(makers, kind) {
  const list = h("ul", { class: kind });
  const more = (from, count) => {
    list.append(...makers.slice(from, from + count).map((make) => make()));
    if (from + count < makers.length) setTimeout(() => more(from + count, 50));
  };
  more(0, 25);
  return list;
}

function questionCard(row) {
  const given = grouped(columns.filter((column) => row.state(column)?.said && row.state(column).verdict !== NA), (column) => row.state(column).said);
  const meaning = new Map(answersOf(row));
  const order = [...meaning.keys()].filter((word) => given.has(word)).concat([...given.keys()].filter((word) => !meaning.has(word)));
  const sources = sourcesOf(row);
  return h("li", {}, h("h3", {}, h("a", { href: to.scenario(row) }, row.asks)), h("p", { class: "quiet" }, row.id),
    h("dl", {}, order.map((word) => [h("dt", {}, word), h("dd", {}, h("b", {}, spelled(given.get(word), row)),
      meaning.has(word) ? h("span", { class: "means" }, meaning.get(word)) : null)])),
    sources.length ? h("p", { class: "sources" }, "See ", sources.map(([family, where], i) => [i ? ", " : "", /^https:\/\/[^\s;,]+$/.test(where) ? null : `${family}: `, source(where, family)])) : null);
}

// ---------------------------------------------------------------- similarity

function similarSection() {
  const { runtimes: names, common, differ, merges } = data.similar || { runtimes: [] };
  if (names.length < 2) return null;
  const order = leaves(merges, names.length);
  const far = (a, b) => (common[a][b] ? differ[a][b] / common[a][b] : null);
  const head = h("tr", {}, h("td", {}), order.map((b) => h("th", { scope: "col" }, h("span", {}, names[b]))));
  const body = order.map((a) => h("tr", {}, h("th", { scope: "row" }, names[a]), order.map((b) => {
    if (a === b) return h("td", { class: "same" }, "");
    const share = far(a, b);
    if (share === null) return h("td", { class: "quiet" }, "–");
    const step = Math.min(5, Math.ceil(share * 12));
    return h("td", { class: "far-" + step }, h("a", { href: to.pair(names[a], names[b]), title: `${names[a]} and ${names[b]} differ in ${differ[a][b]} of ${common[a][b]} scenarios` }, `${Math.round(100 * share)}`, hidden(" %")));
  })));
  return section("How much they are alike",
    h("p", { class: "quiet" }, "The share of scenarios, in per cent, to which two runtimes reply differently, on the newest Python that both ran on. Runtimes that branch off further left are more unlike."),
    h("div", { class: "scroll similar" + (names.length > 16 ? " many" : ""), tabindex: "0", role: "region", "aria-label": "Distances" },
      dendrogram(names, merges, order), h("table", { class: "heat" }, h("thead", {}, head), h("tbody", {}, body))));
}

function leaves(merges, count) {
  const inside = (node) => (node < count ? [node] : [...inside(merges[node - count][0]), ...inside(merges[node - count][1])]);
  return merges.length ? inside(count + merges.length - 1) : [0];
}

// The tree stands beside the rows of the table, each leaf at its row.
function dendrogram(names, merges, order) {
  const line = 22, wide = names.length > 16 ? 110 : 190, most = Math.max(0.01, ...merges.map(([, , height]) => height));
  const where = new Map(order.map((leaf, i) => [leaf, { x: wide, y: line * i + 11 }]));
  const svg = s("svg", { class: "tree", width: wide + 2, height: line * names.length, viewBox: `0 0 ${wide + 2} ${line * names.length}`, role: "img", "aria-label": "A tree of the runtimes: " + order.map((leaf) => names[leaf]).join(", ") });
  merges.forEach(([one, other, height], i) => {
    const a = where.get(one), b = where.get(other), x = wide - (wide - 10) * height / most;
    svg.append(s("path", { d: `M${a.x} ${a.y}H${x.toFixed(1)}V${b.y}H${b.x}` }, s("title", {}, `${Math.round(100 * height)} % differ`)));
    where.set(names.length + i, { x: Number(x.toFixed(1)), y: (a.y + b.y) / 2 });
  });
  return svg;
}
