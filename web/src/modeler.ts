// The page on which a process owner draws: the drawing, the panel beside it, the findings of the check, and keeping it all.
import "./styles/modeler.css";
import { Drawing } from "./modeler/drawing";
import { Findings } from "./modeler/findings";
import { download, Keeping } from "./modeler/keeping";
import { find, h, type Settings } from "./modeler/page";
import { Panel } from "./modeler/panel";
import { Server } from "./modeler/server";
import { simulate } from "./modeler/simulation";
import { showTab, tabs } from "./modeler/tabs";
import { say } from "./modeler/words";

const box = find("#modeler");
const settings = JSON.parse(box.dataset.settings!) as Settings;
const server = new Server(settings);

async function begin(): Promise<void> {
  box.hidden = false;
  const drawing = new Drawing(find("#canvas"));
  const keeping = new Keeping(drawing, server, settings);
  const panel = new Panel(drawing, settings, () => findings.look);
  const findings = new Findings(drawing, server, () => panel.refresh());
  const bus = drawing.get("eventBus");
  tabs();
  tools(drawing, keeping, findings);
  bus.on("selection.changed", () => panel.refresh());
  bus.on("import.done", () => panel.refresh());
  try {
    await keeping.begin();
  } catch (error) {
    return cannotShow(drawing, keeping, findings, panel, error as Error);
  }
  started(drawing, keeping, findings, panel);
}

/** From here on every change is kept and checked. */
function started(drawing: Drawing, keeping: Keeping, findings: Findings, panel: Panel): void {
  const bus = drawing.get("eventBus");
  const stack = drawing.get("commandStack");
  const undoable = () => {
    button("undo").disabled = !stack.canUndo();
    button("redo").disabled = !stack.canRedo();
  };
  bus.on("commandStack.changed", (event: { trigger?: string }) => {
    undoable();
    if (event.trigger === "clear") return;
    keeping.noteChange();
    findings.soon();
    panel.refresh();
  });
  bus.on("import.done", () => findings.soon());
  for (const each of document.querySelectorAll<HTMLButtonElement>("[data-do]")) each.disabled = false;
  undoable();
  if (settings.select) drawing.choose(settings.select);
  panel.refresh();
  void findings.check(false);
  box.dataset.ready = "true";
}

/** A file without a drawing, or one that bpmn-js cannot draw: it can be drawn by the server, or sent anew. */
function cannotShow(drawing: Drawing, keeping: Keeping, findings: Findings, panel: Panel, error: Error): void {
  const draw = async () => {
    try {
      const { xml } = await server.drawing();
      await drawing.show(await server.tidy(xml));
      find("#draft-told").replaceChildren();
      started(drawing, keeping, findings, panel);
      keeping.noteChange();
    } catch (again) {
      find("#draft-told").append(h("p", { class: "wrong", role: "alert" }, (again as Error).message));
    }
  };
  find("#draft-told").replaceChildren(
    h(
      "p",
      { class: "note late" },
      say("Gambar ini belum dapat ditampilkan: {why}.", { why: error.message }),
      " ",
      h("button", { type: "button", class: "btn line small", click: () => void draw() }, say("Gambarkan otomatis")),
    ),
  );
}

function button(what: string): HTMLButtonElement {
  return find<HTMLButtonElement>(`[data-do="${what}"]`);
}

function tools(drawing: Drawing, keeping: Keeping, findings: Findings): void {
  const leaveField = () => box.contains(document.activeElement) && (document.activeElement as HTMLElement).blur();
  const acts: Record<string, () => void> = {
    save: () => void keeping.keep(),
    undo: () => drawing.get("commandStack").undo(),
    redo: () => drawing.get("commandStack").redo(),
    check: () => {
      showTab("found");
      void findings.check(true);
    },
    tidy: () => void tidy(drawing, keeping),
    map: () => {
      drawing.get("minimap").toggle();
      button("map").setAttribute("aria-pressed", String(drawing.get("minimap").isOpen()));
    },
    simulate: () => void simulate(drawing, button("simulate")),
    "zoom-in": () => drawing.zoom(true),
    "zoom-out": () => drawing.zoom(false),
    "zoom-all": () => drawing.zoomAll(),
    download: () => void keeping.keep().then(async () => download(await drawing.xml(), `${settings.key}-${settings.n}.bpmn`)),
    fold: () => fold(drawing),
  };
  for (const [what, act] of Object.entries(acts)) {
    button(what).addEventListener("click", () => {
      leaveField();
      act();
    });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".tools a, .draft-head a")) {
    link.addEventListener("click", (event) => {
      leaveField();
      if (!keeping.unkept) return;
      event.preventDefault();
      void keeping.keep().then(() => location.assign(link.href));
    });
  }
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      leaveField();
      acts.save();
    }
  });
}

/** All shapes put in order by the server: a drawing of its own, so what was undone before cannot be undone any more. */
async function tidy(drawing: Drawing, keeping: Keeping): Promise<void> {
  try {
    await drawing.show(await server.tidy(await drawing.xml()));
    drawing.zoomAll();
    keeping.noteChange();
  } catch (error) {
    find("#draft-told").replaceChildren(h("p", { class: "note late", role: "alert" }, (error as Error).message));
  }
}

function fold(drawing: Drawing): void {
  const folded = box.classList.toggle("is-folded");
  button("fold").setAttribute("aria-expanded", String(!folded));
  drawing.get("canvas").resized();
}

void begin();
