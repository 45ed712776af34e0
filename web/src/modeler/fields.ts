// The controls of the panel. Each has a label, keeps its id from one drawing of the panel to the next, and writes when one
// leaves it or presses enter: one change of a field is one step of undo.
import { h } from "./page";
import { say } from "./words";

export interface Option {
  value: string;
  words: string;
}

type Write = (value: string) => void;

function labelled(id: string, label: string, control: HTMLElement, tip = ""): HTMLElement {
  if (tip) control.setAttribute("aria-describedby", `${id}-tip`);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, tip && h("p", { class: "tip", id: `${id}-tip` }, tip));
}

export function text(id: string, label: string, value: string, write: Write, tip = "", more: Record<string, any> = {}): HTMLElement {
  const change = (event: any) => write(event.target.value.trim());
  const enter = (event: KeyboardEvent) => event.key === "Enter" && (event.target as HTMLElement).blur();
  const control = h("input", { id, type: "text", value, autocomplete: "off", change, keydown: enter, ...more });
  return labelled(id, label, control, tip);
}

export function area(id: string, label: string, value: string, write: Write, tip = "", rows = 3): HTMLElement {
  const control = h("textarea", { id, rows, change: (event: any) => write(event.target.value.trim()) }, value);
  return labelled(id, label, control, tip);
}

export function select(id: string, label: string, value: string, options: Option[], write: Write, tip = ""): HTMLElement {
  return labelled(id, label, choose(id, value, options, write), tip);
}

/** The bare control, for rows that name their fields otherwise. */
export function choose(id: string, value: string, options: Option[], write: Write, label = ""): HTMLSelectElement {
  const known = options.some((each) => each.value === value) ? options : [...options, { value, words: value }];
  const control = h("select", { id, "aria-label": label || undefined, change: (event: any) => write(event.target.value) });
  for (const each of known) {
    control.append(h("option", { value: each.value, selected: each.value === value }, each.words || "–"));
  }
  return control as HTMLSelectElement;
}

export function tick(id: string, label: string, value: boolean, write: (value: boolean) => void, tip = ""): HTMLElement {
  const control = h("input", { id, type: "checkbox", checked: value, change: (event: any) => write(event.target.checked) });
  return h("label", { class: "tick-line", for: id }, control, h("span", {}, label, tip && h("small", { class: "soft" }, tip)));
}

export function number(id: string, label: string, value: number | undefined, write: (value: number | undefined) => void): HTMLElement {
  const change = (event: any) => {
    const typed = Math.trunc(Number(event.target.value));
    write(event.target.value.trim() === "" || !Number.isFinite(typed) || typed < 0 ? undefined : Math.min(typed, 9999));
  };
  const control = h("input", { id, type: "number", min: 0, max: 9999, inputmode: "numeric", value: value ?? "", change });
  return labelled(id, label, control);
}

export function part(title: string, ...children: (HTMLElement | null | false | "")[]): HTMLElement {
  return h("section", { class: "part" }, h("h3", {}, title), ...children);
}

/** What is seldom needed stays folded, as it was left. */
const unfolded = new Set<string>();

export function folded(id: string, title: string, ...children: (HTMLElement | null | false | "")[]): HTMLElement {
  const toggle = (event: any) => (event.target.open ? unfolded.add(id) : unfolded.delete(id));
  return h("details", { id, class: "part", open: unfolded.has(id), toggle }, h("summary", {}, title), ...children);
}

export function remark(words: string): HTMLElement {
  return h("p", { class: "soft small" }, words);
}

export const NONE: Option = { value: "", words: say("– tidak ada –") };
