// A session that ended while somebody was writing. The page and its text stay; he signs in in a dialog, the forms get
// the new token, and what he had pressed is sent again. A token that grew old because he signed in in another window
// is renewed without asking.

const dialog = document.getElementById("sign-in-again");
const waiting = []; // what to do again once he is signed in
const tried = new WeakSet(); // forms whose token was renewed for the press under way

const page = () => Number(document.body.dataset.person ?? 0);

async function whoIsHere() {
  const answer = await fetch(dialog.dataset.here, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

function renew(token) {
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
}

function complain(sentence) {
  const place = dialog.querySelector("[data-wrong]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function ask() {
  if (dialog.open) return;
  complain("");
  dialog.querySelector('input[name="password"]').value = "";
  dialog.showModal();
  dialog.querySelector('input[name="password"]').focus();
}

/** Signed in or not, and as whom: go on at once where that is enough, else ask. */
async function goOn(again, isAsked) {
  if (again) waiting.push(again);
  let here;
  try {
    here = await whoIsHere();
  } catch {
    complain(dialog.dataset.failed);
    if (isAsked && !dialog.open) dialog.showModal();
    return;
  }
  renew(here.csrf);
  if (!here.person) {
    if (isAsked) ask();
  } else if (here.person !== page()) {
    if (!dialog.open) dialog.showModal();
    complain(dialog.dataset.other);
  } else {
    dialog.close();
    for (const one of waiting.splice(0)) one();
  }
}

/** Press it again: the form with the button that was pressed, or the element itself. */
function pressAgain({ elt, triggeringEvent }) {
  if (elt instanceof HTMLFormElement) {
    const button = triggeringEvent?.submitter;
    elt.requestSubmit(button?.isConnected && button.form === elt ? button : undefined);
  } else elt.click();
}

if (dialog) {
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig } = event.detail;
    const { elt, verb, triggeringEvent } = requestConfig;
    const isStale = xhr.status === 403 && verb !== "get" && !tried.has(elt);
    if (xhr.status !== 401 && !isStale) {
      tried.delete(elt);
      return;
    }
    event.preventDefault(); // no jump to the sign-in page, which would lose the text
    const isPressed = triggeringEvent instanceof Event && ["submit", "click"].includes(triggeringEvent.type);
    if (!isPressed) return; // a part that renews itself waits for the next press
    if (isStale) tried.add(elt);
    window.setTimeout(() => goOn(() => pressAgain(requestConfig), true)); // when htmx has given the button back
  });

  // What else is sent by a script (drafts): asks only when somebody is at it, and goes on by itself.
  document.addEventListener("signed-out", (event) => goOn(event.detail.again, event.detail.ask));

  dialog.querySelector('form[method="post"]').addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "x-requested-with": "XMLHttpRequest", accept: "application/json" },
      });
      if (answer.ok) {
        form.querySelector('input[name="password"]').value = "";
        await goOn(null, true);
        return;
      }
      const told = (await answer.json()).form ?? {};
      const fields = Object.values(told.fields ?? {}).flatMap((field) => field.errors ?? []);
      complain([...(told.errors ?? []), ...fields].join(" ") || dialog.dataset.failed);
    } catch {
      complain(dialog.dataset.failed);
    }
  });
}
