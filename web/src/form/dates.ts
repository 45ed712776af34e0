// A date repeated in words: what the field itself shows follows the language of the device, and 03/02 may be either.
export function readDates(form: HTMLFormElement): void {
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "date") return;
    const told = document.getElementById(`${field.id}-r`);
    const word = told?.querySelector("b");
    if (!told || !word) return;
    const date = field.valueAsDate;
    told.hidden = !date;
    word.textContent = date ? words.format(date) : "";
  });
}
