// Lists of groups: a row more, a row less, without asking the server.
export function watchRows(form: HTMLFormElement): void {
  form.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('button[name="alur-do"]');
    if (!button) return;
    const [verb] = button.value.split(" ");
    if (verb === "add") addRow(button);
    else if (verb === "remove") removeRow(button);
    else if (verb === "drop") button.closest("li")?.remove();
    else return;
    event.preventDefault();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** A copy of the blank row, under the next number. Blank rows within it keep their own place mark. */
export function addRow(button: HTMLButtonElement): void {
  const list = button.closest<HTMLElement>("[data-rows]");
  const blank = list?.querySelector<HTMLTemplateElement>(":scope > template");
  if (!list || !blank) return;
  const name = list.dataset.rows ?? "";
  const html = blank.innerHTML.split(`${name}.*`).join(`${name}.${nextNumber(list)}`);
  button.insertAdjacentHTML("beforebegin", html);
  renumber(list);
  list.querySelector<HTMLElement>(":scope > .rows > [data-row]:last-of-type :is(input:not([type=hidden]), select, textarea)")?.focus();
}

function removeRow(button: HTMLButtonElement): void {
  const list = button.closest<HTMLElement>("[data-rows]");
  button.closest("[data-row]")?.remove();
  if (!list) return;
  renumber(list);
  list.focus();
}

function rowsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > .rows > [data-row]")];
}

function nextNumber(list: HTMLElement): number {
  const numbers = rowsOf(list).map((row) => Number(row.dataset.row?.split(".").pop()));
  return Math.max(-1, ...numbers) + 1;
}

/** People count rows from one; a full list offers no more. */
function renumber(list: HTMLElement): void {
  const rows = rowsOf(list);
  rows.forEach((row, place) => {
    row.querySelectorAll("[data-number]").forEach((mark) => {
      if (mark.closest("[data-row]") === row) mark.textContent = String(place + 1);
    });
  });
  const most = Number(list.dataset.most ?? 0);
  const add = list.querySelector<HTMLElement>(":scope > .rows > button");
  if (add) add.hidden = most > 0 && rows.length >= most;
}
