// How the runtimes fared over many results: small plots, and what changed at which point.

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
  return [head, h("p", { class: "quiet" }, "Each bar is one point in time: violations at the top, then unknown, then what conforms. Bars of one plot share a scale."), parts, regressions(series)];
}

const LABELLED = 8;

// Where there are few points each has its label and the number of its violations, else the first and the last.
function smallPlot(series) {
  const { points } = series, few = points.length <= LABELLED, tall = 84, foot = few ? 16 : 2, head = 14;
  const wide = few ? Math.max(48, ...points.map((point) => point.label.length * 6.4 + 8)) : Math.max(14, Math.floor(300 / points.length));
  const most = Math.max(1, ...points.map(({ counts }) => counts[0] + counts[1] + counts[2]));
  const svg = s("svg", { class: "plot", width: wide * points.length + 2, height: head + tall + foot, role: "img", "aria-label": points.map((point) => `${point.label}: ${point.counts[2]} violate, ${point.counts[1]} unknown, ${point.counts[0]} conform`).join("; ") });
  points.forEach(({ label: name, counts }, i) => {
    let y = head + tall;
    for (const verdict of [0, 1, 2]) {
      // What is wrong stays visible, however much is right.
      const height = counts[verdict] ? Math.max(verdict ? 3 : 0, (tall - 6) * counts[verdict] / most) : 0;
      y -= height;
      if (height) svg.append(s("rect", { class: VERDICTS[verdict].kind, x: i * wide + 2, y: y.toFixed(1), width: wide - 4, height: height.toFixed(1) }, s("title", {}, `${name}: ${counts[verdict]} ${VERDICTS[verdict].word}`)));
    }
    const middle = i * wide + wide / 2, broke = series.changes.filter((change) => change.at === i && change.kind === "broke").length;
    if (counts[2] && few) svg.append(s("text", { class: "broke", x: middle, y: Math.max(10, y - 3), "text-anchor": "middle" }, "✗" + counts[2]));
    else if (broke) svg.append(s("text", { class: "broke", x: middle, y: Math.max(10, y - 3), "text-anchor": "middle" }, "✗"));
    if (few) svg.append(s("text", { class: "point", x: middle, y: head + tall + 12, "text-anchor": "middle" }, name));
  });
  return h("figure", { class: "multiple" }, h("figcaption", {}, h("b", {}, series.runtime), ` on Python ${series.python}`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${series.runtime} on Python ${series.python}` }, svg),
    few ? null : h("p", { class: "ends" }, h("span", {}, points[0].label), h("span", {}, points.at(-1).label)),
    h("p", {}, stackedBar(points.at(-1).counts, true)));
}

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
  if (!told.size) return section("What changed", h("p", { class: "quiet" }, "Nothing, at any point."));
  const kinds = grouped(told.values(), ({ change }) => change.kind);
  return section("What changed", TREND_KINDS.filter((kind) => kinds.has(kind)).map((kind) => [h("h4", {}, verdict({ broke: "bad", mended: "ok" }[kind] || "unknown", `${kind} (${kinds.get(kind).length})`)),
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
