// Elements and small words. Everything supplied by scenarios and runtimes becomes a text node or an
// attribute that holds text; nothing in this script writes markup, and the page's policy forbids it.

const SVG = "http://www.w3.org/2000/svg";
const $ = (id) => document.getElementById(id);

function fill(node, props, children) {
  for (const name in props) {
    const value = props[name];
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const type in value) node.addEventListener(type, value[type]);
    else if (name === "class") node.setAttribute("class", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== "") node.append(child);
  }
  return node;
}

const h = (tag, props, ...children) => fill(document.createElement(tag), props || {}, children);
const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props || {}, children);

const plural = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
const hidden = (text) => h("span", { class: "hidden" }, text);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

// Text in which addresses of the web can be followed; `name` stands for one that is all of it.
function source(where, name) {
  const parts = where.split(/(https:\/\/[^\s;,]+)/);
  return parts.map((part, i) => (i % 2 ? h("a", { href: part, rel: "noreferrer noopener" }, name && parts.join("") === part ? name : part) : part));
}

// A sign and a word: colour is never the only signal.
function verdict(kind, words) {
  const { symbol, word } = KINDS[kind];
  return h("span", { class: "verdict-word " + kind }, h("span", { class: "sign", "aria-hidden": "true" }, symbol), words || word);
}

function section(title, ...children) {
  return h("section", {}, h("h3", {}, title), ...children);
}

function folded(summary, make) {
  // Its content is made when it is opened first.
  const node = h("details", {}, h("summary", {}, summary));
  node.unfold = () => { if (node.childElementCount === 1) node.append(...[make()].flat().filter(Boolean)); };
  node.addEventListener("toggle", () => { if (node.open) node.unfold(); });
  return node;
}

// On paper nothing can be opened: what is folded in the view is printed open, and folded again.
function printing() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...main.querySelectorAll("details:not([open])")].filter((node) => node.unfold);
    for (const node of opened) { node.unfold(); node.open = true; }
  });
  addEventListener("afterprint", () => { for (const node of opened) node.open = false; });
}

function copyLine(text, label) {
  const button = h("button", { type: "button", class: "copy", "aria-label": "Copy: " + label }, "Copy");
  button.addEventListener("click", () => copy(text, button));
  return h("div", { class: "copy-line" }, h("code", { tabindex: "0" }, text), button);
}

async function copy(text, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    const area = h("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  button.textContent = done ? "Copied" : "Press Ctrl+C";
  $("said").textContent = done ? "Copied" : "";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// `told`: the numbers as words, where they are not just the counts. `wrong`: only what is wrong is told, or else
// what is right.
function stackedBar(counts, label, told = counts, wrong = false) {
  // Segments of verdicts, the worst first; the numbers stand beside it. A sliver stays visible.
  const least = sum(counts) / 60 || 1, widths = counts.map((n) => (n ? Math.max(n, least) : 0)), total = sum(widths) || 1;
  const bar = s("svg", { class: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
  let at = 0;
  for (const verdict of WORST_FIRST) {
    const width = 100 * widths[verdict] / total;
    if (width) bar.append(s("rect", { class: VERDICTS[verdict].kind, x: at.toFixed(2), y: 0, width: width.toFixed(2), height: 6 }));
    at += width;
  }
  const some = WORST_FIRST.filter((verdict) => told[verdict] !== "0" && told[verdict] !== 0);
  const words = (wrong ? some.filter((verdict, i) => KINDS.bad === VERDICTS[verdict] || KINDS.unknown === VERDICTS[verdict] || !i) : some).map((verdict) => {
    const { kind, symbol, word } = VERDICTS[verdict];
    return h("span", { class: kind }, h("span", { "aria-hidden": "true" }, symbol), label ? `${told[verdict]} ${word}` : told[verdict], label ? null : hidden(" " + word), " ");
  });
  return [bar, h("span", { class: "counts" }, words)];
}
