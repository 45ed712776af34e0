// Shows a step of the list of differences in both drawings of the page, which the viewer has drawn.
import "./styles/compare.css";

function show(link: HTMLElement): void {
  const drawings = document.querySelectorAll<HTMLElement>("[data-drawing][data-side]");
  for (const drawing of drawings) {
    const element = drawing.dataset.side === "sebelum" ? link.dataset.before : link.dataset.after;
    drawing.dispatchEvent(new CustomEvent("alur:select", { detail: element || "" }));
  }
  for (const other of document.querySelectorAll(".diffs .is-shown")) other.classList.remove("is-shown");
  link.closest("li")?.classList.add("is-shown");
}

for (const link of document.querySelectorAll<HTMLAnchorElement>(".show-it")) {
  link.addEventListener("click", () => show(link));
}

/** A step clicked in a drawing leads back to what is told of it. */
document.addEventListener("alur:clicked", (event) => {
  const drawing = event.target as HTMLElement;
  const id = (event as CustomEvent<string>).detail;
  const side = drawing.dataset.side === "sebelum" ? "before" : "after";
  const link = [...document.querySelectorAll<HTMLElement>(".show-it")].find((it) => it.dataset[side] === id);
  if (!link) return;
  show(link);
  link.closest("li")?.scrollIntoView({ block: "center" });
  link.focus({ preventScroll: true });
});
