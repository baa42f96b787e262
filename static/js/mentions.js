// "@" in a comment offers the people of the desk by name. Without this script the user name is typed in full.

const people = new Map(); // address -> promise of the people who can be named there
let box = null; // the list of names on offer
let field = null; // the text it belongs to
let chosen = 0;

function load(address) {
  if (!people.has(address)) {
    const asked = fetch(address, { headers: { accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { people: [] }))
      .then((found) => found.people)
      .catch(() => []);
    people.set(address, asked);
  }
  return people.get(address);
}

/** What is typed after the last "@" before the cursor; null when no name is being typed. */
function typed(text) {
  const before = text.value.slice(0, text.selectionStart);
  return /(?:^|[^\w@])@([\w.+-]*)$/.exec(before)?.[1] ?? null;
}

const fits = (person, start) =>
  person.username.toLowerCase().startsWith(start) ||
  person.name.toLowerCase().split(/\s+/).some((word) => word.startsWith(start));

function close() {
  box?.remove();
  box = null;
  for (const name of ["aria-controls", "aria-activedescendant"]) field?.removeAttribute(name);
  field = null;
}

function mark(number) {
  const offered = [...box.children];
  chosen = (number + offered.length) % offered.length;
  offered.forEach((line, place) => line.setAttribute("aria-selected", String(place === chosen)));
  field.setAttribute("aria-activedescendant", offered[chosen].id);
}

function take(line) {
  const text = field;
  const start = text.selectionStart - typed(text).length;
  text.setRangeText(`${line.dataset.username} `, start, text.selectionStart, "end");
  close();
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(text, found) {
  close();
  if (!found.length) return;
  field = text;
  box = document.createElement("ul");
  box.className = "panel mention";
  box.id = `${text.id}-names`;
  box.setAttribute("role", "listbox");
  found.forEach((person, place) => {
    const line = document.createElement("li");
    line.id = `${box.id}-${place}`;
    line.dataset.username = person.username;
    line.setAttribute("role", "option");
    line.textContent = `${person.name} (@${person.username})`;
    line.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(line);
    });
    box.append(line);
  });
  text.after(box);
  text.setAttribute("aria-controls", box.id);
  mark(0);
}

document.addEventListener("input", async (event) => {
  const text = event.target;
  if (!(text instanceof HTMLTextAreaElement) || !text.dataset.mentions) return;
  const start = typed(text)?.toLowerCase();
  if (start === undefined) return close();
  const everybody = await load(text.dataset.mentions);
  if (typed(text)?.toLowerCase() !== start) return;
  offer(text, everybody.filter((person) => fits(person, start)).slice(0, 6));
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!box || event.target !== field) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(box.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

// A press elsewhere takes the focus away between its two halves: the list stays until the press has arrived, for what is
// pressed would move from under the pointer.
let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true), true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => {
    pressing = false;
    if (box && document.activeElement !== field) close();
  }), true);
}
document.addEventListener("focusout", (event) => {
  if (event.target === field && !pressing) close();
});
