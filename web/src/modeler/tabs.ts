// The two leaves of the panel, as tabs that the arrow keys move between.
import { find } from "./page";

const LEAVES = ["say", "found"] as const;
type Leaf = (typeof LEAVES)[number];

export function showTab(leaf: Leaf): void {
  for (const each of LEAVES) {
    const tab = find(`#tab-${each}`);
    tab.setAttribute("aria-selected", String(each === leaf));
    tab.tabIndex = each === leaf ? 0 : -1;
    find(`#panel-${each}`).hidden = each !== leaf;
  }
  find("#modeler").classList.remove("is-folded");
}

export function tabs(): void {
  for (const each of LEAVES) {
    find(`#tab-${each}`).addEventListener("click", () => showTab(each));
    find(`#tab-${each}`).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = each === "say" ? "found" : "say";
      showTab(other);
      find(`#tab-${other}`).focus();
    });
  }
}
