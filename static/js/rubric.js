// The rubric by keys: 1, 2 and 3 (no, partly, yes) answer the question one is at, else the first that is open, and go on to
// the next; after the last to the button that saves.

document.addEventListener("desk:key", (event) => {
  const { key, from } = event.detail;
  const form = document.querySelector("#rubric form");
  if (!form || !/^[123]$/.test(key)) return;
  const questions = [...form.querySelectorAll("fieldset")];
  const here = questions.find((one) => one.contains(from)) ?? questions.find((one) => !one.querySelector(":checked"));
  const choice = here?.querySelectorAll("input[type=radio]")[Number(key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const next = questions[questions.indexOf(here) + 1];
  (next ? (next.querySelector(":checked") ?? next.querySelector("input")) : form.querySelector("button")).focus();
});
