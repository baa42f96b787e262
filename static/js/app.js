// What every page of the desk does: counts refusals of the content security policy (browser tests read the count),
// keeps focus and says what happened when htmx swaps a part of the page, closes menus.

window.cspViolations = 0;
// Buffered: this module runs after the page was parsed, and what was refused until then must count as well.
if ("ReportingObserver" in window) {
  const count = (reports) => {
    window.cspViolations += reports.length;
  };
  new ReportingObserver(count, { types: ["csp-violation"], buffered: true }).observe();
} else {
  document.addEventListener("securitypolicyviolation", () => {
    window.cspViolations += 1;
  });
}

const live = document.getElementById("live");

/** Say one sentence to those who hear the page. The empty text first makes a repeated sentence heard again. */
function say(sentence) {
  if (!live || !sentence) return;
  live.textContent = "";
  window.setTimeout(() => {
    live.textContent = sentence;
  }, 50);
}

// The server may answer with the header HX-Trigger: {"say": "3 claims assigned"}.
document.addEventListener("say", (event) => say(event.detail.value ?? event.detail));

/** A notice at the top of the page, for the failures that no part of the page can show itself. */
function show(sentence) {
  const place = document.getElementById("messages");
  if (!place || !sentence) return;
  const note = document.createElement("div");
  note.className = "note note-late";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  place.replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", () => show(document.body.dataset.failed));
document.addEventListener("htmx:timeout", () => show(document.body.dataset.failed));
document.addEventListener("htmx:responseError", (event) => {
  show((document.body.dataset.refused ?? "").replace("%(status)s", event.detail.xhr.status));
});

/** Put the focus on something that need not be a control; the page does not move. */
function stand(place) {
  if (!place.matches("a, button, input, select, textarea, summary")) place.setAttribute("tabindex", "-1");
  place.focus({ preventScroll: true });
}

// Focus: htmx restores it for elements with an id. When the focused element is gone, go to what answers the press: the
// alert or the first wrong field of the new part, else to the nearest part around it that is still there (of a form that
// was folded away its opener); never back to the top of the page. An undo pressed in a message leaves one at the messages.
// Each request has its own: a part that renews itself meanwhile must not forget it for another.
const held = new WeakMap(); // request -> the target of its answer, and where one stood in it
const told = new WeakSet(); // requests whose answer is a sentence at the top of the page, to which one is led
const pressedIn = new WeakMap(); // request -> where one stood; the pressed button itself is disabled meanwhile

/** The ids of the parts an element stands in, the nearest first. */
function partsAround(element) {
  const ids = [];
  for (let part = element.closest("[id]"); part; part = part.parentElement?.closest("[id]")) ids.push(part.id);
  return ids;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, xhr } = event.detail;
  const active = document.activeElement;
  if (elt.matches("[data-told]")) told.add(xhr);
  if (elt.contains(active) || active?.form === elt) pressedIn.set(xhr, partsAround(active));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const active = document.activeElement;
  const isLost = !active || active === document.body;
  const parts = isLost ? pressedIn.get(xhr) : target?.contains(active) ? partsAround(active) : null;
  if (parts) held.set(xhr, { target: target?.id, parts });
});

const isSeen = (element) => Boolean(element?.checkVisibility({ visibilityProperty: true }));

document.addEventListener("htmx:afterSettle", (event) => {
  const { xhr } = event.detail;
  const note = xhr && told.has(xhr) ? document.querySelector('#messages [role="status"]') : null;
  if (note) {
    told.delete(xhr);
    note.scrollIntoView({ block: "center" });
    stand(note);
    return;
  }
  const stood = xhr && held.get(xhr);
  if (!stood || (document.activeElement && document.activeElement !== document.body)) return;
  const { target, parts } = stood;
  held.delete(xhr);
  const part = target ? document.getElementById(target) : null;
  const around = parts.map((id) => document.getElementById(id)).find(isSeen);
  const answer = part?.querySelector('[aria-invalid="true"], [role="alert"], [data-focus]') ?? around ?? part;
  if (!answer) return;
  const place = answer.matches("details:not([open])") ? (answer.querySelector("summary") ?? answer) : answer;
  stand(place);
  if (answer.matches('[aria-invalid="true"], [role="alert"]')) place.scrollIntoView({ block: "nearest" });
});

// A page that loads itself anew, when work in the background is done, leaves one where one stood, and says its stage.
const STOOD = "stood";

document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr } }) => {
  const active = document.activeElement;
  if (xhr.getResponseHeader("HX-Refresh") !== "true" || !active || active === document.body) return;
  window.sessionStorage.setItem(STOOD, JSON.stringify([location.pathname, partsAround(active)]));
});

const [stoodOn, stoodIn] = JSON.parse(window.sessionStorage.getItem(STOOD) ?? "[]");
window.sessionStorage.removeItem(STOOD);
if (stoodOn === location.pathname) {
  const around = stoodIn.map((id) => document.getElementById(id)).find(isSeen);
  if (around) stand(around);
  say(document.querySelector('.stages [aria-current="step"]')?.textContent.trim());
}

// What came of a press stands at the top of the page, in an element that is new; it is said as well.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id !== "messages" && event.detail.elt?.id !== "messages") return;
  const told = [...document.querySelectorAll('#messages [role="status"]')].map((note) => {
    const copy = note.cloneNode(true);
    for (const control of copy.querySelectorAll("button, svg")) control.remove();
    return copy.textContent.trim();
  });
  say(told.join(" "));
});

// After a whole page came back with wrong fields, start at the first of them.
document.querySelector('form [aria-invalid="true"]')?.focus();

// A link to something inside a closed part opens the part first, and a field it leads to is ready to be written in.
function reveal(hash) {
  const place = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  if (!place) return;
  for (let part = place.closest("details:not([open])"); part; part = part.closest("details:not([open])")) part.open = true;
  if (!place.matches("input, select, textarea")) {
    if (!place.contains(document.activeElement)) stand(place);
    return;
  }
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (link) window.setTimeout(() => reveal(link.hash));
});
window.addEventListener("hashchange", () => reveal(location.hash));
reveal(location.hash);

// On a narrow screen the links of the shell are wider than it: the one of this page is in sight.
for (const link of document.querySelectorAll(".nav [aria-current]")) {
  const row = link.parentElement;
  row.scrollLeft += Math.max(0, link.getBoundingClientRect().right - row.getBoundingClientRect().right);
}

// Menus (<details data-menu>) close on Escape and on a press elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  const element = event.target instanceof Element ? event.target : null;
  closeMenus(element?.closest("details[data-menu]"));
  const opener = element?.closest("[data-open]");
  if (opener) {
    closeMenus(null);
    document.getElementById(opener.dataset.open)?.showModal();
  }
  const toggle = element?.closest("[data-toggle]");
  const box = toggle && document.getElementById(toggle.dataset.toggle);
  if (box) {
    event.preventDefault();
    box.hidden = !box.hidden;
    if (!box.hidden) box.querySelector("input")?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const element = event.target instanceof Element ? event.target : null;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && element?.matches("textarea")) {
    event.preventDefault();
    element.form?.requestSubmit();
  }
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const menu = document.querySelector("details[data-menu][open]") ?? element?.closest("details[data-escape][open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  } else {
    element?.closest("form")?.querySelector("a[data-escape]")?.click();
  }
});

// A form that is opened is ready to be written in.
document.addEventListener(
  "toggle",
  (event) => {
    const box = event.target;
    if (box instanceof Element && box.matches("details[data-escape][open]")) box.querySelector("textarea")?.focus();
  },
  { capture: true },
);
