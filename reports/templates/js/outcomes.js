// Outcomes: as lines, as a histogram of what was seen against what is allowed, side by side.

function outcomeLines(outcome, parting) {
  return h("div", { class: "lines" }, linesOf(outcome).map(({ subject, steps }) => {
    const here = parting && (parting.task === subject || (parting.task === "run" && subject === "run"));
    return h("div", { class: here ? "parts" : null }, h("b", {}, subject), ": ", steps.map((step, i) => [i ? ", " : "",
      here && i === parting.index ? h("mark", {}, step) : step]));
  }));
}

function gradeWord(grade) {
  return h("span", { class: "grade " + grade }, h("span", { "aria-hidden": "true" }, SIGNS[grade] + " "), grade);
}

function share(part, whole) {
  return s("svg", { class: "share", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { width: (100 * part / whole || 0).toFixed(1), height: 6 }));
}

const runsOf = (histogram) => sum(histogram.seen.map((raw) => raw[1]));

function histogramTable(held, detail, histogram) {
  const total = Math.max(1, runsOf(histogram));
  const seen = histogram.seen.map((raw) => seenOf(held, detail, histogram, raw));
  const told = seen.map((one) => h("tr", { class: one.grade },
    h("td", { class: "many" }, `${one.count} of ${total}`, share(one.count, total), h("small", {}, one.seed === null ? "as shipped" : "seed " + one.seed)),
    h("td", {}, outcomeLines(outcomeOf(held, one.outcome), one.parting),
      one.nearest !== null ? h("div", { class: "nearest" }, "nearest allowed:", outcomeLines(outcomeOf(held, one.nearest), one.parting)) : null,
      one.breaks ? h("div", { class: "why" }, one.breaks) : null),
    h("td", {}, gradeWord(one.grade), one.freedom ? h("small", { class: "freedom" }, one.freedom) : null,
      one.labels.map((label) => h("div", {}, h("span", { class: "tag" }, label))))));
  const never = histogram.unseen.map((number) => h("tr", { class: "never" },
    h("td", { class: "many" }, "never seen"), h("td", {}, outcomeLines(outcomeOf(held, number))), h("td", {}, "allowed")));
  const table = (list) => h("table", { class: "outcomes" }, h("thead", {}, h("tr", {}, ["seen", "outcome", "grade"].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, list));
  return [table([...told, ...never.slice(0, 6)]), never.length > 6 ? folded(`${never.length - 6} more that are allowed and were not seen`, () => table(never.slice(6))) : null,
    h("p", { class: "quiet" }, allowedWords(held, histogram))];
}

function allowedWords(held, histogram) {
  const oracle = held.texts[histogram.oracle];
  if (oracle !== "complete") return `The reference: ${oracle}. Labels alone judge.`;
  const rest = histogram.allowed > histogram.listed ? `, of which ${histogram.listed} are kept in the results` : "";
  return `The reference executor allows ${plural(histogram.allowed, "outcome")} under what this runtime declares${rest}.`;
}

// Every outcome that some runtime showed, and how often each of them did.
function sideBySide(row) {
  const held = blockOf(row), found = new Map();
  const mine = runtimes.map((runtime) => ({ runtime, total: 0 }));
  mine.forEach((entry, at) => entry.runtime.columns.forEach((column) => {
    const detail = detailOf(row, column), histogram = detail && detail.histograms[0];
    if (!histogram) return;
    entry.total += runsOf(histogram);
    for (const raw of histogram.seen) {
      if (!found.has(raw[0])) found.set(raw[0], new Map());
      const cell = found.get(raw[0]).get(at) || { count: 0, grade: 0, column };
      const worse = [0, 3, 1, 2].indexOf(raw[2]) > [0, 3, 1, 2].indexOf(cell.grade);
      found.get(raw[0]).set(at, { count: cell.count + raw[1], grade: worse ? raw[2] : cell.grade, column });
    }
  }));
  if (!found.size) return h("p", { class: "quiet" }, "It ran on no runtime.");
  const many = [...found].sort((a, b) => b[1].size - a[1].size);
  const chip = ([at, { count, grade: number, column }]) => {
    const { runtime, total } = mine[at], grade = GRADES[number], percent = Math.round(100 * count / total);
    return h("li", {}, h("a", { href: to.cell(row, column), title: `${count} of ${plural(total, "run")}: ${grade}` },
      h("span", { class: "grade " + grade, "aria-hidden": "true" }, SIGNS[grade] + " "), runtime.address, count === total ? "" : h("small", {}, ` ${percent || "< 1"} %`), hidden(" " + grade), count === total ? null : share(count, total)));
  };
  const lines = many.slice(0, 40).map(([number, cells]) => h("tr", {}, h("th", { scope: "row" }, outcomeLines(outcomeOf(held, number))),
    h("td", {}, h("ul", { class: "chips" }, [...cells].map(chip)))));
  return [h("table", { class: "side" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "outcome"), h("th", { scope: "col" }, "who showed it, and in which share of the runs where not in all"))), h("tbody", {}, lines)),
    many.length > 40 ? h("p", { class: "quiet" }, `${many.length - 40} rarer outcomes are not shown.`) : null,
    h("p", { class: "quiet" }, ["ACCEPTABLE", "INTERESTING", "FORBIDDEN", "unjudged"].map((grade) => [gradeWord(grade), " "]),
      "as graded by the reference executor under what each runtime declares.")];
}
