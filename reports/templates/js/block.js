// What stands behind a scenario or a finding: unpacked when it is asked for. See reports/block.py.

const blocks = new Map();
const GRADES = ["ACCEPTABLE", "INTERESTING", "FORBIDDEN", "unjudged"];
const SIGNS = { ACCEPTABLE: "✓", INTERESTING: "◆", FORBIDDEN: "✗", unjudged: "·" };

// Puts a block where `block` finds it, with the others of its pack. See reports/packed.py.
async function unpack(name) {
  const holder = blocks.has(name) ? null : document.querySelector(`script[data-holds~="${name}"]`);
  if (!holder) return;
  const bytes = Uint8Array.from(atob(holder.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  for (const [key, held] of Object.entries(await new Response(stream).json())) blocks.set(key, held);
}

const block = (name) => blocks.get(name) || null;
const nameOfBlock = (row) => "block-" + row.at;
const blockOf = (row) => block(nameOfBlock(row));

function detailOf(row, column) {
  const found = blockOf(row);
  const number = found && found.at[column.at];
  if (number === undefined || number === null) return null;
  const detail = { marks: [], clock: "virtual", hang: "", ...found.cases[number] };
  detail.histograms = (detail.histograms || []).map((at) => ({ injected: "", program: [], oracle: 0, seen: [], unseen: [], listed: 0, allowed: 0, ...found.histograms[at] }));
  return { ...detail, token: tokenOf(found, detail, column) };
}

// The token of a case: the usual one, which is not written down, or an odd one, which is.
function tokenOf(found, detail, column) {
  const odd = found.tokens[column.at];
  if (odd === undefined && !detail.histograms.length) return "";
  return odd === undefined ? [found.token, column.word, "-", "-", detail.clock].join(",") : odd;
}

// One outcome of a histogram, with the places of its list named.
function seenOf(held, detail, histogram, raw) {
  const [outcome, count, grade, seed, trace, labels, breaks, freedom, token, nearest, parting] = raw;
  return {
    outcome, count, grade: GRADES[grade], seed, trace: traceOf(held, trace), labels: labels.map((n) => held.texts[n]),
    breaks: held.texts[breaks], freedom: held.texts[freedom], nearest, parting: partingOf(held, parting),
    token: token || derivedToken(detail.token, seed, histogram.injected),
  };
}

function derivedToken(token, seed, injected) {
  const parts = token.split(",");
  if (parts.length !== 6) return "";
  return [...parts.slice(0, 3), seed === null ? "-" : seed, injected || "-", parts[5]].join(",");
}

function traceOf(held, number) {
  const flat = held.traces[number], events = [];
  for (let i = 0; i < flat.length; i += 2) {
    const [task, what, detail] = held.events[flat[i + 1]].map((n) => held.texts[n]);
    events.push({ tick: flat[i], task, what, detail });
  }
  return events;
}

function partingOf(held, raw) {
  if (!raw) return null;
  const [task, at, saw, expected, tick] = raw;
  return { task: held.texts[task], index: at, saw: held.texts[saw], expected: held.texts[expected], tick };
}

function outcomeOf(held, number) {
  const [ending, tasks, shared, reported] = held.outcomes[number];
  return {
    ending: held.texts[ending],
    tasks: tasks.map(([name, end, tick, ...log]) => ({ name: held.texts[name], end: held.texts[end], tick, log: entries(held, log) })),
    shared: entries(held, shared),
    reported: reported.map((n) => held.texts[n]),
  };
}

function entries(held, flat) {
  const found = [];
  for (let i = 0; i < flat.length; i += 2) found.push({ text: held.texts[flat[i]], tick: flat[i + 1] });
  return found;
}

// One line for each task, then the shared log, the ending, what was reported: as `show_outcome` does.
function linesOf(outcome) {
  const at = (words, tick) => (tick ? `${words}@${tick}` : words);
  const lines = outcome.tasks.map((task) => ({
    subject: task.name,
    steps: [...task.log.map((entry) => at(entry.text, entry.tick)), at(task.end, task.tick)],
  }));
  if (outcome.shared.length) lines.push({ subject: "log", steps: outcome.shared.map((entry) => entry.text) });
  if (outcome.ending !== "completed") lines.push({ subject: "run", steps: [outcome.ending] });
  if (outcome.reported.length) lines.push({ subject: "reported", steps: outcome.reported });
  return lines;
}

// The program as a rewriting has it: with the lines that it puts in.
function rewritten(program, change) {
  if (typeof change === "string") return { lines: change.split("\n"), put: new Set() };
  const lines = program.split("\n"), put = new Set(change);
  const found = [];
  for (let i = 0, next = 0; next < lines.length || put.has(i); i++) {
    if (put.has(i)) found.push(indentOf(lines[next] || lines.at(-1)) + "checkpoint");
    else found.push(lines[next++]);
  }
  return { lines: found, put };
}

const indentOf = (line) => line.match(/^ */)[0];
