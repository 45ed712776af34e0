// Building the page from a script: elements, signs, and what the server told the modeler to begin with.

export interface FormFile {
  file: string;
  title: string;
  ui: string;
}

export interface Settings {
  api: string;
  page: string;
  key: string;
  n: number;
  person: string;
  zone: string;
  forms: FormFile[];
  select: string;
}

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: any) => void) | undefined>;

/** One element: functions are listeners, true is an attribute without value, false and undefined are left out. */
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

const SIGNS = {
  stops: "M8 1.800 15 14H1zM8 6v4M8 12.200v.1",
  hint: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M8 7.500V11M8 4.900V5",
  right: "M3 8h10M9 4l4 4-4 4",
};

/** A small sign beside a word; readers of screens skip it. */
export function sign(name: keyof typeof SIGNS): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "sign");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SIGNS[name]);
  svg.append(path);
  return svg;
}

export function find<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
  return document.querySelector<Kind>(selector)!;
}
