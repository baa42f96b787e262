// Evidence by stance: a piece is dragged to another column, or moved there by a key while the focus is on its card. Both
// press the button of the card's own menu; what the server answers takes the card's place, and only then it moves.

const COLUMN = "[data-column]";
const CARD = ".ev[data-stance]";
const KEYS = { s: "supports", r: "refutes", c: "context" };

let dragged = null;

const columnOf = (event) => (dragged && event.target instanceof Element ? event.target.closest(COLUMN) : null);

/** Ask for a card to stand in another column; false when it stands there, or may not be moved. */
function move(card, stance) {
  const button = card.querySelector(`button[form="move-evidence"][value$=":${stance}"]`);
  button?.click();
  return Boolean(button);
}

/** Put a card where its stance and its number want it. */
function settle(card) {
  const list = document.querySelector(`[data-column="${card.dataset.stance}"] > ol`);
  if (!list || card.parentElement === list) return;
  const number = Number(card.dataset.number);
  const next = [...list.querySelectorAll(CARD)].find((other) => Number(other.dataset.number) > number);
  list.insertBefore(card, next ?? null);
  card.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:afterSwap", () => document.querySelectorAll(CARD).forEach(settle));

// --- by the mouse

function mark(column) {
  for (const other of document.querySelectorAll(COLUMN)) other.classList.toggle("is-over", other === column);
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target instanceof Element && event.target.matches(".ev-drag") ? event.target.closest(CARD) : null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
  event.dataTransfer.setDragImage(dragged, 12, 12);
});

document.addEventListener("dragover", (event) => {
  const column = columnOf(event);
  if (dragged) mark(column);
  if (column) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const column = columnOf(event);
  if (!column) return;
  event.preventDefault();
  move(dragged, column.dataset.column);
});

document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

// --- by keys

/** The next card, or the one before; from outside the first or the last. */
function step(from, by) {
  const cards = [...document.querySelectorAll(CARD)];
  const at = cards.indexOf(from);
  const card = at < 0 ? cards.at(by > 0 ? 0 : -1) : cards[at + by];
  card?.focus();
  return Boolean(card);
}

document.addEventListener("desk:key", (event) => {
  const { key, from } = event.detail;
  const card = from instanceof Element ? from.closest(CARD) : null;
  const answers = {
    e: () => step(card, 1),
    E: () => step(card, -1),
    g: () => {
      const grade = card?.querySelector(".ev-grade");
      grade?.click();
      return Boolean(grade);
    },
  };
  const isTaken = key in KEYS ? Boolean(card) && move(card, KEYS[key]) : Object.hasOwn(answers, key) && answers[key]();
  if (isTaken) event.preventDefault();
});
