// A button that copies where a link leads. It shows only where a page may copy, and has its room from the start, so that
// nothing moves.

function offer() {
  for (const button of document.querySelectorAll("button[data-copy]")) button.classList.toggle("invisible", !navigator.clipboard);
}

offer();
document.addEventListener("htmx:afterSwap", offer);

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
  const link = button && document.getElementById(button.dataset.copy);
  if (!link) return;
  const done = await navigator.clipboard.writeText(link.href).then(() => true, () => false);
  button.nextElementSibling.textContent = done ? button.dataset.copied : button.dataset.refused;
});
