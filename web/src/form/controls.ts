// Names and values of the controls of a form, as they would be posted.
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (one): one is Control =>
      (one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement) &&
      one.name !== "",
  );
}

/** Whether a box or round button is not chosen. */
function isOff(one: Control): boolean {
  return one instanceof HTMLInputElement && /^(radio|checkbox)$/.test(one.type) && !one.checked;
}

/** The values under a name; what lies in a closed part of the form does not count. */
export function valuesOf(form: HTMLFormElement, name: string): string[] {
  return controls(form)
    .filter((one) => one.name === name && !isOff(one) && !one.matches(":disabled"))
    .map((one) => one.value.trim())
    .filter((value) => value !== "");
}
