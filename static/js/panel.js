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
const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);

new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
nameAll();
