// Walking a token through the drawing: on a copy in a viewer of its own, fetched when first asked for, so that nothing of
// it can touch the draft.
import type { Drawing } from "./drawing";

let shown: any;

/** Show the simulation in place of the drawing, or take it away again. */
export async function simulate(drawing: Drawing, button: HTMLButtonElement): Promise<void> {
  const canvas = document.getElementById("canvas")!;
  if (shown) {
    shown.destroy();
    shown = undefined;
    document.getElementById("walk")?.remove();
  } else {
    button.disabled = true;
    const { Walk } = await import("./walk").finally(() => (button.disabled = false));
    const box = document.createElement("div");
    box.id = "walk";
    canvas.parentElement!.append(box);
    shown = await Walk.on(box, await drawing.xml(), drawing.get("canvas").viewbox());
  }
  canvas.hidden = Boolean(shown);
  button.setAttribute("aria-pressed", String(Boolean(shown)));
}
