// One list of a page: <… data-list> around rows <… data-row="id">. j and k move, enter opens the row's a[data-row-link],
// x ticks the row's checkbox; with shift, j and k take the rows they pass along, a click all from the last one ticked, and
// [data-select-every] ticks all of them. Ticked rows are counted in [data-selected-count] and show [data-selected-bar].

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
const isCurrent = (row) => row.classList.contains("is-cur") || row.classList.contains("cur");
const current = () => rows().find(isCurrent);

let kept = current()?.dataset.row ?? null;

function mark(row) {
  const name = row.closest("[data-list]").dataset.list === "cur" ? "cur" : "is-cur";
  for (const other of rows()) {
    other.classList.remove("is-cur", "cur");
    other.removeAttribute("aria-current");
  }
  row.classList.add(name);
  row.setAttribute("aria-current", "true");
  kept = row.dataset.row;
}

function makeCurrent(row, { scroll = true } = {}) {
  mark(row);
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

const boxOf = (row) => row?.querySelector("input[type=checkbox]") ?? null;
const boxes = () => rows().map(boxOf).filter(Boolean);

function tick() {
  const box = boxOf(current());
  if (!box) return false;
  box.click();
  return true;
}

let lastTicked = null; // the row from which a click with shift goes on

/** Everything between two rows, both included, is ticked or not. */
function tickRange(from, to, checked) {
  const all = rows();
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((one, other) => one - other);
  for (const row of all.slice(Math.max(first, 0), last + 1)) {
    const box = boxOf(row);
    if (box) box.checked = checked;
  }
  countTicked();
}

/** Move and take along: the row one leaves and the one one comes to are ticked. */
function take(step) {
  const from = current();
  if (!boxOf(from ?? rows()[0])) return false;
  move(step);
  tickRange(from ?? current(), current(), true);
  lastTicked = current();
  return true;
}

function tickAll() {
  for (const box of boxes()) box.checked = true;
  countTicked();
  return boxes().length > 0;
}

function tickNone() {
  const ticked = boxes().filter((box) => box.checked);
  for (const box of ticked) box.checked = false;
  lastTicked = null;
  countTicked();
  return ticked.length > 0;
}

document.addEventListener("desk:key", (event) => {
  const { key, from } = event.detail;
  const answers = {
    j: () => move(1),
    k: () => move(-1),
    J: () => take(1),
    K: () => take(-1),
    x: tick,
    X: tickAll,
    Enter: () => open(from),
    Escape: tickNone,
  };
  if (Object.hasOwn(answers, key) && answers[key]()) event.preventDefault();
});

function countTicked() {
  const all = boxes();
  const ticked = all.filter((box) => box.checked);
  for (const box of all) box.closest("[data-row]").classList.toggle("is-sel", box.checked);
  for (const place of document.querySelectorAll("[data-selected-count]")) place.textContent = ticked.length;
  for (const bar of document.querySelectorAll("[data-selected-bar]")) bar.hidden = ticked.length === 0;
  const head = document.querySelector("[data-select-all]");
  if (head) {
    head.checked = all.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.matches("[data-select-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest("[data-row]") || event.target.matches("[data-select-all]")) countTicked();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-select-none]")) tickNone();
  if (event.target.closest("[data-select-every]")) tickAll();
  const row = event.target.matches("input[type=checkbox]") ? event.target.closest("[data-list] [data-row]") : null;
  if (!row || event.target !== boxOf(row)) return;
  if (event.shiftKey && lastTicked?.isConnected) tickRange(lastTicked, row, event.target.checked);
  lastTicked = row;
});

// With shift a browser marks the text between two clicks; here the rows are meant.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target instanceof Element && event.target.closest("[data-row] .checkbox-t")) event.preventDefault();
});

// Enter in a field of one of several boxes presses the button of that box, not the first button of the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented) return;
  const field = event.target instanceof Element && event.target.matches("input, select") ? event.target : null;
  const own = field?.closest("[data-selected-bar] details")?.querySelector("button[name=do]");
  if (!own) return;
  event.preventDefault();
  own.click();
});

// What was selected for an action that was refused is selected still, and its box is open.
function selectAgain() {
  const form = document.querySelector("[data-selected]");
  const refused = new Set(form?.dataset.selected.split(" "));
  for (const box of boxes()) box.checked ||= refused.has(box.value);
  countTicked();
  const opened = form?.querySelector("details[open]");
  (opened?.querySelector("input, select") ?? form?.querySelector("[data-select-none]"))?.focus();
}

// What is done to the ticked rows leads back to as many rows as there are now, not to as many as there were at first.
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof Element) || !event.target.matches("[data-keep-place]")) return;
  event.target.action = event.target.getAttribute("action").split("?")[0] + location.search;
});

// Rows that do not come are asked for again where they would stand; app.js would lead to the top of the page.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(
    name,
    (event) => {
      const failed = event.target instanceof Element ? event.target.closest("#more")?.querySelector("[data-more-failed]") : null;
      if (!failed) return;
      failed.hidden = false;
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

// The row one left by its link is the current one when the browser comes back.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-list] a[data-row-link]") : null;
  if (link) history.replaceState({ ...history.state, row: link.closest("[data-row]").dataset.row }, "");
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

// A swap brings new rows: the one under the cursor stays under it, also when a row one has left meanwhile still comes as
// the current one.
document.addEventListener("htmx:afterSettle", () => {
  const marked = rows().filter(isCurrent);
  const row = marked.length === 1 ? marked[0] : rows().find((candidate) => candidate.dataset.row === kept);
  if (row) mark(row);
  countTicked();
});

countTicked();
if (document.querySelector("[data-selected]")) selectAgain();
else if (typeof history.state?.row === "string") goTo(history.state.row);
