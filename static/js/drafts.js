// What somebody is writing survives a press on another form: an answer swaps the whole claim, and with it every form.
// The fields of a form that was written in are kept over the swap, with the hidden marks of what its writer had seen,
// so that a change made by somebody else in the meantime is still noticed when it is sent.

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
  const preset = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(preset, 0);
}

const nameOf = (form) => `${form.getAttribute("action")}#${form.id}`;

// Forms that cannot be told apart, such as the answers of a checklist, are left alone.
const isOnlyOne = (form) => [...document.forms].filter((other) => nameOf(other) === nameOf(form)).length === 1;

document.addEventListener("htmx:beforeSwap", (event) => {
  const sent = event.detail.requestConfig?.elt?.closest("form");
  for (const form of event.detail.target.querySelectorAll("form")) {
    const fields = fieldsOf(form);
    if (form === sent || !fields.some(isWritten) || !isOnlyOne(form)) continue;
    kept.set(nameOf(form), fields.map(({ name, type, value, checked }) => ({ name, type, value, checked })));
  }
});

document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("form")) {
    const written = kept.get(nameOf(form));
    if (!written || !isOnlyOne(form)) continue;
    for (const { name, type, value, checked } of written) {
      const fields = fieldsOf(form).filter((field) => field.name === name);
      if (type === "checkbox" || type === "radio") {
        for (const field of fields) if (field.value === value) field.checked = checked;
      } else if (fields.length) fields[0].value = value;
    }
    form.closest("details")?.setAttribute("open", "");
  }
  kept.clear();
});
