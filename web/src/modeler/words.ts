// Words of the modeler: ours are written in Indonesian and looked up for readers of English; those of bpmn-js the other way.
import { BPMN } from "./words_bpmn";
import { ENGLISH } from "./words_en";

const english = document.documentElement.lang === "en";

/** A sentence of ours in the reader's language, with its `{places}` filled. */
export function say(text: string, places: Record<string, string | number> = {}): string {
  return fill((english && ENGLISH[text]) || text, places);
}

/** The hours of the clock as offices write them. */
export function hours(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
  return english ? parts : parts.replace(":", ".");
}

function fill(text: string, places: Record<string, string | number>): string {
  return text.replace(/\{([^}]+)\}/g, (whole, name: string) => (name in places ? String(places[name]) : whole));
}

function translate(text: string, places: Record<string, string> = {}): string {
  return fill((!english && BPMN[text]) || text, places);
}

/** What bpmn-js asks for its words. */
export const translation = { translate: ["value", translate] };
