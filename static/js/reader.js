// The evidence reader: paint the passages, go from one to the next, and keep a passage and its place marked together.

const text = document.querySelector("[data-captured-text]");
const marks = [...document.querySelectorAll("[data-captured-text] mark[data-passages]")];
const keys = [...document.querySelectorAll("[data-passage]")].map((item) => item.dataset.passage);
const PAINTS = { "hl-alt": "passage-altered", "hl-off": "passage-elsewhere", hl: "passage" };
let current = null;

// The browser paints over the text where it can (CSS Custom Highlight); the <mark> elements are the paint where it cannot.
const paints = typeof Highlight === "function" && Boolean(globalThis.CSS?.highlights) && Boolean(text);

function paint(name, elements, priority = 0) {
  const ranges = elements.map((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range;
  });
  const highlight = new Highlight(...ranges);
  highlight.priority = priority;
  CSS.highlights.set(name, highlight);
}

if (paints) {
  const kindOf = (mark) => PAINTS[Object.keys(PAINTS).find((name) => mark.classList.contains(name))];
  for (const name of Object.values(PAINTS)) paint(name, marks.filter((mark) => kindOf(mark) === name));
  text.classList.add("painted");
}

function show(key, scroll) {
  current = key;
  const here = marks.filter((mark) => mark.dataset.passages.split(" ").includes(key));
  for (const mark of marks) mark.classList.toggle("hl-on", here.includes(mark));
  if (paints) paint("passage-current", here, 1);
  for (const item of document.querySelectorAll("[data-passage]")) item.classList.toggle("cur", item.dataset.passage === key);
  for (const link of document.querySelectorAll(".hl-n")) {
    if (link.hash === `#p${key}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (scroll) document.getElementById(`q${key}`)?.scrollIntoView({ block: "center" });
}

/** In the order of the text; passages without a place in this copy come last. */
function step(by) {
  if (keys.length === 0) return;
  const placed = keys.filter((key) => document.getElementById(`q${key}`));
  const order = placed.length ? placed : keys;
  const at = order.indexOf(current);
  const next = at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length;
  show(order[next], true);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
  if (button) step(Number(button.dataset.step));
});

function fromAddress() {
  const key = /^#[pq](\d+)$/.exec(location.hash)?.[1];
  if (key && keys.includes(key)) show(key, location.hash.startsWith("#q"));
}

window.addEventListener("hashchange", fromAddress);
fromAddress();
