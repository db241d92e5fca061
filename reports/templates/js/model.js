// What the page knows from the start: columns, rows, and a state for each cell. See reports/page.py.

const data = JSON.parse($("data").textContent);
const { index } = data;

const VERDICTS = [
  { kind: "ok", symbol: "✓", word: "conforms" },
  { kind: "unknown", symbol: "?", word: "unknown" },
  { kind: "bad", symbol: "✗", word: "violates" },
  { kind: "na", symbol: "–", word: "n/a" },
];
const KINDS = Object.fromEntries(VERDICTS.map((verdict) => [verdict.kind, verdict]));
const WORST_FIRST = [2, 1, 0, 3];
const NA = 3;

const text = (number) => (number < 0 ? "" : index.texts[number]);
const pairs = (flat) => flat.flatMap((_, i) => (i % 2 ? [] : [[text(flat[i]), text(flat[i + 1])]]));

const columns = index.columns.map(([address, version, python, key, word], at) =>
  ({ address, version, python, key, word, at, minor: python.split(".").slice(0, 2).join(".") }));
const states = index.states.map(([verdict, said, reason, marks, known]) =>
  ({ verdict, ...VERDICTS[verdict], said: text(said), reason: text(reason), marks: text(marks), known: text(known) }));
const runtimes = [...grouped(columns, (column) => column.address)]
  .map(([address, mine]) => ({ address, columns: mine }));
const runtimeOf = new Map(runtimes.map((runtime) => [runtime.address, runtime]));
const rows = index.rows.map(makeRow);
const rowOf = new Map(rows.map((row) => [row.id, row]));
const areas = [...new Set(rows.map((row) => row.area))];

function grouped(values, key) {
  const found = new Map();
  for (const value of values) {
    const name = key(value);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(value);
  }
  return found;
}

function makeRow(raw, at) {
  const slash = raw.id.indexOf("/");
  const row = {
    at, id: raw.id, area: slash < 0 ? raw.id : raw.id.slice(0, slash), name: raw.id.slice(slash + 1),
    asks: text(raw.asks), level: raw.level, size: raw.size, part: raw.part, raw,
    question: raw.answers.length > 0,
    state: (column) => (raw.cells[column.at] < 0 ? null : states[raw.cells[column.at]]),
  };
  const said = new Set(raw.cells.filter((n) => n >= 0).map((n) => states[n].said));
  row.search = [row.id, row.asks, ...said].join(" ").toLowerCase();
  return row;
}

const answersOf = (row) => pairs(row.raw.answers);
const sourcesOf = (row) => pairs(row.raw.sources);

// What a cell shows: the answer where there is one, else the verdict's word.
const shown = (row, state) => (state.verdict !== NA && row.question && state.said ? state.said : state.word);

// The distinct faces of one runtime's columns, each with the columns that have it.
function faces(row, runtime) {
  const found = [];
  for (const column of runtime.columns) {
    const state = row.state(column);
    if (!state) continue;
    const word = shown(row, state);
    const known = found.find((face) => face.state.verdict === state.verdict && face.word === word && !face.state.marks === !state.marks);
    if (known) known.columns.push(column);
    else found.push({ state, word, columns: [column] });
  }
  return found;
}

function differs(row, among) {
  const found = new Set();
  for (const runtime of among) {
    for (const column of runtime.columns) {
      const state = row.state(column);
      if (state && state.verdict !== NA) found.add(state.kind + " " + shown(row, state));
    }
  }
  return found.size > 1;
}

// What tells a column from the others of its runtime.
function short(column) {
  const same = runtimeOf.get(column.address).columns.filter((other) => other.minor === column.minor);
  return same.length === 1 ? column.minor : `${column.version} on ${column.minor}`;
}

const nameOf = (column) => (runtimeOf.get(column.address).columns.length === 1 ? column.address : `${column.address}, ${column.version === column.python ? "" : column.version + ", "}Python ${column.python}`);

// A runtime and its flavours: `anyio:trio` is one of anyio.
const familyOf = (address) => address.split(":")[0];
const families = grouped(runtimes, ({ address }) => familyOf(address));

// Columns for people: a runtime alone where all of its columns are meant, or all on which the row ran; several
// flavours of one as one, where all of them are.
function spelled(wanted, row) {
  const ran = (address) => runtimeOf.get(address).columns.filter((c) => !row || row.state(c)).length;
  return [...grouped(wanted, (c) => familyOf(c.address))].flatMap(([family, mine]) => {
    const told = [...grouped(mine, (c) => c.address)], minors = new Set(mine.map(({ minor }) => minor));
    const all = told.length > 2 && told.length === families.get(family).filter(({ address }) => ran(address)).length;
    const whole = told.every(([address, some]) => some.length === ran(address));
    const alike = told.every(([address, some]) => runtimeOf.get(address).columns.filter((c) => minors.has(c.minor) && (!row || row.state(c))).length === some.length);
    if (all && (whole || alike)) return [`${family} (all ${told.length}${whole ? "" : "; " + [...minors].join(", ")})`];
    return told.map(([address, some]) => (some.length === ran(address) ? address : `${address} (${some.map(short).join(", ")})`));
  }).join(", ");
}

// The plain one of a runtime's flavours, where it is among them.
const plainest = (list) => list.findLast((column) => column.address === familyOf(column.address)) || list.at(-1);

// Two runtimes on the newest Python that both ran on: see reports/similar.py.
function comparable(one, other) {
  const second = new Map(other.columns.map((column) => [column.python, column]));
  const both = one.columns.filter((column) => second.has(column.python));
  return both.length ? [both.at(-1), second.get(both.at(-1).python)] : null;
}
