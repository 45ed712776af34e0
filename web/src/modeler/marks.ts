// The marks of a diagram: `spiffworkflow:property` values and instructions. They are read and written as elements nobody
// has described to bpmn-js, so that whatever else a tool has put beside them stays as it is.

export const SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core";

const PROPERTIES = "properties";
const PROPERTY = "property";

function local(element: any): string {
  const uri = element.$descriptor?.ns?.uri;
  return uri === SPIFF ? element.$descriptor.ns.localName : "";
}

function extensions(object: any): any[] {
  return object.extensionElements?.values || [];
}

function propertiesOf(object: any): any {
  return extensions(object).find((each) => local(each) === PROPERTIES);
}

/** A mark of a task, lane, event or process; empty where there is none. */
export function mark(object: any, name: string): string {
  const found = (propertiesOf(object)?.$children || []).find((each: any) => each.name === name);
  return found?.value ?? "";
}

/** What stands in an element of its own, such as the instructions. */
export function extensionText(object: any, name: string): string {
  return extensions(object).find((each) => local(each) === name)?.$body ?? "";
}

/** Other things that are kept with the element, by the names that their tools gave them. */
export function kept(object: any): string[] {
  const own = [PROPERTIES, "instructionsForEndUser"];
  const inside = extensions(object).filter((each) => !own.includes(local(each)));
  const attributes = Object.keys(object.$attrs || {}).filter((name) => name.includes(":") && !name.startsWith("xmlns"));
  return [...new Set([...inside.map((each) => each.$type as string), ...attributes])];
}

/** Writes marks into the model, each change one step of undo. */
export class Marks {
  private readonly modeling: any;
  private readonly moddle: any;

  constructor(modeler: any) {
    this.modeling = modeler.get("modeling");
    this.moddle = modeler.get("moddle");
  }

  /** Set marks; an empty value takes the mark away. `object` may be another than the element drawn: a process. */
  set(element: any, object: any, marks: Record<string, string>): void {
    const before = propertiesOf(object);
    const children = [...(before?.$children || [])].filter((each: any) => !(each.name in marks));
    const old = (before?.$children || []) as any[];
    const added = Object.entries(marks).filter(([, value]) => value !== "");
    const next = old.filter((each) => children.includes(each) || added.some(([name]) => name === each.name));
    const written = next.map((each) => {
      const again = added.find(([name]) => name === each.name);
      return again ? this.any(PROPERTY, { name: each.name, value: again[1] }) : each;
    });
    for (const [name, value] of added) {
      if (!old.some((each) => each.name === name)) written.push(this.any(PROPERTY, { name, value }));
    }
    this.replace(element, object, before, written.length ? this.any(PROPERTIES, { $children: written }) : null);
  }

  /** Set what stands in an element of its own; an empty text takes it away. */
  setText(element: any, object: any, name: string, text: string): void {
    const before = extensions(object).find((each) => local(each) === name);
    this.replace(element, object, before, text ? this.any(name, { $body: text }) : null);
  }

  private any(name: string, content: Record<string, unknown>): any {
    return this.moddle.createAny(`spiffworkflow:${name}`, SPIFF, content);
  }

  /** One extension in place of another; the list is made anew, so that undo finds the old one. */
  private replace(element: any, object: any, before: any, after: any): void {
    const old = extensions(object);
    const values = before
      ? old.map((each) => (each === before ? after : each)).filter(Boolean)
      : after
        ? [...old, after]
        : old;
    const whole = values.length ? this.moddle.create("bpmn:ExtensionElements", { values }) : undefined;
    if (whole) whole.$parent = object;
    for (const each of values) each.$parent = whole;
    this.modeling.updateModdleProperties(element, object, { extensionElements: whole });
  }
}
