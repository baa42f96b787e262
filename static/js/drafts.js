// What somebody is writing survives a press on another form: an answer swaps the whole claim, and with it every form.
// The fields of a form that was written in are kept over the swap, with the hidden marks of what its writer had seen,
// so that a change made by somebody else in the meantime is still noticed when it is sent.
//
// Forms with data-draft are also kept on the server while they are written in, as a draft that only their writer sees;
// when the page is opened again it is offered, and "Go on writing" fills the form with it.

const LEFT_OUT = ["csrfmiddlewaretoken", "once"];
const kept = new Map();

const NOT_WRITTEN_IN = ["file", "submit", "button", "reset", "image"];

const fieldsOf = (form) =>
  [...form.elements].filter(
    (field) => field.name && !NOT_WRITTEN_IN.includes(field.type) && !LEFT_OUT.includes(field.name),
  );

function isWritten(field) {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  if (field.multiple) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  const preset = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(preset, 0);
}

const nameOf = (form) => `${form.getAttribute("action")}#${form.id}`;

// Forms that cannot be told apart, such as the answers of a checklist, are left alone.
const isOnlyOne = (form) => [...document.forms].filter((other) => nameOf(other) === nameOf(form)).length === 1;

function keepForms(event) {
  const sent = event.detail.requestConfig?.elt?.closest("form");
  for (const form of event.detail.target.querySelectorAll("form")) {
    const fields = fieldsOf(form);
    if (form === sent || !fields.some(isWritten) || !isOnlyOne(form)) continue;
    kept.set(nameOf(form), fields.map((field) => ({
      name: field.name,
      type: field.type,
      value: field.value,
      checked: field.checked,
      chosen: [...(field.selectedOptions ?? [])].map((option) => option.value),
    })));
  }
}

document.addEventListener("htmx:beforeSwap", keepForms);
document.addEventListener("htmx:oobBeforeSwap", keepForms);

document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("form")) {
    const written = kept.get(nameOf(form));
    if (!written || !isOnlyOne(form)) continue;
    for (const { name, type, value, checked, chosen } of written) {
      if (form.dataset.draft && HIDDEN.includes(name)) setHidden(form, name, value);
      const fields = fieldsOf(form).filter((field) => field.name === name);
      if (type === "checkbox" || type === "radio") {
        for (const field of fields) if (field.value === value) field.checked = checked;
      } else if (type === "select-multiple") {
        for (const option of fields[0]?.options ?? []) option.selected = chosen.includes(option.value);
      } else if (fields.length) fields[0].value = value;
    }
    form.closest("details")?.setAttribute("open", "");
    if (form.dataset.draft) keepSoon(form);
  }
  kept.clear();
  hideOwn();
});

// --- kept on the server

const PAUSE = 1200; // milliseconds without a key before it is kept
const LONGEST = 8000; // and at the latest after so many
const AGAIN = 10_000; // after the desk did not answer
const HIDDEN = ["draft", "instead_of"];
const timers = new WeakMap(); // form -> {timer, since}
const busy = new WeakSet();
const STILL_WRITING = 60_000;
let written = { part: "", at: 0 };

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
const ownKeys = new Set();

function setHidden(form, name, value) {
  let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
  if (name === "draft") ownKeys.add(value);
}

function tell(form, said, isWarning = false) {
  const place = form.querySelector("[data-draft-said]");
  if (!place) return;
  place.textContent = said;
  place.classList.toggle("late", isWarning);
}

function bodyOf(form) {
  if (!form.querySelector('input[name="draft"]')) setHidden(form, "draft", newKey());
  const body = new FormData(form);
  body.delete("once");
  return body;
}

function keepSoon(form, pause = PAUSE) {
  const { timer, since = Date.now() } = timers.get(form) ?? {};
  window.clearTimeout(timer);
  const wait = Math.min(pause, Math.max(0, since + Math.max(LONGEST, pause) - Date.now()));
  timers.set(form, { timer: window.setTimeout(() => keep(form), wait), since });
}

async function keep(form, isAgain = false) {
  if (!form.isConnected) return;
  if (busy.has(form)) {
    keepSoon(form);
    return;
  }
  timers.delete(form);
  busy.add(form);
  const body = bodyOf(form);
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (answer.status === 401 || answer.status === 403) {
      tell(form, form.dataset.draftFailed, true);
      if (isAgain) return;
      const detail = { what: form, again: () => keep(form, true) };
      document.dispatchEvent(new CustomEvent("signed-out", { detail }));
      return;
    }
    const { said, warning } = await answer.json();
    if (answer.ok) form.querySelector('input[name="instead_of"]')?.remove(); // it was taken over
    tell(form, warning ? `${said} ${warning}` : said, Boolean(warning) || !answer.ok);
  } catch {
    tell(form, form.dataset.draftFailed, true);
    keepSoon(form, AGAIN);
  } finally {
    busy.delete(form);
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.draft) return;
  keepSoon(form);
  written = { part: form.dataset.part, at: Date.now() };
});

// The page says now and then that it is open; with it goes the part that is being written.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-presence]") || Date.now() - written.at > STILL_WRITING) return;
  event.detail.parameters.writing = written.part;
});

// Save sends the draft's key along, and the draft goes with it.
document.addEventListener(
  "submit",
  (event) => {
    window.clearTimeout(timers.get(event.target)?.timer);
    timers.delete(event.target);
  },
  true,
);

// The window closes before the pause was over.
window.addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    if (timers.has(form) && fieldsOf(form).some(isWritten)) navigator.sendBeacon(form.dataset.draft, bodyOf(form));
  }
});

/** What this window itself is writing needs no offer. */
function hideOwn() {
  for (const button of document.querySelectorAll("[data-take-up]")) {
    if (ownKeys.has(button.dataset.key)) button.closest("[data-offer]").hidden = true;
  }
}

async function takeUp(button) {
  const form = document.querySelector(`form[data-draft][data-part="${button.dataset.part}"]`);
  if (!form) return;
  if (fieldsOf(form).some(isWritten)) await keep(form); // what stands there stays a draft of its own
  const answer = await fetch(button.dataset.takeUp, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("signed-out", { detail: { what: button, again: () => takeUp(button) } }));
    return;
  }
  if (!answer.ok) return;
  const { texts, seen, mark } = await answer.json();
  const fill = (name, value) => {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
    return field;
  };
  const filled = Object.entries(texts).map(([name, text]) => fill(name, text));
  for (const [name, value] of Object.entries(seen)) fill(`seen-${name}`, value);
  setHidden(form, "draft", newKey());
  setHidden(form, "instead_of", mark);
  button.closest("[data-offer]").hidden = true;
  form.closest("details")?.setAttribute("open", "");
  filled.find(Boolean)?.focus();
  keepSoon(form);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-take-up]") : null;
  if (button) takeUp(button);
});
