// What the fuzzer found: a small program that shows what no schedule allows.

function findingsList(list) {
  return h("ul", { class: "cards" }, list.map((found) => h("li", { class: found.grade === "FORBIDDEN" ? "bad" : "unknown" },
    h("h4", {}, h("a", { href: to.finding(found.slug) }, found.identity)), h("p", {}, gradeWord(found.grade), ` on ${found.runtime} ${found.version}, Python ${found.python}: ${plural(found.ops, "op")}`), found.divergence ? h("p", { class: "quiet" }, found.divergence) : null)));
}

function findings() {
  const found = data.findings || [];
  return [h("h2", { tabindex: "-1" }, "Findings"), found.length ? findingsList(found) : h("p", { class: "quiet" }, "These results hold no findings of the fuzzer."),
    violationsSection()];
}

function finding(at) {
  const found = data.findings[at], held = block("finding-" + at);
  const seen = outcomeOf(held, held.outcome), nearest = held.nearest.map((number) => outcomeOf(held, number));
  const parting = partingOf(held, held.parting);
  return [
    h("p", { class: "crumbs" }, h("a", { href: "#findings" }, "Findings")),
    h("h2", { tabindex: "-1" }, found.identity),
    h("div", { class: "verdict " + (found.grade === "FORBIDDEN" ? "bad" : "unknown") }, h("p", {}, gradeWord(found.grade), ` on ${found.runtime} ${found.version}, Python ${found.python}`),
      held.divergence ? h("p", { class: "reason" }, held.divergence) : null, held.reason ? h("p", { class: "reason" }, held.reason) : null),
    h("h3", {}, "See it happen"), copyLine("conformance replay " + held.token, "replay line"),
    section(`The program, ${plural(found.ops, "op")}`, h("pre", { class: "program", tabindex: "0" }, held.program)),
    section("What it showed, and the nearest allowed outcome", findingLanes(held, seen, nearest[0], parting, found), legend()),
    section("Outcomes", h("table", { class: "outcomes" }, h("tbody", {}, [seen, ...nearest].map((outcome, i) => h("tr", { class: i ? "never" : "FORBIDDEN" }, h("td", { class: "many" }, i ? "allowed" : "observed"),
      h("td", {}, outcomeLines(outcome, i < 2 ? parting : null))))))),
    scriptSection(held),
    h("p", { class: "quiet" }, `Program ${held.origin} of its campaign${held.tried ? `, made small in ${held.tried} tries` : ""}; ${held.clock} clock, ${held.seed === null ? "as shipped" : "seed " + held.seed}.`),
  ];
}

function findingLanes(held, seen, allowed, parting, found) {
  const draw = (outcome, caption) => {
    const { items, ticks } = outcomeItems(outcome);
    const mark = parting && items.find((item) => item.task === parting.task && item.at === parting.index);
    return lanes({ tasks: held.tasks, items, ticks, parting: mark || null, caption, note: NO_ORDER });
  };
  return [draw(seen, `${found.runtime}: observed`), parting ? h("p", { class: "parting-words" }, h("mark", {}, `They part in ${parting.task}: saw “${parting.saw}”, allowed “${parting.expected}”.`)) : null,
    allowed ? draw(allowed, "the nearest allowed outcome") : null];
}

function scriptSection(held) {
  if (!held.script) return section("As a script in the runtime's own API, for a bug report", copyLine("conformance repro " + held.token, "script line"));
  const button = h("button", { type: "button", class: "copy", "aria-label": "Copy: the script" }, "Copy");
  button.addEventListener("click", () => copy(held.script, button));
  return section("The script for a bug report", h("p", {}, "In the runtime's own API; it imports nothing of this project. ", button), h("pre", { class: "program", tabindex: "0" }, held.script));
}
