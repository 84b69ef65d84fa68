// The statistics: filters that show their effect at once, and long tables that begin short.
const form = document.querySelector("[data-filters]");
form.addEventListener("change", (event) => {
  // Days that somebody chose count instead of the period.
  if (event.target.matches("[data-day]")) form.querySelector("[data-period]").value = "custom";
  if (form.reportValidity()) form.requestSubmit();
});

const table = document.querySelector("table[data-more]");
const button = document.querySelector("[data-show-all]");
if (table && table.tBodies[0].rows.length > Number(table.dataset.more)) {
  table.classList.add("is-short");
  button.hidden = false;
  button.addEventListener("click", () => {
    table.classList.remove("is-short");
    button.hidden = true;
    table.tBodies[0].rows[Number(table.dataset.more)].querySelector("a")?.focus();
  });
}
