// What the check finds while one draws: a list that leads to each element, and a mark with a word at the element itself.
import type { Drawing } from "./drawing";
import { find, h, sign } from "./page";
import { Refused, type Look, type Server } from "./server";
import { say } from "./words";

const AFTER = 600;
const AGAIN = 4000; // where the line was down or the server busy

export class Findings {
  look: Look = { findings: [], fields: [], known: {} };
  private timer = 0;
  private asked: AbortController | undefined;
  private marks: any[] = [];
  private readonly list = find("#panel-found");
  private readonly count = find("#found-count");

  constructor(
    private readonly drawing: Drawing,
    private readonly server: Server,
    private readonly changed: () => void,
  ) {}

  /** Check soon; the latest drawing wins. */
  soon(): void {
    clearTimeout(this.timer);
    this.count.dataset.state = "old";
    this.timer = window.setTimeout(() => void this.check(false), AFTER);
  }

  async check(dryRun: boolean): Promise<void> {
    clearTimeout(this.timer);
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const look = await this.server.check(await this.drawing.xml(), dryRun, asked.signal);
      if (asked === this.asked) this.show(look);
    } catch (error) {
      if (asked === this.asked && error instanceof Refused) this.tell(error);
    }
  }

  private tell(error: Refused): void {
    const words = error.status ? error.message : say("Pemeriksaan menunggu jaringan kembali.");
    this.list.replaceChildren(h("p", { class: "soft" }, words));
    if (!error.status || error.status === 429 || error.status >= 500)
      this.timer = window.setTimeout(() => void this.check(false), AGAIN);
  }

  private show(look: Look): void {
    this.look = look;
    this.count.dataset.state = "new";
    const stops = look.findings.filter((each) => each.blocks).length;
    this.count.textContent = String(look.findings.length);
    this.count.classList.toggle("stops", stops > 0);
    const summary = stops
      ? say("{n} harus dibetulkan, {m} sebaiknya dilihat", { n: stops, m: look.findings.length - stops })
      : look.findings.length
        ? say("Tidak ada yang menghalangi; {m} sebaiknya dilihat", { m: look.findings.length })
        : say("Tidak ada temuan.");
    this.list.replaceChildren(
      h("p", { class: "summary", role: "status" }, summary),
      h("ul", { class: "founds" }, ...look.findings.map((each) => this.entry(each))),
    );
    this.draw();
    this.changed();
  }

  private entry(each: Look["findings"][number]): HTMLElement {
    const shown = each.element && this.drawing.shapeOf(each.element);
    const title = shown
      ? h("button", { type: "button", class: "to-element", click: () => this.drawing.choose(each.element!) }, each.what)
      : h("b", {}, each.what);
    return h(
      "li",
      { class: `found ${each.blocks ? "stops" : "hint"}`, "data-code": each.code },
      sign(each.blocks ? "stops" : "hint"),
      h("div", {}, title, h("p", { class: "soft" }, each.why), h("p", {}, each.mend)),
    );
  }

  /** One mark for an element, however much was found there: the worst counts. */
  private draw(): void {
    const overlays = this.drawing.get("overlays");
    const canvas = this.drawing.get("canvas");
    for (const { overlay, element, marker } of this.marks.splice(0)) {
      if (overlay) overlays.remove(overlay);
      if (this.drawing.get("elementRegistry").get(element)) canvas.removeMarker(element, marker);
    }
    for (const [id, several] of this.byElement()) {
      const stops = several.some((each) => each.blocks);
      const marker = stops ? "found-stops" : "found-hint";
      const element = this.drawing.shapeOf(id);
      canvas.addMarker(element.id, marker);
      const flag = h(
        "div",
        { class: `mark ${stops ? "stops" : "hint"}`, title: several.map((each) => each.what).join("\n") },
        sign(stops ? "stops" : "hint"),
        stops ? say("betulkan") : say("lihat"),
      );
      const overlay = overlays.add(element.id, "finding", { position: place(element), html: flag, show: { minZoom: 0.35 } });
      this.marks.push({ overlay, element: element.id, marker });
    }
  }

  private byElement(): Map<string, Look["findings"]> {
    const found = new Map<string, Look["findings"]>();
    for (const each of this.look.findings) {
      const shape = each.element && this.drawing.shapeOf(each.element);
      if (shape?.parent) found.set(shape.id, [...(found.get(shape.id) || []), each]);
    }
    return found;
  }
}

function place(element: any): Record<string, number> {
  return element.type === "bpmn:Participant" ? { top: -18, left: 0 } : { top: -16, left: Math.min(4, element.width || 0) };
}
