// What is shown: the view that the address names.

const main = $("view");
let current = null;

function resolve({ view, rest, options }) {
  if (view === "scenario") {
    const row = rowOf.get(decoded(rest));
    return row ? { row, needs: nameOfBlock(row), title: row.id, make: () => scenario(row, null, options) } : null;
  }
  if (view === "cell") {
    const found = findCell(rest);
    return found ? { row: found.row, needs: nameOfBlock(found.row), title: `${found.row.id} on ${found.column.address}`, make: () => scenario(found.row, found.column, options) } : null;
  }
  if (view === "pair") {
    const [one, other = ""] = split(rest, "/").map(decoded);
    return runtimeOf.has(one) && runtimeOf.has(other) && one !== other ? { title: `${one} and ${other}`, make: () => pair(one, other, options.area || "") } : null;
  }
  if (view === "runtime") {
    const address = decoded(rest);
    return runtimeOf.has(address) ? { title: address, make: () => runtimePage(runtimeOf.get(address)) } : null;
  }
  if (view === "finding") {
    const at = (data.findings || []).findIndex((found) => found.slug === decoded(rest));
    return at >= 0 ? { needs: "finding-" + at, title: data.findings[at].identity, make: () => finding(at) } : null;
  }
  const plain = { overview, findings, trend: trendView, matrix: () => matrix(options), atlas: () => atlas(options) };
  return Object.hasOwn(plain, view) ? { title: view[0].toUpperCase() + view.slice(1), make: plain[view] } : null;
}

function lost(hash) {
  return [h("h2", { tabindex: "-1" }, "Not in these results"), h("p", {}, "Nothing here has the address ", h("code", {}, hash), "."), h("p", {}, h("a", { href: "#matrix" }, "To the matrix"))];
}

async function show({ focus = true } = {}) {
  const place = parseHash(location.hash), found = resolve(place);
  const file = elsewhere(place.view, found && found.row);
  if (file) { location.replace(file + location.hash); return; }
  if (found && found.needs && !block(found.needs)) {
    const asked = location.hash;
    await unpack(found.needs);
    if (location.hash !== asked) return; // the reader has gone elsewhere meanwhile
  }
  const unsettled = current && current.view === "matrix" && place.view === "matrix";
  current = place;
  main.replaceChildren(...(found ? found.make() : lost(location.hash)).flat(3).filter(Boolean));
  document.title = (found ? found.title + " · " : "") + "Async runtime conformance";
  $("totals").hidden = place.view !== "overview";
  $("find").hidden = place.view === "matrix";
  for (const details of document.querySelectorAll(".warnings details")) if (place.view !== "overview") details.open = false;
  const tab = { cell: "matrix", scenario: "matrix", pair: "atlas", runtime: "overview", finding: "findings" }[place.view] || place.view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === "#" + tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (unsettled) return;
  scrollTo(0, 0);
  if (focus) main.querySelector("h2")?.focus({ preventScroll: true });
}

function theme() {
  const root = document.documentElement, button = $("theme"), order = ["auto", "light", "dark"];
  const set = (name) => {
    root.dataset.theme = name;
    button.textContent = "Theme: " + name;
    try { localStorage.setItem("theme", name); } catch { /* a page from a file may have no storage */ }
  };
  let stored = null;
  try { stored = localStorage.getItem("theme"); } catch { /* as above */ }
  set(order.includes(stored) ? stored : "auto");
  button.addEventListener("click", () => set(order[(order.indexOf(root.dataset.theme) + 1) % 3]));
}

function keys(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (parseHash(location.hash).view !== "matrix") { history.pushState(null, "", "#matrix"); show({ focus: false }); }
  MATRIX.form?.elements.q.focus();
}

document.querySelector("nav a[href='#trend']").hidden = !IN_PART && !(data.trend || []).length;
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = to.matrix({ q: $("find").elements.q.value });
  $("find").reset();
});
document.addEventListener("keydown", keys);
addEventListener("hashchange", () => show());
theme();
printing();
show({ focus: false });
