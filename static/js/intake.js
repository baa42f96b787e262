// Intake: what holds for a candidate, current, kept or dismissed, shows in the article too.

function follow() {
  const row = document.querySelector("[data-list] [data-row].cur")?.dataset.row ?? "";
  for (const mark of document.querySelectorAll("#article-text mark[data-passages]")) {
    const keys = mark.dataset.passages.split(" ");
    mark.classList.toggle("hl-on", keys.includes(row));
    const card = document.getElementById(`p${keys[0]}`);
    if (!card?.matches("[data-row]")) continue;
    mark.classList.toggle("hl-off", card.matches("[data-dismissed]"));
    mark.classList.toggle("hl-done", card.matches("[data-kept]"));
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

// The form of a card is fetched when one comes to it; who decides before it is there is not asked to press twice.
let early = null;

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-row] button[form]") : null;
  if (button && !button.form) early = { form: button.getAttribute("form"), value: button.value };
});

document.addEventListener("htmx:afterSettle", () => {
  const buttons = early ? [...document.querySelectorAll(`button[form="${early.form}"]`)] : [];
  const button = buttons.find((other) => other.form && other.value === early.value);
  if (!button) return;
  early = null;
  button.click();
});

// A long article's candidates come in parts: the next one before one has walked down to it.
const AHEAD = 10;

function fetchMore() {
  const rows = [...document.querySelectorAll("[data-list] [data-row]")];
  const more = document.getElementById("more-cards");
  if (more && rows.slice(-AHEAD).some((row) => row.matches(".cur"))) more.dispatchEvent(new CustomEvent("desk:more"));
}

// The one to go to is not on the page yet: the page is opened at it.
document.addEventListener("desk:goto", (event) => {
  const key = event.detail.value;
  if (!document.getElementById(`p${key}`) && document.getElementById("more-cards")) {
    location.assign(`?${new URLSearchParams({ from: document.getElementById("from").value, at: key })}#p${key}`);
  }
});

/** The sentence to decide on stays in sight: a card that is longer than the room for it shows its head, not its end. */
function show(row) {
  const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement);
  const room = innerHeight - Number.parseFloat(scrollPaddingTop) - Number.parseFloat(scrollPaddingBottom);
  row.scrollIntoView({ block: row.offsetHeight > room ? "start" : "nearest" });
}

let opening = ""; // the card one has just come to, which grows by its form as that comes

document.addEventListener("desk:row", (event) => {
  opening = event.detail.row;
  follow();
  reveal();
  fetchMore();
  show(event.target);
});
document.addEventListener("htmx:afterSettle", (event) => {
  follow();
  if (!(event.target instanceof Element) || event.target.dataset.row !== opening) return;
  opening = "";
  show(event.target);
});
window.addEventListener("resize", reveal); // a telephone is turned, a keyboard comes up

/** An article that is half decided opens at what is to be decided next, not at its first candidate. */
function goOn() {
  const row = document.querySelector("[data-list] [data-row].cur");
  if (!row?.previousElementSibling || location.hash || scrollY) return;
  if (row.getBoundingClientRect().bottom > innerHeight) row.scrollIntoView({ block: "start" });
}

goOn();
follow();
reveal();
