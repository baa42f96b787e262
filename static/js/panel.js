// The administration panel: fields that search as one types are named after their labels, for those who hear the page.
const name = (select) => {
  const label = document.querySelector(`label[for="${select.id}"]`);
  const drawn = select.parentElement?.querySelector(".select2");
  for (const part of (label && drawn?.querySelectorAll("[role=combobox], [role=textbox]")) || []) {
    if (part.hasAttribute("aria-label")) continue;
    part.removeAttribute("aria-labelledby");
    part.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
  }
};
/** What opens below such a field: a list it controls, and a search that is called as the field is. */
const nameOpened = () => {
  const field = document.querySelector(".select2-container--open [role=combobox]");
  if (!field) return;
  field.setAttribute("aria-controls", field.getAttribute("aria-owns") ?? "");
  document.querySelector(".select2-container--open .select2-search__field")?.setAttribute("aria-label", field.ariaLabel ?? "");
};
const nameAll = () => {
  document.querySelectorAll("select.admin-autocomplete").forEach(name);
  nameOpened();
};

new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
nameAll();

// A list on a telephone shows each row by itself: its cells are named after their columns, and stay cells of a table.
const list = document.getElementById("result_list");
if (list) {
  const heads = [...list.querySelectorAll("thead th")];
  const named = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const part of [list, ...list.querySelectorAll("thead, tbody, tr, td")]) part.setAttribute("role", named[part.tagName]);
  for (const head of list.querySelectorAll("th")) head.setAttribute("role", head.closest("thead") ? "columnheader" : "rowheader");
  for (const row of list.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, place) => {
      const words = heads[place]?.querySelector(".text")?.textContent.trim();
      if (words && !cell.classList.contains("action-checkbox")) cell.dataset.label = words;
    });
  }
}
