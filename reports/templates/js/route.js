// The address after `#`: a view, what it is about, and its options. Every state of the page has one.
//
//   #overview  #matrix?area=tcp&differs=1  #scenario/ID  #cell/ID@RUNTIME?with=RUNTIME
//   #atlas     #pair/A/B?area=cancellation  #runtime/RUNTIME  #findings  #finding/SLUG  #trend

const readable = (word) => encodeURIComponent(word).replace(/%3A/gi, ":").replace(/%2C/gi, ",");
const path = (word) => readable(word).replace(/%2F/gi, "/");

const to = {
  scenario: (row) => "#scenario/" + path(row.id),
  cell: (row, column, other) => `#cell/${path(row.id)}@${path(column.key)}` + (other ? "?with=" + readable(other.key) : ""),
  pair: (one, other, area) => `#pair/${readable(one)}/${readable(other)}` + (area ? "?area=" + readable(area) : ""),
  runtime: (address) => "#runtime/" + readable(address),
  finding: (slug) => "#finding/" + readable(slug),
  matrix: (options) => "#matrix" + query(options),
};

function query(options) {
  const words = Object.entries(options).filter(([, value]) => value !== "" && value !== false && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${value === true ? "1" : readable(String(value))}`);
  return words.length ? "?" + words.join("&") : "";
}

function decoded(word) {
  try { return decodeURIComponent(word); } catch { return word; }
}

function parseHash(hash) {
  const [where, asked = ""] = split(hash.replace(/^#/, ""), "?");
  const [view, rest = ""] = split(where, "/");
  const options = {};
  for (const part of asked.split("&").filter(Boolean)) {
    const [name, value = ""] = split(part, "=");
    options[decoded(name)] = decoded(value);
  }
  return { view: decoded(view) || "overview", rest, options };
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

// A column by its key, or the newest one of a runtime by its address alone.
function findColumn(key) {
  return columns.find((column) => column.key === key) || (runtimeOf.has(key) ? runtimeOf.get(key).columns.at(-1) : null);
}

// A cell of `ID@RUNTIME`, where either may hold an `@` itself.
function findCell(rest) {
  const words = decoded(rest);
  for (let at = words.indexOf("@"); at >= 0; at = words.indexOf("@", at + 1)) {
    const row = rowOf.get(words.slice(0, at));
    const column = findColumn(words.slice(at + 1));
    if (row && column) return { row, column: newestRun(row, column, words.slice(at + 1)) };
  }
  return null;
}

function newestRun(row, column, key) {
  if (row.state(column) || column.key === key) return column;
  return runtimeOf.get(column.address).columns.filter((other) => row.state(other)).at(-1) || column;
}
