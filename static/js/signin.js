// A session that ended while somebody was writing. The page and its text stay; he signs in in a dialog, the forms get
// the new token, and what he had pressed is sent again. A token that grew old because he signed in in another window
// is renewed without asking.

const page = document.body.dataset;
const waiting = new Map(); // element -> what to do again once he is signed in: the press, else the draft
const tried = new WeakSet(); // forms whose token was renewed for the press under way
let dialog = null;

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

function renew(token) {
  for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
}

/** The dialog, fetched from the desk when it is first needed. */
async function open(sentence = "") {
  if (!dialog) {
    const answer = await fetched(`${page.signIn}?login=${encodeURIComponent(page.login)}`);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog = document.adoptNode(found.getElementById("sign-in-again"));
    document.body.append(dialog);
    dialog.querySelector('form[method="post"]').addEventListener("submit", signIn);
  }
  complain(sentence);
  if (dialog.open) return;
  dialog.querySelector('input[name="password"]').value = "";
  dialog.showModal();
  dialog.querySelector('input[name="password"]').focus();
}

function complain(sentence) {
  const place = dialog.querySelector("[data-wrong]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

/** Signed in or not, and as whom: go on at once where that is enough, else ask. */
async function goOn() {
  const here = await (await fetched(page.here)).json();
  if (!here.person) await open();
  else if (here.person !== Number(page.person)) {
    await open();
    complain(dialog.dataset.other);
  } else {
    dialog?.close();
  }
  renew(here.csrf);
  if (here.person !== Number(page.person)) return;
  const all = [...waiting.values()];
  waiting.clear();
  for (const again of all) again();
}

/** The desk does not answer: the sentence that app.js has for it. */
const failed = () => document.dispatchEvent(new CustomEvent("htmx:sendError"));

async function signIn(event) {
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
      await goOn();
      return;
    }
    const told = (await answer.json()).form ?? {};
    const fields = Object.values(told.fields ?? {}).flatMap((field) => field.errors ?? []);
    complain([...(told.errors ?? []), ...fields].join(" ") || dialog.dataset.failed);
  } catch {
    complain(dialog.dataset.failed);
  }
}

/** Press it again: the form with the button that was pressed, or the element itself. */
function pressAgain({ elt, triggeringEvent }) {
  if (elt instanceof HTMLFormElement) {
    const button = triggeringEvent?.submitter;
    elt.requestSubmit(button?.isConnected && button.form === elt ? button : undefined);
  } else elt.click();
}

if (page.person) {
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
    // When htmx has given the button back.
    waiting.set(elt, () => pressAgain(requestConfig));
    window.setTimeout(() => goOn().catch(failed));
  });

  // What else is sent by a script (drafts).
  document.addEventListener("signed-out", ({ detail }) => {
    if (!waiting.has(detail.what)) waiting.set(detail.what, detail.again);
    goOn().catch(failed);
  });
}
