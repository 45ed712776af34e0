// The drawing itself: bpmn-js with what an owner needs, loaded with the page of the modeler only.
import Modeler from "bpmn-js/lib/Modeler";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import minimap from "diagram-js-minimap";
import { house } from "./house";
import { translation } from "./words";

const FEWEST = 0.2;
const LARGEST = 2;
const STEP = 1.2;
const READABLE = 0.65;
const PALETTE = 110;
const MARGIN = 24;

/** The modeler in its box. */
export class Drawing {
  readonly modeler: any;
  private imported = false;

  constructor(container: HTMLElement) {
    this.modeler = new Modeler({
      container,
      additionalModules: [translation, minimap, CreateAppendAnythingModule, house],
    } as any);
    container.querySelector("svg[tabindex]")?.setAttribute("aria-label", container.parentElement!.ariaLabel || "");
  }

  get(name: string): any {
    return this.modeler.get(name);
  }

  /** Show a drawing. Throws when the file holds none. */
  async show(xml: string): Promise<void> {
    const seen = this.imported ? this.get("canvas").viewbox() : null;
    const chosen = this.chosen()?.id;
    await this.modeler.importXML(xml);
    if (seen) this.get("canvas").viewbox(seen);
    else this.zoomAll(READABLE);
    this.imported = true;
    if (chosen) this.choose(chosen, false);
  }

  async xml(): Promise<string> {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  /** The one element chosen; what is drawn on where none or several are. */
  chosen(): any {
    if (!this.imported) return undefined;
    const selected = this.get("selection").get();
    return selected.length === 1 ? selected[0] : this.get("canvas").getRootElement();
  }

  /** Choose an element and bring it into sight; its process stands for what the whole diagram is about. */
  choose(id: string, centre = true): boolean {
    const element = this.shapeOf(id);
    if (!element) return false;
    this.get("selection").select(element.parent ? element : null);
    if (centre && element.parent) this.get("canvas").scrollToElement(element, { top: 80, right: 80, bottom: 80, left: 160 });
    return true;
  }

  /** What is drawn for this id: the element, or the pool of a process. */
  shapeOf(id: string): any {
    const registry = this.get("elementRegistry");
    return registry.get(id) || registry.find((each: any) => each.businessObject?.processRef?.id === id);
  }

  /** All of it, right of the palette, but no smaller than `least`: then it is the beginning that is in sight. */
  zoomAll(least = FEWEST): void {
    const canvas = this.get("canvas");
    const { outer, inner } = canvas.viewbox();
    const room = Math.max(120, outer.width - PALETTE - MARGIN);
    const fits = Math.min(room / inner.width, (outer.height - 2 * MARGIN) / inner.height);
    const scale = Math.min(1, Math.max(least, fits));
    canvas.viewbox({
      x: inner.x - PALETTE / scale,
      y: inner.y - Math.max(MARGIN, (outer.height - inner.height * scale) / 2) / scale,
      width: outer.width / scale,
      height: outer.height / scale,
    });
  }

  zoom(larger: boolean): void {
    const canvas = this.get("canvas");
    canvas.zoom(Math.min(LARGEST, Math.max(FEWEST, canvas.zoom() * (larger ? STEP : 1 / STEP))));
  }
}
