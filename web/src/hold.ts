// A form that meets a broken line (`data-hold`) waits in its page and is sent, once, when the line is back. Should a line
// break while it is being sent, the key within the form lets the service take it once all the same.
const PAUSE = 8000;

export function holdForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-hold]")) {
    let busy = false;
    addEventListener("pageshow", () => (busy = false));
    form.addEventListener("submit", (event) => {
      const button = event.submitter as HTMLButtonElement | null;
      if (button?.name === "alur-do") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!busy) void sendWhenUp(form, button);
      busy = true;
    });
  }
}

async function sendWhenUp(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  const note = form.querySelector<HTMLElement>("[data-held]");
  while (!(await isUp())) {
    if (note?.hidden) {
      note.hidden = false;
      note.scrollIntoView({ block: "center" });
    }
    await new Promise((go) => {
      addEventListener("online", go, { once: true });
      setTimeout(go, PAUSE);
    });
  }
  if (button?.name) {
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(pressed);
  }
  form.submit();
}

async function isUp(): Promise<boolean> {
  try {
    await fetch("/lacak", { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}
