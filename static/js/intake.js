// Intake: what holds for a candidate, current or dismissed, shows in the article too.

function follow() {
  const row = document.querySelector("[data-list] [data-row].cur")?.dataset.row ?? "";
  for (const mark of document.querySelectorAll("#article-text mark[data-passages]")) {
    const keys = mark.dataset.passages.split(" ");
    mark.classList.toggle("hl-on", keys.includes(row));
    const card = document.getElementById(`p${keys[0]}`);
    if (card?.matches("[data-row]")) mark.classList.toggle("hl-off", card.matches("[data-dismissed]"));
  }
  for (const link of document.querySelectorAll("#article-text .hl-n")) {
    if (link.hash === `#p${row}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Bring the passage into the part of the article that is seen, without moving the page. */
function reveal() {
  const box = document.getElementById("article-text")?.closest("article");
  const mark = document.querySelector("#article-text mark.hl-on");
  if (!box || !mark || box.scrollHeight <= box.clientHeight) return;
  const seen = box.getBoundingClientRect();
  const place = mark.getBoundingClientRect();
  if (place.top < seen.top || place.bottom > seen.bottom) box.scrollTop += place.top - seen.top - seen.height / 3;
}

document.addEventListener("desk:row", () => {
  follow();
  reveal();
});
document.addEventListener("htmx:afterSettle", follow);
follow();
reveal();
