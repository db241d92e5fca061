// Timelines: a lane for each task, bars for what waits, marks for what happens, as SVG.
//
// The columns are steps in the order in which the runtime took them; the ruler shows where virtual time
// passes. A bar ends where its op did, or at the edge if it never did.

const LANE = 34, TOP = 30, LEFT = 8, CHAR = 6.7, STEP = 20;
const SENDS = /^(send|put)/, TAKES = /^(receive|get|accept)/, CANCELS = /^cancel/;

// Items of a trace: one for each op, with the columns where it began and ended.
function traceItems(events) {
  const items = [], open = new Map(), ticks = [];
  let column = -1, last = null;
  events.forEach((event, number) => {
    const stack = open.get(event.task) || open.set(event.task, []).get(event.task);
    if (event.what === "begin") {
      column += 1;
      ticks[column] = event.tick;
      const item = { task: event.task, op: event.detail, from: column, to: null, tick: event.tick, end: null, error: "", depth: stack.length, event: number };
      stack.push(item);
      items.push(item);
      last = item;
      return;
    }
    let item = stack.pop();
    if (!item) {
      column += 1;
      item = { task: event.task, op: "", from: column, tick: event.tick, depth: 0, event: number };
      items.push(item);
    } else if (!(last === item && item.tick === event.tick)) {
      column += 1;
    }
    ticks[column] = event.tick;
    Object.assign(item, { to: column, end: event.tick, error: event.what === "error" ? event.detail : "", value: event.what === "end" ? event.detail : "", until: number });
    last = null;
  });
  return { items, ticks };
}

const NO_ORDER = "entries of each task in order; within a tick the tasks' order is not known";

// Items of an outcome, which has no trace: its log entries at their ticks, and each task's end.
function outcomeItems(outcome) {
  const items = [], ticks = [];
  const logs = outcome.tasks.map((task) => ({ name: task.name, entries: [...task.log, { text: task.end, tick: task.tick, end: true }] }));
  const times = [...new Set(logs.flatMap((log) => log.entries.map((entry) => entry.tick)))].sort((a, b) => (a === null) - (b === null) || a - b);
  let column = 0;
  for (const time of times) {
    let widest = 0;
    for (const log of logs) {
      log.entries.filter((entry) => entry.tick === time).forEach((entry, i) => {
        items.push({ task: log.name, op: entry.text, from: column + i, to: column + i, tick: time, depth: 0, note: true, last: Boolean(entry.end), at: log.entries.indexOf(entry),
          error: entry.end && /^(raised|cancelled|destroyed)/.test(entry.text) ? entry.text : "" });
        ticks[column + i] = time;
        widest = Math.max(widest, i + 1);
      });
    }
    column += widest;
  }
  return { items, ticks };
}

function kindOf(item) {
  if (item.error) return /Cancelled|^cancelled/.test(item.error) ? "cancelled" : "error";
  if (item.to === null) return "blocked";
  if (CANCELS.test(item.op)) return "cancel";
  if (SENDS.test(item.op)) return "send";
  if (TAKES.test(item.op)) return "receive";
  return item.to > item.from ? "woken" : "step";
}

const TELLS = { cancelled: "was cancelled", error: "raised", blocked: "never ended", cancel: "cancels", send: "sends", receive: "receives", woken: "woke up", step: "took one step" };

function tell(item) {
  const kind = kindOf(item), when = (tick) => (tick === null || tick === undefined ? "" : ` at tick ${tick}`);
  if (item.note) return `${item.task}: ${item.last ? "ends: " : ""}${item.op}${when(item.tick)}`;
  const ending = kind === "error" ? `raised ${item.error}` : kind === "cancelled" ? `ended by ${item.error}` : kind === "blocked" ? "never ended" : `ended${item.value ? " with " + item.value : ""}`;
  return `${item.task}: ${item.op || "(start)"}: began${when(item.tick)}, ${ending}${kind === "blocked" || item.end === item.tick ? "" : when(item.end)}`;
}

const label = (item) => (item.op.length > 30 ? item.op.slice(0, 29) + "…" : item.op) || "·";

// Where each column stands: wide enough that no label runs into the next one of its lane.
function layout(items, count) {
  const x = new Array(count + 1).fill(0), wants = new Map();
  for (const lane of grouped(items, (item) => item.task + "\n" + item.depth).values()) {
    lane.forEach((item, i) => {
      const next = lane[i + 1] ? lane[i + 1].from : count;
      const upto = Math.max(next, item.from + 1);
      if (!wants.has(upto)) wants.set(upto, []);
      wants.get(upto).push([item.from, label(item).length * CHAR + 26]);
    });
  }
  for (let column = 1; column <= count; column++) {
    x[column] = Math.max(x[column - 1] + STEP, ...(wants.get(column) || []).map(([from, width]) => x[from] + width));
  }
  return x;
}

function markShape(kind, x, y) {
  const paths = {
    cancelled: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, error: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`,
    cancel: `M${x} ${y - 6}l6 6l-6 6l-6 -6z`, send: `M${x - 5} ${y + 4}l5 -9l5 9z`, receive: `M${x - 5} ${y - 4}l5 9l5 -9z`,
    woken: `M${x - 4} ${y - 5}l8 5l-8 5z`, blocked: `M${x - 4} ${y - 6}v12m4 -12v12`, step: `M${x - 3} ${y - 3}h6v6h-6z`,
  };
  return s("path", { class: "mark-shape", d: paths[kind] });
}

// `parting`: the item at which it parts from another; `caption` names the lane picture for readers.
function lanes({ tasks, items, ticks, parting, caption, note }) {
  const shownTasks = tasks.filter((task) => items.some((item) => item.task === task));
  for (const item of items) if (!shownTasks.includes(item.task)) shownTasks.push(item.task);
  const count = ticks.length, x = layout(items, count), names = Math.min(18, Math.max(4, ...shownTasks.map((t) => t.length)));
  const left = LEFT + names * CHAR + 14, width = left + x[count] + 16, height = TOP + LANE * shownTasks.length + 8;
  const detail = h("output", { class: "detail", "aria-live": "polite" }, "Point at a step, or use the arrow keys, to read it.");
  const svg = s("svg", { class: "lanes", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": caption });
  ruler(svg, ticks, x, left, height);
  shownTasks.forEach((task, i) => {
    const y = TOP + LANE * i;
    svg.append(s("line", { class: "lane", x1: left, x2: width - 8, y1: y + 21, y2: y + 21 }),
      s("text", { class: "task", x: LEFT, y: y + 25 }, task.length > 18 ? task.slice(0, 17) + "…" : task));
  });
  if (parting) svg.append(s("line", { class: "parting", x1: left + x[parting.from], x2: left + x[parting.from], y1: 14, y2: height }));
  const nodes = [...items].sort((a, b) => a.from - b.from).map((item) => drawItem(item, left, x, TOP + LANE * shownTasks.indexOf(item.task), item === parting));
  svg.append(...nodes);
  keyed(svg, nodes, detail);
  return h("figure", { class: "timeline" }, h("figcaption", {}, caption, note ? h("small", {}, " " + note) : null), h("div", { class: "scroll" }, svg), detail);
}

function ruler(svg, ticks, x, left, height) {
  const timed = ticks.some((tick) => tick !== null && tick !== undefined);
  let before;
  ticks.forEach((tick, column) => {
    if (tick === before || tick === undefined) return;
    before = tick;
    if (!timed) return;
    svg.append(s("line", { class: "tick", x1: left + x[column] - 5, x2: left + x[column] - 5, y1: 16, y2: height }),
      s("text", { class: "tick-word", x: left + x[column] - 4, y: 11 }, column ? String(tick) : `tick ${tick}`));
  });
  if (!timed) svg.append(s("text", { class: "tick-word", x: left, y: 11 }, "steps in order (a real clock: no ticks)"));
}

function drawItem(item, left, x, y, parts) {
  const kind = kindOf(item), from = left + x[item.from], end = item.to === null ? left + x[x.length - 1] : left + x[item.to];
  const group = s("g", { class: `item ${kind}${parts ? " parts" : ""}`, tabindex: "-1", role: "img", "aria-label": tell(item) }, s("title", {}, tell(item)));
  const waits = item.to === null || item.to > item.from, top = y + 14 + item.depth * 3;
  if (waits) group.append(s("rect", { class: "wait", x: from, y: top, width: Math.max(6, end - from), height: 13 - item.depth * 2, rx: 3 }));
  if (kind !== "step" || !waits) group.append(markShape(kind, waits ? end : from + 3, y + 21));
  group.append(s("text", { class: "op", x: from + (waits ? 4 : 12), y: y + (waits ? 10 : 25) }, label(item)));
  return group;
}

// One stop for the Tab key; arrows move from step to step, and what is there is told below.
function keyed(svg, nodes, detail) {
  if (!nodes.length) return;
  nodes[0].setAttribute("tabindex", "0");
  const say = (node) => { detail.textContent = node.getAttribute("aria-label"); };
  nodes.forEach((node, i) => {
    node.addEventListener("mouseenter", () => say(node));
    node.addEventListener("focus", () => say(node));
    node.addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -nodes.length, End: nodes.length }[event.key];
      if (!move) return;
      event.preventDefault();
      const next = nodes[Math.min(nodes.length - 1, Math.max(0, i + move))];
      node.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  });
}

// The first event at which two traces part: in the steps of one task, else in the order of all.
function parted(one, other) {
  const same = (a, b) => a && b && a.task === b.task && a.what === b.what && a.detail === b.detail && a.tick === b.tick;
  const found = [];
  for (const task of new Set([...one, ...other].map((event) => event.task))) {
    const mine = one.flatMap((e, i) => (e.task === task ? [i] : [])), theirs = other.flatMap((e, i) => (e.task === task ? [i] : []));
    for (let k = 0; k < Math.max(mine.length, theirs.length); k++) {
      if (!same(one[mine[k]], other[theirs[k]])) { found.push([mine[k] ?? null, theirs[k] ?? null, task]); break; }
    }
  }
  if (found.length) {
    const [a, b, task] = found.sort((p, q) => Math.min(p[0] ?? Infinity, p[1] ?? Infinity) - Math.min(q[0] ?? Infinity, q[1] ?? Infinity))[0];
    return { one: a, other: b, words: `They part in ${task}: ${eventWords(one[a])} here, ${eventWords(other[b])} there.` };
  }
  const at = one.findIndex((event, i) => !same(event, other[i]));
  return at < 0 ? null : { one: at, other: at, words: `Each task takes the same steps, but in another order: here ${ofTask(one[at])} first, there ${ofTask(other[at])}.` };
}

const ofTask = (event) => (event ? `${event.task} (${eventWords(event)})` : "nothing more");

function eventWords(event) {
  if (!event) return "nothing more";
  const words = { begin: `it begins ${event.detail}`, end: "its op ends", error: `it gets ${event.detail}` }[event.what] || event.detail;
  return event.tick === null ? words : `${words} at tick ${event.tick}`;
}

const itemAt = (items, number) => (number === null ? null : items.find((item) => item.event === number || item.until === number) || null);

function legend() {
  const kinds = ["woken", "send", "receive", "cancel", "cancelled", "error", "blocked"];
  return h("p", { class: "legend lanes-legend" }, kinds.map((kind) => h("span", {}, s("svg", { width: 16, height: 14, class: "lanes", "aria-hidden": "true" }, s("g", { class: "item " + kind }, markShape(kind, 8, 7))), " ", TELLS[kind])));
}
