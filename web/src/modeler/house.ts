// How bpmn-js behaves in this house: what it does not know is copied along, new tasks are tasks of people, and the menus
// leave out what the engine refuses.

const TASKS = "(user|manual|script|send|receive)-task|(expanded-|collapsed-)?subprocess";
const GATEWAYS = "(exclusive|parallel|inclusive|event-based)-gateway";
const ENDS = "none-end(-event)?|(message|error|escalation|terminate)-end";
const BETWEEN =
  "none-intermediate-throw(ing)?|(message|timer|conditional|signal)-intermediate-catch|(message|signal|escalation)-intermediate-throw";
const ON_TASKS = "(non-interrupting-)?(message|timer|conditional|signal|escalation)-boundary|error-boundary";
const RUNS = new RegExp(
  `^(create|append|replace)(-with)?-(${TASKS}|${GATEWAYS}|${ENDS}|${BETWEEN}|${ON_TASKS}|(sequence|default)-flow|collapsed-pool)$`,
);

function cloned(moddle: any, element: any, parent: any): any {
  const { name, ns } = element.$descriptor;
  const content = Object.fromEntries(Object.entries(element).filter(([key]) => !key.startsWith("$") || key === "$body"));
  const copy = moddle.createAny(name, ns.uri, content);
  copy.$parent = parent;
  if (element.$children) copy.$children = element.$children.map((each: any) => cloned(moddle, each, copy));
  return copy;
}

/** bpmn-js leaves behind what it does not know when an element is copied or changed into another kind; here it goes along. */
function UnknownThings(eventBus: any, moddle: any): void {
  eventBus.on("moddleCopy.canCopyProperty", 2000, ({ property, parent }: any) =>
    property?.$descriptor?.isGeneric ? cloned(moddle, property, parent) : undefined,
  );
  eventBus.on("moddleCopy.canCopyProperties", 2000, ({ sourceElement, targetElement }: any) => {
    for (const [name, value] of Object.entries(sourceElement.$attrs || {})) {
      if (name.includes(":") && targetElement.$attrs && !(name in targetElement.$attrs)) targetElement.$attrs[name] = value;
    }
  });
}
UnknownThings.$inject = ["eventBus", "moddle"];

/** Menus without what would only be found wrong afterwards. */
function ShortMenus(popupMenu: any): void {
  const shorter = {
    getPopupMenuEntries: () => (entries: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(entries).filter(([id]) => RUNS.test(id))),
  };
  for (const menu of ["bpmn-replace", "bpmn-append", "bpmn-create"]) popupMenu.registerProvider(menu, 200, shorter);
}
ShortMenus.$inject = ["popupMenu"];

/** A new task waits for a person. */
function TasksOfPeople(
  palette: any,
  contextPad: any,
  create: any,
  elementFactory: any,
  autoPlace: any,
  translate: (text: string) => string,
): void {
  const shape = () => elementFactory.createShape({ type: "bpmn:UserTask" });
  const icon = "bpmn-icon-user-task";
  palette.registerProvider(200, {
    getPaletteEntries: () => (entries: Record<string, any>) => {
      const start = (event: Event) => create.start(event, shape());
      const { "create.data-object": _object, "create.data-store": _store, "create.group": _group, ...rest } = entries;
      return {
        ...rest,
        "create.task": {
          group: "activity",
          className: icon,
          title: translate("Create task"),
          action: { dragstart: start, click: start },
        },
      };
    },
  });
  contextPad.registerProvider(200, {
    getContextPadEntries: (element: any) => (entries: Record<string, any>) => {
      if (!entries["append.append-task"]) return entries;
      const click = () => autoPlace.append(element, shape());
      const dragstart = (event: Event) => create.start(event, shape(), { source: element });
      const entry = { group: "model", className: icon, title: translate("Append task"), action: { click, dragstart } };
      return { ...entries, "append.append-task": entry };
    },
  });
}
TasksOfPeople.$inject = ["palette", "contextPad", "create", "elementFactory", "autoPlace", "translate"];

export const house = {
  __init__: ["unknownThings", "shortMenus", "tasksOfPeople"],
  unknownThings: ["type", UnknownThings],
  shortMenus: ["type", ShortMenus],
  tasksOfPeople: ["type", TasksOfPeople],
};
