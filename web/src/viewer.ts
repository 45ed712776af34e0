// Draws a diagram to be read: what is done, what is now, what is late, in colour, shape and words. The drawing lies at
// its own size in a region that scrolls, so that fingers, wheels and arrow keys move it as they move any page.
import Viewer from "bpmn-js/lib/Viewer";
import "./styles/viewer.css";

interface Mark {
  element: string;
  kind: "done" | "now" | "late" | "withdrawn" | "added" | "removed" | "changed";
  words: string;
}

/** How long a step keeps people waiting: from 1, hardly at all, to 4; 0 where nobody has waited yet. */
interface Heat {
  element: string;
  level: number;
  words: string;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const FRAMES = ["bpmn:Lane", "bpmn:Participant"];
const MARGIN = 24;
const HEADER = 30;
const SMALLEST = 0.35;
const LARGEST = 1.6;
const READABLE = 0.8;
const STEP = 1.25;
const SVG = "http://www.w3.org/2000/svg";
const SIGNS: Record<Mark["kind"], string> = {
  done: "m4 8.300 2.700 2.700 5.300-6",
  now: "M8 4.500V8l2.300 1.500",
  late: "M8 4v5M8 11.800v.2",
  withdrawn: "M4.500 8h7",
  added: "M8 4v8M4 8h8",
  removed: "M4 8h8",
  changed: "m4 12 .5-2.500L10 4l2 2-5.500 5.500z",
};

function sign(kind: Mark["kind"]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  path.setAttribute("d", SIGNS[kind]);
  svg.append(path);
  return svg;
}

function flag(mark: Mark): HTMLElement {
  const box = document.createElement("div");
  box.className = `flag flag-${mark.kind}`;
  box.append(sign(mark.kind), mark.words);
  return box;
}

function warmth(heat: Heat): HTMLElement {
  const box = document.createElement("div");
  box.className = `flag flag-heat-${heat.level}`;
  box.textContent = heat.words;
  return box;
}

/** One drawing on the page. */
class Drawing {
  private readonly region: HTMLElement;
  private readonly sheet = document.createElement("div");
  private readonly names = document.createElement("div");
  private readonly viewer: any;
  private bounds: Box = { x: 0, y: 0, width: 1, height: 1 };
  private scale = 1;

  constructor(private readonly box: HTMLElement) {
    this.region = box.querySelector<HTMLElement>(".map")!;
    this.sheet.className = "sheet";
    this.names.className = "lane-names";
    this.names.setAttribute("aria-hidden", "true");
    this.region.append(this.names, this.sheet);
    this.viewer = new Viewer({ container: this.sheet });
  }

  async draw(): Promise<void> {
    const answer = await fetch(this.box.dataset.drawing!, { headers: { Accept: "application/xml" } });
    if (!answer.ok) throw new Error(`the drawing did not come: ${answer.status}`);
    this.box.hidden = false;
    await this.viewer.importXML(await answer.text());
    const canvas = this.viewer.get("canvas");
    const inner = canvas.viewbox().inner as Box;
    this.bounds = {
      x: inner.x - MARGIN,
      y: inner.y - MARGIN,
      width: inner.width + 2 * MARGIN,
      height: inner.height + 2 * MARGIN,
    };
    this.quieten();
    this.mark();
    this.listen();
    this.show(this.first());
    this.toCentre(false);
  }

  /** The size to begin with: all of it where that can be read, else as large as can. */
  private first(): number {
    return Math.min(1, Math.max(READABLE, this.fitting()));
  }

  private fitting(): number {
    return this.region.clientWidth / this.bounds.width;
  }

  /** The table says the same to those who listen; only the link of bpmn.io is left to them and to the keyboard. */
  private quieten(): void {
    this.sheet.querySelector(".djs-container")?.setAttribute("aria-hidden", "true");
    this.sheet.querySelector("svg[tabindex]")?.removeAttribute("tabindex");
  }

  private mark(): void {
    const canvas = this.viewer.get("canvas");
    const registry = this.viewer.get("elementRegistry");
    const overlays = this.viewer.get("overlays");
    const known = (id: string) => registry.get(id) !== undefined;
    const marks = (JSON.parse(this.box.dataset.marks || "[]") as Mark[]).filter((mark) => known(mark.element));
    for (const mark of marks) {
      canvas.addMarker(mark.element, `is-${mark.kind}`);
      const wide = registry.get(mark.element).width > 60;
      if (wide || this.box.dataset.side) overlays.add(mark.element, "state", { position: { top: -17, left: 4 }, html: flag(mark) });
    }
    for (const heat of (JSON.parse(this.box.dataset.heat || "[]") as Heat[]).filter((it) => known(it.element))) {
      canvas.addMarker(heat.element, `is-heat-${heat.level}`);
      if (heat.words) overlays.add(heat.element, "heat", { position: { top: -17, left: 4 }, html: warmth(heat) });
    }
    for (const flow of (JSON.parse(this.box.dataset.flows || "[]") as string[]).filter(known)) {
      canvas.addMarker(flow, "is-passed");
    }
    for (const lane of registry.filter((it: any) => it.type === "bpmn:Lane")) this.name(lane);
    for (const frame of registry.filter((it: any) => FRAMES.includes(it.type))) canvas.addMarker(frame.id, "is-frame");
    for (const step of registry.filter((it: any) => this.row(it.id))) canvas.addMarker(step.id, "has-row");
  }

  /** The name of a lane, which stays in sight when its drawn name has been scrolled away. */
  private name(lane: any): void {
    const label = document.createElement("span");
    label.textContent = lane.businessObject.name || "";
    label.dataset.y = String(lane.y);
    this.names.append(label);
  }

  private row(id: string): HTMLElement | null {
    return document.getElementById(`langkah-${id}`);
  }

  private listen(): void {
    this.viewer.get("eventBus").on("element.click", (event: any) => {
      if (this.row(event.element.id)) location.hash = `langkah-${event.element.id}`;
      this.box.dispatchEvent(new CustomEvent("alur:clicked", { detail: event.element.id, bubbles: true }));
    });
    this.box.addEventListener("alur:select", (event) => this.pick((event as CustomEvent<string>).detail));
    this.region.addEventListener("scroll", () => this.placeNames(), { passive: true });
    for (const button of this.box.querySelectorAll<HTMLElement>("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(button.dataset.zoom!));
    }
  }

  /** Point out one step, or none where the id is not drawn here. */
  private pick(id: string): void {
    const canvas = this.viewer.get("canvas");
    const registry = this.viewer.get("elementRegistry");
    for (const other of registry.filter((it: any) => canvas.hasMarker(it.id, "is-picked"))) {
      canvas.removeMarker(other.id, "is-picked");
    }
    if (!registry.get(id)) return;
    canvas.addMarker(id, "is-picked");
    this.box.dataset.centre = id;
    this.toCentre(false);
  }

  private zoom(how: string): void {
    if (how === "centre") return this.toCentre(true);
    const middle = this.middle();
    if (how === "all") this.show(Math.min(1, this.fitting()));
    else this.show(this.scale * (how === "in" ? STEP : 1 / STEP));
    this.scrollTo(middle.x, middle.y, false);
  }

  private middle(): { x: number; y: number } {
    return {
      x: (this.region.scrollLeft + this.region.clientWidth / 2) / this.scale,
      y: (this.region.scrollTop + this.region.clientHeight / 2) / this.scale,
    };
  }

  private show(scale: number): void {
    this.scale = Math.min(LARGEST, Math.max(Math.min(SMALLEST, this.fitting()), scale));
    const { x, y, width, height } = this.bounds;
    this.sheet.style.width = `${Math.round(width * this.scale)}px`;
    this.sheet.style.setProperty("--high", `${Math.round(height * this.scale)}px`);
    const canvas = this.viewer.get("canvas");
    canvas.resized();
    canvas.viewbox({ x, y, width, height });
    for (const label of this.names.children as HTMLCollectionOf<HTMLElement>) {
      label.style.top = `${Math.round((Number(label.dataset.y) - y) * this.scale) + 2}px`;
    }
    const all = this.box.querySelector('[data-zoom="all"]');
    all?.setAttribute("aria-pressed", String(this.scale <= this.fitting() + 0.01));
    this.placeNames();
  }

  private placeNames(): void {
    const away = this.region.scrollLeft > (MARGIN + 2 * HEADER) * this.scale;
    this.names.classList.toggle("is-needed", away);
  }

  private toCentre(smoothly: boolean): void {
    const step = this.viewer.get("elementRegistry").get(this.box.dataset.centre || "");
    if (!step) return;
    this.scrollTo(step.x + step.width / 2 - this.bounds.x, step.y + step.height / 2 - this.bounds.y, smoothly);
  }

  private scrollTo(x: number, y: number, smoothly: boolean): void {
    this.region.scrollTo({
      left: x * this.scale - this.region.clientWidth / 2,
      top: y * this.scale - this.region.clientHeight / 2,
      behavior: smoothly ? "smooth" : "auto",
    });
    this.placeNames();
  }
}

for (const box of document.querySelectorAll<HTMLElement>("[data-drawing]")) {
  new Drawing(box).draw().catch((error: unknown) => {
    box.hidden = true;
    console.warn(error);
  });
}
