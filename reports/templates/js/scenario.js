// One scenario: what it asks, who answers what, and what stands behind each answer.

function scenario(row, column, options) {
  const held = blockOf(row);
  return [
    h("p", { class: "crumbs" }, h("a", { href: to.matrix({ area: row.area }) }, row.area), neighbours(row)),
    h("h2", { tabindex: "-1" }, row.id, " ", [row.level, row.question ? "question" : ""].filter(Boolean).map((tag) => h("span", { class: "tag" }, tag))),
    h("p", { class: "asked" }, row.asks),
    column ? caseSection(row, column, held) : null,
    whoSection(row, column),
    h("div", { class: "two" }, h("section", {}, h("h3", {}, "Program"), h("pre", { tabindex: "0", class: "program" }, held.program)), ruleSection(row, held)),
    timelinesSection(row, column, options, held),
    section("Outcomes side by side", sideBySide(row)),
    column ? rewritingsSection(row, column, held) : null,
    h("p", { class: "quiet" }, "hash ", h("code", {}, held.hash)),
  ];
}

function neighbours(row) {
  const before = rows[row.at - 1], after = rows[row.at + 1];
  return h("span", { class: "neighbours" }, before ? h("a", { href: to.scenario(before), rel: "prev" }, "‹ " + before.name) : null, " ", after ? h("a", { href: to.scenario(after), rel: "next" }, after.name + " ›") : null);
}

// ---------------------------------------------------------------- one cell

function caseSection(row, column, held) {
  const state = row.state(column), detail = detailOf(row, column);
  if (!state || !detail) return h("section", { class: "verdict na" }, h("h3", {}, nameOf(column)), h("p", {}, "did not run"));
  const histogram = detail.histograms[0];
  const head = h("div", { class: "verdict " + state.kind },
    h("h3", {}, nameOf(column), ": ", verdict(state.kind)),
    row.question && state.said ? h("p", {}, "It answers ", h("b", {}, state.said), ".") : null,
    state.reason ? h("p", { class: "reason" }, state.reason) : null,
    state.known ? h("p", {}, knownWords([state.known])) : null,
    detail.hang ? h("p", {}, `A run that hung was made again, alone: the hang ${detail.hang}.`) : null,
    detail.marks.map((mark) => h("p", {}, h("span", { class: "mark" }, "◆ "), mark)));
  return h("section", { class: "case" }, head,
    detail.token ? [h("h4", {}, "See it happen"), copyLine("conformance replay " + detail.token, "replay line"),
      h("h4", {}, "As a script in the runtime's own API, for a bug report"), copyLine("conformance repro " + detail.token, "script line")] : null,
    histogram ? [h("h4", {}, `Allowed against observed: ${plural(runsOf(histogram), "run")} on a ${detail.clock} clock`), histogramTable(held, detail, histogram)] : null);
}

function rewritingsSection(row, column, held) {
  const detail = detailOf(row, column);
  if (!detail || detail.histograms.length < 2) return null;
  return section("With checkpoints put in", h("p", { class: "quiet" }, "The same scenario, rewritten so that more schedules show; each rewriting is judged by itself."),
    detail.histograms.slice(1).map((histogram) => {
      const worst = ["FORBIDDEN", "INTERESTING"].filter((grade) => histogram.seen.some((raw) => GRADES[raw[2]] === grade));
      return folded(`before ${histogram.injected}: ${plural(runsOf(histogram), "run")}, ${plural(histogram.seen.length, "outcome")}${worst.map((g) => ", " + g).join("")}`, () => {
        const { lines, put } = rewritten(held.program, histogram.program);
        return [h("pre", { class: "program", tabindex: "0" }, lines.map((line, i) => (put.has(i) ? h("ins", {}, line + "\n") : line + "\n"))), ...histogramTable(held, detail, histogram),
          ...histogram.seen.map((raw) => copyLine("conformance replay " + seenOf(held, detail, histogram, raw).token, "replay line"))];
      });
    }));
}

// ---------------------------------------------------------------- answers and rule

function whoSection(row, chosen) {
  const meaning = new Map(answersOf(row)), given = new Map([...meaning.keys()].map((word) => [word, []]));
  for (const runtime of runtimes) {
    for (const face of faces(row, runtime)) {
      const word = face.state.verdict === NA ? "" : face.word;
      if (!given.has(word)) given.set(word, []);
      given.get(word).push(face);
    }
  }
  const absent = given.get("");
  given.delete("");
  const item = (face) => h("li", {}, h("a", { href: to.cell(row, face.columns.at(-1)), class: face.state.kind, "aria-current": chosen && face.columns.includes(chosen) ? "true" : null, title: face.state.reason || face.state.marks || null },
    h("span", { class: "sign", "aria-hidden": "true" }, face.state.symbol), face.state.kind === "ok" ? null : hidden(face.state.word + " "), spelled(face.columns, row), face.state.marks ? h("span", { class: "mark" }, " ◆", hidden(" marked")) : null));
  const lines = [...given].map(([word, who]) => h("tr", { class: who.length ? "" : "nobody" }, h("th", { scope: "row" }, word, meaning.has(word) ? h("small", {}, meaning.get(word)) : null),
    h("td", {}, who.length ? h("ul", { class: "chips" }, who.map(item)) : h("span", { class: "quiet" }, "nobody"))));
  if (absent) lines.push(h("tr", {}, h("th", { scope: "row" }, h("span", { class: "quiet" }, "not applicable")), h("td", {}, h("ul", { class: "chips" }, absent.map(item)))));
  return section(row.question ? "Who answers what" : "Verdicts", h("table", { class: "who" }, h("tbody", {}, lines)));
}

function ruleSection(row, held) {
  const sources = sourcesOf(row);
  const who = runtimes.filter((runtime) => runtime.columns.some((column) => detailOf(row, column)?.binds)).map((runtime) => runtime.address);
  return h("section", {},
    row.level ? [h("h3", {}, `Rule (${row.level})`), h("dl", {},
      held.required.map((words, i) => [h("dt", {}, i ? "or" : "required"), h("dd", {}, words)]),
      held.forbidden.map((words) => [h("dt", {}, "forbidden"), h("dd", {}, words)]),
      h("dt", {}, "binds"), h("dd", {}, who.length ? spelled(columns.filter(({ address }) => who.includes(address))) : "none of these runtimes: their documents do not promise it"))] : null,
    sources.length ? [h("h3", {}, "Where it is written down"), h("dl", {}, sources.map(([family, where]) => [h("dt", {}, family), h("dd", {}, source(where))]))] : null);
}

// ---------------------------------------------------------------- timelines

function traced(row) {
  return columns.filter((column) => detailOf(row, column)?.histograms[0]?.seen.length);
}

// What is shown beside a column by itself: another runtime that says something else, or the same on another Python.
function otherOf(row, column, among) {
  const face = (one) => row.state(one).kind + shown(row, row.state(one));
  const unlike = among.filter((other) => face(other) !== face(column));
  const plain = (other) => other.address === familyOf(other.address);
  return unlike.find((other) => plain(other) && other.python === column.python) || unlike.find((other) => other.python === column.python) || unlike.findLast((other) => other.address === column.address) || unlike[0] || null;
}

function timelinesSection(row, column, options, held) {
  const among = traced(row);
  if (!among.length) return null;
  const one = column && among.includes(column) ? column : among.find(({ address }) => address === familyOf(address) && address !== "reference") || among[0];
  const asked = options.with === undefined ? otherOf(row, one, among) : findColumn(options.with);
  const other = among.includes(asked) ? asked : null;
  const first = chosenSeen(held, row, one, other, options.run), second = other && chosenSeen(held, row, other, one, options.run2);
  const go = (change) => {
    const place = { with: other ? other.key : "-", run: first.at, run2: second ? second.at : null, ...change };
    location.hash = to.cell(row, change.one || one) + query({ with: place.with, run: place.run, run2: place.run2 });
  };
  const choose = (name, label, chosen, none, change) => h("label", {}, label, " ", h("select", { name, on: { change: (event) => change(columns[event.target.value] || null) } },
    none ? h("option", { value: "-1" }, "nothing") : null, among.map((c) => h("option", { value: c.at, selected: c === chosen }, nameOf(c)))));
  const bar = h("div", { class: "line" },
    choose("one", "timeline of", one, false, (chosen) => go({ one: chosen, run: null })), chooseRun("run", "run", first, (at) => go({ run: at })),
    choose("with", "beside", other, true, (chosen) => go({ with: chosen ? chosen.key : "-", run2: null })), second ? chooseRun("run2", "run beside", second, (at) => go({ run2: at })) : null);
  return h("section", { class: "timelines" }, h("h3", {}, "Timelines"), bar, pictures(row, held, one, other, first, second), legend());
}

// Which of a runtime's runs is shown, where its seeds showed several outcomes.
function chooseRun(name, label, { all, at }, change) {
  if (all.length < 2) return null;
  return h("label", {}, label, " ", h("select", { name, on: { change: (event) => change(event.target.value) } },
    all.map((seen, i) => h("option", { value: i, selected: i === at }, `${seen.labels.join(", ") || "outcome " + (i + 1)}, ${seen.seed === null ? "as shipped" : "seed " + seen.seed}`))));
}

// The outcome to look at: the one asked for, a forbidden one, one that the other runtime did not show, the usual one.
function chosenSeen(held, row, column, other, asked) {
  const detail = detailOf(row, column), [histogram] = detail.histograms;
  const all = histogram.seen.map((raw) => seenOf(held, detail, histogram, raw));
  const theirs = new Set(other ? detailOf(row, other).histograms[0].seen.map((raw) => raw[0]) : []);
  const wanted = [(seen, i) => String(i) === asked, (seen) => seen.grade === "FORBIDDEN" || seen.breaks, (seen) => seen.trace.length && !theirs.has(seen.outcome), (seen) => seen.trace.length, () => true];
  const at = wanted.map((test) => all.findIndex(test)).find((found) => found >= 0);
  return { all, at, seen: all[at] };
}

function pictures(row, held, one, other, first, second) {
  if (!other) return [picture(held, first.seen, one, null, row)];
  const found = parted(first.seen.trace, second.seen.trace);
  return [picture(held, first.seen, one, found && found.one, row),
    h("p", { class: "parting-words" }, found ? h("mark", {}, found.words) : "These two traces are the same, step by step."),
    picture(held, second.seen, other, found && found.other, row)];
}

function picture(held, seen, column, at, row) {
  const { items, ticks } = seen.trace.length ? traceItems(seen.trace) : outcomeItems(outcomeOf(held, seen.outcome));
  const said = row.question && seen.labels.length ? seen.labels.filter((label) => label !== "required" && label !== "forbidden").join(", ") : "";
  const caption = `${nameOf(column)}: ${said || shown(row, row.state(column))}, ${seen.seed === null ? "as shipped" : "seed " + seen.seed}`;
  return [lanes({ tasks: held.tasks, items, ticks, parting: itemAt(items, at ?? null), caption, note: seen.trace.length ? "" : NO_ORDER }), traceTable(seen.trace)];
}

function traceTable(trace) {
  if (!trace.length) return null;
  return folded("as a table", () => h("table", { class: "trace" },
    h("thead", {}, h("tr", {}, ["tick", "task", "what", ""].map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, trace.map((event) => h("tr", { class: event.what }, [event.tick ?? "", event.task, event.what, event.detail].map((word) => h("td", {}, String(word))))))));
}
