// One list of a page: <… data-list> around rows <… data-row="id">. j and k move, enter opens the row's a[data-row-link],
// x ticks the row's checkbox. Ticked rows are counted in [data-selected-count] and show [data-selected-bar].

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
const isCurrent = (row) => row.classList.contains("is-cur") || row.classList.contains("cur");
const current = () => rows().find(isCurrent);

let kept = current()?.dataset.row ?? null;

function makeCurrent(row, { scroll = true } = {}) {
  const name = row.closest("[data-list]").dataset.list === "cur" ? "cur" : "is-cur";
  for (const other of rows()) {
    other.classList.remove("is-cur", "cur");
    other.removeAttribute("aria-current");
  }
  row.classList.add(name);
  row.setAttribute("aria-current", "true");
  kept = row.dataset.row;
  if (scroll) row.scrollIntoView({ block: "nearest" });
  (row.querySelector("[data-row-link]") ?? row.querySelector("a, button, input"))?.focus({ preventScroll: true });
  row.dispatchEvent(new CustomEvent("desk:row", { bubbles: true, detail: { row: kept } }));
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex(isCurrent);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  makeCurrent(all[next]);
  return true;
}

function open(from) {
  const link = current()?.querySelector("[data-row-link]");
  // Enter on a link or button already means that one.
  if (!link || (from instanceof Element && from.closest("a, button, summary"))) return false;
  link.click();
  return true;
}

function tick() {
  const box = current()?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.click();
  return true;
}

document.addEventListener("desk:key", (event) => {
  const { key, from } = event.detail;
  const taken =
    key === "j" ? move(1) : key === "k" ? move(-1) : key === "x" ? tick() : key === "Enter" ? open(from) : false;
  if (taken) event.preventDefault();
});

function countTicked() {
  const boxes = [...document.querySelectorAll("[data-list] [data-row] input[type=checkbox]")];
  const ticked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest("[data-row]").classList.toggle("is-sel", box.checked);
  for (const place of document.querySelectorAll("[data-selected-count]")) place.textContent = ticked.length;
  for (const bar of document.querySelectorAll("[data-selected-bar]")) bar.hidden = ticked.length === 0;
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && ticked.length === boxes.length;
    all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of document.querySelectorAll("[data-list] [data-row] input[type=checkbox]")) box.checked = event.target.checked;
  }
  if (event.target.closest("[data-row]") || event.target.matches("[data-select-all]")) countTicked();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-select-none]")) return;
  for (const box of document.querySelectorAll("[data-list] input[type=checkbox]")) box.checked = false;
  countTicked();
});

/** Go to the row of this name; the server asks for it with HX-Trigger-After-Settle: {"desk:goto": "17"}. */
function goTo(name) {
  const row = rows().find((candidate) => candidate.dataset.row === name);
  if (row) makeCurrent(row);
  return Boolean(row);
}

document.addEventListener("desk:goto", (event) => goTo(event.detail.value));

// A link to a row of this page (#id) makes it the current one instead of leaving the page.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[href*='#']") : null;
  if (!link || link.pathname !== location.pathname) return;
  const row = document.getElementById(link.hash.slice(1));
  if (row?.matches("[data-list] [data-row]") && goTo(row.dataset.row)) event.preventDefault();
});

// A choice that needs no button: the form goes off by itself.
document.addEventListener("change", (event) => {
  if (event.target instanceof Element && event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});

// A swap brings new rows: the one under the cursor stays under it.
document.addEventListener("htmx:afterSettle", () => {
  if (!current() && kept) {
    const row = rows().find((candidate) => candidate.dataset.row === kept);
    if (row) row.classList.add(row.closest("[data-list]").dataset.list === "cur" ? "cur" : "is-cur");
  }
  countTicked();
});

countTicked();
