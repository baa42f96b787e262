// A button that copies what a part of the page says, or where a link leads. It shows only where a page may copy, and has
// its room from the start, so that nothing moves.

function offer(part) {
  for (const button of part.querySelectorAll("button[data-copy]")) button.classList.toggle("invisible", !navigator.clipboard);
}

offer(document);
document.addEventListener("htmx:afterSwap", () => offer(document));

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = source instanceof HTMLAnchorElement ? source.href : source.textContent.trim().replace(/\s+/g, " ");
  const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
  button.nextElementSibling.textContent = done ? button.dataset.copied : button.dataset.refused;
});
