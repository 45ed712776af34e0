// Forms of SOPs with a script: what the server does at a press of a button happens here at once.
// Without this script every form works the same, one page load slower.
import { keepDraft } from "./form/draft";
import { readDates } from "./form/dates";
import { watchFiles } from "./form/files";
import { watchRows } from "./form/rows";
import { watchRules } from "./form/rules";

for (const form of document.querySelectorAll<HTMLFormElement>("form")) {
  if (!form.querySelector(".fields")) continue;
  watchRows(form);
  watchFiles(form);
  readDates(form);
  keepDraft(form);
  watchRules(form);
  sendOnce(form);
}

/** A second tap while the line is slow sends nothing. */
function sendOnce(form: HTMLFormElement): void {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => (sent = false));
}
