// Who says it, as one field: what is typed finds somebody of the list, and a name that is not there is offered as a new one,
// with its kind.  Without this script the list, the field for a new name and its kind stand there apart.
//
// <div data-pick data-add="Add “%s” as a new claimant" data-new="…" data-speaker="whom the text names"> around a <select>, a text field and another <select>.

const MOST = 8;
const MARKS = /[\u0300-\u036f]/g;

/** A name without accents, case and punctuation, as the server compares names. */
const fold = (name) =>
  name.normalize("NFKD").replace(MARKS, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

function make(tag, given) {
  return Object.assign(document.createElement(tag), given);
}

class Pick {
  constructor(place) {
    this.place = place;
    [this.select, this.kind] = place.querySelectorAll("select");
    this.fresh = place.querySelector("input");
    this.people = [...this.select.options]
      .filter((option) => option.value)
      .map((option) => ({ value: option.value, name: option.text, folded: fold(option.text) }));
    this.input = make("input", { type: "text", className: "input input-sm w-full", autocomplete: "off", dir: "auto" });
    this.list = make("ul", { className: "panel mention pick-list", id: `${this.select.id}-list`, hidden: true });
    this.note = make("p", { className: "meta mt-1 empty:hidden" });
    this.chosen = -1;
    this.putUp();
    this.show(this.fresh.value || this.select.selectedOptions[0]?.value && this.select.selectedOptions[0].text || "");
    this.offerOut();
  }

  /** Where the machine named somebody, one press takes the name out; what is said of it stays until another stands there. */
  offerOut() {
    const found = this.place.closest("form")?.querySelector("[data-found]");
    if (!found) return;
    const clear = found.querySelector("[data-unpick]");
    clear.hidden = false;
    clear.addEventListener("click", () => {
      this.show("");
      this.input.focus();
    });
    this.select.addEventListener("input", () => { found.hidden = true; });
  }

  putUp() {
    const field = this.select.closest(".field");
    const label = field.querySelector("label");
    this.input.id = `${this.select.id}-pick`;
    label.htmlFor = this.input.id;
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.input.setAttribute(name, value);
    if (this.select.getAttribute("aria-invalid")) this.input.setAttribute("aria-invalid", "true");
    const nobody = this.select.options[0]?.value ? "" : this.select.options[0]?.text ?? "";
    if (/\p{L}/u.test(nobody)) this.input.placeholder = nobody;
    const told = this.select.getAttribute("aria-describedby");
    if (told) this.input.setAttribute("aria-describedby", told);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label.textContent);
    this.note.setAttribute("role", "status");
    const stood = document.activeElement === this.select; // brought there because it is wrong
    this.select.hidden = true;
    if (!this.fresh.getAttribute("aria-invalid")) this.fresh.closest(".field").hidden = true;
    this.select.after(this.input, this.list, this.note);
    field.classList.add("menu");
    if (stood) this.input.focus();
    this.input.addEventListener("input", () => {
      this.take(this.input.value);
      this.offer();
    });
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.offer());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  /** The form says what the text says: somebody known, somebody new, or nobody. */
  take(text) {
    const folded = fold(text);
    const known = this.people.find((person) => person.folded === folded);
    this.select.value = known?.value ?? "";
    this.fresh.value = known ? "" : text.trim(); // what is no name is refused in words, not forgotten
    this.kind.closest(".field").hidden = !this.fresh.value;
    this.note.textContent = this.fresh.value ? this.place.dataset.new.replace("%s", this.fresh.value) : "";
    for (const field of [this.select, this.fresh]) field.dispatchEvent(new Event("input", { bubbles: true }));
    return known;
  }

  show(text) {
    this.input.value = text;
    this.take(text);
  }

  offer() {
    const text = this.input.value.trim();
    const folded = fold(text);
    const begins = this.people.filter((person) => person.folded.split(" ").some((word) => word.startsWith(folded)) || person.folded.startsWith(folded));
    const holds = this.people.filter((person) => !begins.includes(person) && person.folded.includes(folded));
    const lines = [...begins, ...holds].slice(0, MOST).map((person) => [person.name, person.name]);
    const named = text || (this.place.dataset.speaker ?? ""); // nothing typed: whom the text names
    if (fold(named) && !this.people.some((person) => person.folded === fold(named))) {
      lines[folded ? "push" : "unshift"]([named, this.place.dataset.add.replace("%s", named)]);
    }
    this.list.replaceChildren(...lines.map(([name, words], place) => {
      const line = make("li", { id: `${this.list.id}-${place}`, textContent: words });
      line.dataset.name = name;
      line.setAttribute("role", "option");
      return line;
    }));
    this.list.hidden = !lines.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark(-1);
  }

  mark(place) {
    this.chosen = place;
    [...this.list.children].forEach((line, number) => line.setAttribute("aria-selected", String(number === place)));
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", this.list.children[place].id);
    this.list.children[place]?.scrollIntoView({ block: "nearest" });
  }

  choose(line) {
    if (!line) return;
    this.show(line.dataset.name);
    this.close();
  }

  /** The marked line, or what was typed; the form is sent by the next press only. */
  enter() {
    if (this.chosen >= 0) this.choose(this.list.children[this.chosen]);
    else this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  press(event) {
    const lines = this.list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (this.list.hidden) this.offer();
      if (lines) this.mark((this.chosen + (event.key === "ArrowDown" ? 1 : -1) + (this.chosen < 0 && event.key === "ArrowUp" ? 1 : 0) + lines) % lines);
    } else if (event.key === "Enter" && !this.list.hidden) this.enter();
    else if (event.key === "Escape" && !this.list.hidden) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function begin() {
  for (const place of document.querySelectorAll("[data-pick]:not([data-picked])")) {
    place.dataset.picked = "";
    new Pick(place);
  }
}

begin();
document.addEventListener("htmx:afterSettle", begin);
