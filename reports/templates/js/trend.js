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

function smallPlot(series) {
  const tall = 84, wide = Math.max(14, Math.min(44, Math.floor(280 / series.points.length))), most = Math.max(1, ...series.points.map(({ counts }) => counts[0] + counts[1] + counts[2]));
  const svg = s("svg", { class: "plot", width: wide * series.points.length + 2, height: tall + 4, role: "img", "aria-label": series.points.map((point) => `${point.label}: ${point.counts[2]} violate, ${point.counts[1]} unknown, ${point.counts[0]} conform`).join("; ") });
  series.points.forEach(({ label: name, counts }, i) => {
    let y = tall;
    for (const verdict of [0, 1, 2]) {
      // What is wrong stays visible, however much is right.
      const height = counts[verdict] ? Math.max(verdict ? 3 : 0, (tall - 6) * counts[verdict] / most) : 0;
      y -= height;
      if (height) svg.append(s("rect", { class: VERDICTS[verdict].kind, x: i * wide + 1, y: y.toFixed(1), width: wide - 3, height: height.toFixed(1) }, s("title", {}, `${name}: ${counts[verdict]} ${VERDICTS[verdict].word}`)));
    }
    if (series.changes.some((change) => change.at === i && change.kind === "broke")) svg.append(s("text", { class: "broke", x: i * wide + wide / 2, y: Math.max(9, y - 1), "text-anchor": "middle" }, "✗"));
  });
  const first = series.points[0], last = series.points.at(-1);
  return h("figure", { class: "multiple" }, h("figcaption", {}, h("b", {}, series.runtime), ` on Python ${series.python}`), svg,
    h("p", { class: "ends" }, h("span", {}, first.label), h("span", {}, last.label)),
    h("p", {}, stackedBar(last.counts, true)));
}

function regressions(series) {
  const told = new Map();
  for (const one of series) {
    for (const change of one.changes) {
      const words = [change.kind, change.scenario, change.before, change.after, one.runtime, one.points[change.at].label].join("\n");
      if (!told.has(words)) told.set(words, { change, one, pythons: [] });
      told.get(words).pythons.push(one.python);
    }
  }
  if (!told.size) return section("What changed", h("p", { class: "quiet" }, "Nothing, at any point."));
  const kinds = grouped(told.values(), ({ change }) => change.kind), order = ["broke", "turned unknown", "answers otherwise", "no longer applies", "mended"];
  const item = ({ change, one, pythons }) => {
    const row = rowOf.get(change.scenario);
    return h("li", {}, row ? h("a", { href: to.scenario(row) }, change.scenario) : h("b", {}, change.scenario), " on ", h("b", {}, one.runtime), ` (Python ${[...new Set(pythons)].join(", ")}), at ${one.points[change.at].label}: `,
      h("s", {}, change.before), " → ", change.after);
  };
  return section("What changed", order.filter((kind) => kinds.has(kind)).map((kind) => [h("h4", {}, verdict({ broke: "bad", mended: "ok" }[kind] || "unknown", `${kind} (${kinds.get(kind).length})`)), h("ul", { class: "changes" }, kinds.get(kind).slice(0, 60).map(item)),
    kinds.get(kind).length > 60 ? folded(`${kinds.get(kind).length - 60} more`, () => h("ul", { class: "changes" }, kinds.get(kind).slice(60).map(item))) : null]));
}
