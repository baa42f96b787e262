// The evidence reader: go from passage to passage, and keep the passage and its place in the text marked together.

const marks = [...document.querySelectorAll("[data-captured-text] mark[data-passages]")];
const keys = [...document.querySelectorAll("[data-passage]")].map((item) => item.dataset.passage);
let current = null;

function show(key, scroll) {
  current = key;
  for (const mark of marks) mark.classList.toggle("hl-on", mark.dataset.passages.split(" ").includes(key));
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
