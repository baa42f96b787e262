// Single keys. An element with data-key="a" is pressed (or, when it takes text, focused) by that key; inside a list the
// one in the current row goes first. "?" shows all keys of the page; they can be switched off (WCAG 2.1.4).

const STORED = "desk.keys";
const FIELDS = "input:not([type=hidden]), select, textarea";
const dialog = document.getElementById("keys");
const box = dialog?.querySelector("[data-keys-on]");

/** Storage may be refused by the browser; then keys are on and the choice lasts for the page. */
function remembered() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

let on = remembered();
if (box) box.checked = on;

box?.addEventListener("change", () => {
  on = box.checked;
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // nothing to do: the choice lasts for this page
  }
});

const visible = (element) => element.getClientRects().length > 0 && !element.disabled;

function keyed(key) {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(visible);
  return all.find((element) => element.closest(".is-cur, .cur")) ?? all.find((element) => !element.closest("[data-row]"));
}

function fillDialog() {
  for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = !document.querySelector(part.dataset.when);
  const seen = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const words = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? ownWords(element);
    if (!seen.has(element.dataset.key)) seen.set(element.dataset.key, words);
  }
  const list = dialog.querySelector("[data-page-keys]");
  list.replaceChildren(...[...seen].map(([key, words]) => row(key, words)));
}

function ownWords(element) {
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, svg")) part.remove();
  return copy.textContent.trim();
}

function row(key, words) {
  const line = document.createElement("div");
  const name = document.createElement("dt");
  const mark = document.createElement("kbd");
  mark.className = "kbd";
  mark.textContent = key;
  name.append(mark);
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  line.append(name, meaning);
  return line;
}

function typing(element) {
  return element instanceof Element && element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function openDialog() {
  if (!dialog || dialog.open) return;
  fillDialog();
  dialog.showModal();
}

/** Press it. A box that opens takes the focus to its first field, and gives it back when it is closed by Escape. */
function press(element) {
  const from = document.activeElement;
  element.click();
  const opened = element.matches("summary") ? element.closest("details[open]") : null;
  const field = opened && [...opened.querySelectorAll(FIELDS)].find(visible);
  if (!field) return;
  field.focus();
  const leave = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    opened.open = false;
    const back = from?.isConnected && from !== document.body ? from : element;
    back.focus();
  };
  opened.addEventListener("keydown", leave);
  opened.addEventListener("toggle", () => opened.open || opened.removeEventListener("keydown", leave));
}

document.querySelectorAll('[data-open="keys"]').forEach((opener) => opener.addEventListener("click", fillDialog));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target instanceof Element && event.target.matches("[type=search]")) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  if (!on || dialog?.open || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    openDialog();
    return;
  }
  const search = event.key === "/" ? [...document.querySelectorAll("[data-search]")].find(visible) : null;
  const element = search ?? keyed(event.key);
  if (element) {
    event.preventDefault();
    if (typing(element)) element.focus();
    else press(element);
    return;
  }
  // Lists listen to this one; they say "taken" by preventing it.
  const asked = new CustomEvent("desk:key", { detail: { key: event.key, from: event.target }, cancelable: true });
  if (!document.dispatchEvent(asked)) event.preventDefault();
});
