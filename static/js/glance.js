// The queue on a wide screen: the claim under the cursor is shown beside the list, once the cursor rests.

const REST = 150; // milliseconds: whoever runs down the list asks for the last claim only

let resting;

function pane() {
  const found = document.getElementById("glance");
  return found?.checkVisibility() ? found : null;
}

function show(row) {
  clearTimeout(resting);
  const link = row.querySelector("[data-row-link]");
  if (!link || !pane()) return;
  resting = setTimeout(async () => {
    const asked = { source: "#glance", target: "#glance", swap: "innerHTML" };
    await window.htmx.ajax("GET", `${link.pathname}glance/`, asked).catch(() => undefined); // app.js says so
    pane()?.querySelector("[data-glance-open]")?.setAttribute("href", link.href); // it leads on through the same list
  }, REST);
}

document.addEventListener("desk:row", (event) => show(event.target));

// Without keys: a press on a row beside its words.
document.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("[data-list] [data-row]") : null;
  if (!row || event.target.closest("a, button, input, label") || !document.getSelection().isCollapsed || !pane()) return;
  document.dispatchEvent(new CustomEvent("desk:goto", { detail: { value: row.dataset.row } }));
});

const current = document.querySelector("[data-list] .is-cur"); // who comes back from a claim stands where he was
if (current) show(current);
