// Conditions: what an answer makes appear, vanish, or be demanded.
import { valuesOf } from "./controls";

interface Outcome {
  shows: string[];
  needs: string[];
}

interface Rule {
  tests: Record<string, string[]>;
  filled: string[];
  then: Outcome;
  else: Outcome;
}

export function watchRules(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>("[data-rules]");
  if (!box) return;
  const rules = JSON.parse(box.dataset.rules ?? "[]") as Rule[];
  const steered = demandedByBranches(box, rules);
  const apply = () => {
    // A field that appears may decide the next rule.
    for (let pass = 0; pass <= rules.length; pass++) settle(form, box, rules, steered);
  };
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  addEventListener("pageshow", apply);
  apply();
}

function holds(form: HTMLFormElement, rule: Rule): boolean {
  return Object.entries(rule.tests).every(([name, wanted]) => {
    const [value] = valuesOf(form, name);
    return value === undefined ? !rule.filled.includes(name) : wanted.includes(value);
  });
}

function settle(form: HTMLFormElement, box: HTMLElement, rules: Rule[], steered: Set<string>): void {
  const shown = new Set<string>();
  const needed = new Set<string>();
  for (const rule of rules) {
    const outcome = holds(form, rule) ? rule.then : rule.else;
    outcome.shows.forEach((name) => shown.add(name));
    outcome.needs.forEach((name) => needed.add(name));
  }
  for (const part of box.querySelectorAll<HTMLElement>(":scope > [data-field]")) {
    const name = part.dataset.field ?? "";
    if (part instanceof HTMLFieldSetElement) part.hidden = part.disabled = !shown.has(name);
    const word = part.querySelector<HTMLElement>(":scope > .field > :is(label, legend) > .opt");
    if (word && steered.has(name)) word.hidden = needed.has(name);
  }
}

/** The fields that only a branch demands; what is demanded in any case stays as the server wrote it. */
function demandedByBranches(box: HTMLElement, rules: Rule[]): Set<string> {
  const names = new Set(rules.flatMap((rule) => [...rule.then.needs, ...rule.else.needs]));
  for (const part of box.querySelectorAll<HTMLElement>(":scope > [data-demanded]")) names.delete(part.dataset.field ?? "");
  return names;
}
