// What every page loads: focus on what went wrong, a kept draft forgotten once it has been sent, forms that wait for the
// line, and the button that prints.
import { holdForms } from "./hold";

document.querySelector<HTMLElement>(".errors")?.focus();

for (const sent of document.querySelectorAll<HTMLElement>("[data-draft-sent]")) {
  localStorage.removeItem(`alur:${sent.dataset.draftSent}`);
}

holdForms();

for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
