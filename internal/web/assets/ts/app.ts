// What the script adds to pages that work without it: pieces that renew themselves, and forms that are not sent twice.
import "htmx.org/dist/htmx.esm.js";

// A form that changes something is sent once: a second click while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// Who signs out leaves nothing of visits on this device.
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && new URL(event.target.action).pathname === "/logout") indexedDB.deleteDatabase("field");
});

// A page that comes back from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// A list of errors that arrives in a piece of a page takes the focus, as it does on a whole page.
document.addEventListener("htmx:after:swap", () => {
  document.querySelector<HTMLElement>(".error-summary")?.focus();
});
