// What was typed is kept on this device until it has been sent, so that a broken line or an empty battery loses nothing.
// Only forms that ask for it (`data-draft`) do so; files are not kept, nor the fields named in `data-draft-without`.
import { controls, type Control } from "./controls";

const PAUSE = 600;

type Kept = Record<string, string[]>;

export function keepDraft(form: HTMLFormElement): void {
  const key = form.dataset.draft && `alur:${form.dataset.draft}`;
  if (!key) return;
  const note = document.querySelector<HTMLElement>("[data-draft-note]");
  if (!document.querySelector(".errors")) restore(form, key, note);
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => save(form, key), PAUSE);
  });
  document.querySelector("[data-draft-forget]")?.addEventListener("click", () => {
    clearTimeout(waiting);
    localStorage.removeItem(key);
    form.reset();
    if (note) note.hidden = true;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(waiting);
  });
}

function isKept(one: Control): boolean {
  const without = one.form?.dataset.draftWithout?.split(" ") ?? [];
  return !/^(password|file|hidden|submit)$/.test(one.type) && !without.includes(one.name);
}

function isChoice(one: Control): one is HTMLInputElement {
  return one.type === "radio" || one.type === "checkbox";
}

function save(form: HTMLFormElement, key: string): void {
  const kept: Kept = {};
  for (const one of controls(form).filter(isKept)) {
    if (one.value !== "" && (!isChoice(one) || one.checked)) (kept[one.name] ??= []).push(one.value);
  }
  try {
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // A full or forbidden store must not stop anybody from typing.
  }
}

function read(key: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

function restore(form: HTMLFormElement, key: string, note: HTMLElement | null): void {
  const kept = read(key);
  if (!Object.keys(kept).length) return;
  makeRows(form, Object.keys(kept));
  for (const one of controls(form).filter(isKept)) {
    const values = kept[one.name];
    if (isChoice(one)) one.checked = values?.includes(one.value) ?? false;
    else if (values) one.value = values[0];
    if (values) one.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (note) note.hidden = false;
}

/** As many rows as the draft has, list within list. */
function makeRows(form: HTMLFormElement, names: string[]): void {
  for (let depth = 0; depth < 4; depth++) {
    for (const list of form.querySelectorAll<HTMLElement>("[data-rows]")) {
      const numbers = names
        .filter((name) => name.startsWith(`${list.dataset.rows}.`))
        .map((name) => Number(name.slice((list.dataset.rows ?? "").length + 1).split(".")[0]));
      const add = list.querySelector<HTMLButtonElement>(":scope > .rows > button");
      const drawn = list.querySelectorAll(":scope > .rows > [data-row]").length;
      for (let row = drawn; add && !add.hidden && row <= Math.max(-1, ...numbers); row++) add.click();
    }
  }
}
