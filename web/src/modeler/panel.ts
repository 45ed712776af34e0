// The panel beside the drawing: what can be said of the chosen element, in the words of an SOP document.
import type { Drawing } from "./drawing";
import { eventParts } from "./events";
import { area, folded, NONE, part, remark, select, text, tick } from "./fields";
import { asks, wayOut, waysOut } from "./flows";
import { extensionText, kept, mark, Marks } from "./marks";
import { find, h, type Settings } from "./page";
import type { Look } from "./server";
import { standardPart, lengthFields } from "./times";
import { say } from "./words";

/** What a part of the panel needs to know. `object` is the model behind the element, of a pool its process. */
export interface Context {
  element: any;
  object: any;
  modeling: any;
  moddle: any;
  marks: Marks;
  look: Look;
  settings: Settings;
  definitions: any;
  lanes: any[];
}

const TASKS = ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task"];
const WHOLE = ["bpmn:Collaboration", "bpmn:Process", "bpmn:Participant"];
const KINDS: Record<string, string> = {
  "bpmn:UserTask": "Tugas",
  "bpmn:ManualTask": "Tugas tanpa sistem",
  "bpmn:Task": "Tugas",
  "bpmn:StartEvent": "Mulai",
  "bpmn:EndEvent": "Selesai",
  "bpmn:ExclusiveGateway": "Gerbang: satu jalan",
  "bpmn:InclusiveGateway": "Gerbang: satu jalan atau lebih",
  "bpmn:ParallelGateway": "Gerbang: semua jalan bersama",
  "bpmn:EventBasedGateway": "Gerbang: yang lebih dulu terjadi",
  "bpmn:SequenceFlow": "Alur",
  "bpmn:Lane": "Lajur",
  "bpmn:BoundaryEvent": "Kejadian di tepi tugas",
  "bpmn:IntermediateCatchEvent": "Menunggu",
  "bpmn:IntermediateThrowEvent": "Kejadian di tengah",
  "bpmn:SubProcess": "Subproses",
  "bpmn:ScriptTask": "Tugas hitung (skrip)",
  "bpmn:SendTask": "Kirim pesan",
  "bpmn:ReceiveTask": "Tunggu pesan",
  "bpmn:TextAnnotation": "Catatan",
};

export class Panel {
  private readonly box = find("#panel-say");
  private readonly marks: Marks;
  private held = false;
  private redrawing = false;
  private waiting = false;

  constructor(
    private readonly drawing: Drawing,
    private readonly settings: Settings,
    private readonly look: () => Look,
  ) {
    this.marks = new Marks(drawing.modeler);
    this.box.addEventListener("pointerdown", () => (this.held = true));
    this.box.addEventListener("focusout", () => this.redrawing || this.refresh()); // what is taken away loses its focus too
    addEventListener("pointerup", () => setTimeout(() => this.letGo()));
  }

  /** Draw it soon; not under a finger that is about to press something, nor under somebody's typing. */
  refresh(): void {
    if (this.waiting) return;
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      if (!this.held && !this.typing()) this.draw();
    });
  }

  private letGo(): void {
    if (!this.held) return;
    this.held = false;
    this.refresh();
  }

  /** Whether something stands in a field that is not written yet; leaving the field writes it. */
  private typing(): boolean {
    const active = document.activeElement as HTMLInputElement | null;
    return Boolean(active && this.box.contains(active) && "defaultValue" in active && active.value !== active.defaultValue);
  }

  private draw(): void {
    const element = this.drawing.chosen();
    if (!element?.businessObject) return;
    const active = document.activeElement;
    const focus = active && this.box.contains(active) ? active.id : "";
    this.redrawing = true;
    this.box.replaceChildren(...this.parts(this.context(element)).filter((each): each is HTMLElement => Boolean(each)));
    this.redrawing = false;
    this.box.dataset.of = element.id;
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }

  private context(element: any): Context {
    const whole = WHOLE.includes(element.type);
    const registry = this.drawing.get("elementRegistry");
    const process = registry.find((each: any) => each.businessObject?.processRef)?.businessObject.processRef;
    const own = element.businessObject.processRef || (element.type === "bpmn:Process" ? element.businessObject : process);
    return {
      element,
      object: whole && own ? own : element.businessObject,
      modeling: this.drawing.get("modeling"),
      moddle: this.drawing.get("moddle"),
      marks: this.marks,
      look: this.look(),
      settings: this.settings,
      definitions: this.drawing.modeler.getDefinitions(),
      lanes: registry.filter((each: any) => each.type === "bpmn:Lane").map((each: any) => each.businessObject),
    };
  }

  private parts(context: Context): (HTMLElement | null | false)[] {
    const { object, element } = context;
    if (WHOLE.includes(element.type)) return [heading(context, say("Prosedur")), ...wholeParts(context), lastPart(context)];
    const parts: (HTMLElement | null | false)[] = [heading(context, say(KINDS[object.$type] || "Unsur")), nameOf(context)];
    if (object.$type === "bpmn:Lane") parts.push(...laneParts(context));
    else if (TASKS.includes(object.$type) || object.$type === "bpmn:StartEvent") parts.push(...stepParts(context));
    else if (asks(object)) parts.push(waysOut(context));
    else if (object.$type === "bpmn:SequenceFlow" && asks(object.sourceRef)) parts.push(wayOut(context, element, "p-way"));
    if (object.eventDefinitions || object.$type === "bpmn:BoundaryEvent") parts.push(...eventParts(context));
    return [...parts, lastPart(context)];
  }
}

function heading({ object }: Context, kind: string): HTMLElement {
  return h("header", { class: "panel-head" }, h("h2", {}, object.name || kind), object.name ? h("p", { class: "soft" }, kind) : null);
}

function nameOf(context: Context): HTMLElement | null {
  const { element, object, modeling } = context;
  if (asks(object.sourceRef) && object.$type === "bpmn:SequenceFlow") return null;
  if (object.$type === "bpmn:TextAnnotation") {
    return area("p-text", say("Catatan"), object.text || "", (value) => modeling.updateProperties(element, { text: value }));
  }
  const gateway = object.$type.endsWith("Gateway");
  const tip = gateway ? say("Sebuah pertanyaan, misalnya Draf disetujui?") : "";
  return text("p-name", say("Nama"), object.name || "", (name) => modeling.updateProperties(element, { name }), tip);
}

// ---- the whole --------------------------------------------------------------------------------------------------

const IDENTITY: [string, string, boolean?][] = [
  ["sopNumber", "Nomor SOP"],
  ["sopTitle", "Nama SOP"],
  ["agency", "Instansi"],
  ["created", "Tanggal pembuatan"],
  ["revised", "Tanggal revisi"],
  ["effective", "Tanggal efektif"],
  ["approvedByPost", "Disahkan oleh"],
  ["approvedByName", "Nama pejabat"],
  ["approvedByRank", "Pangkat"],
  ["approvedByNip", "NIP"],
  ["legalBasis", "Dasar hukum", true],
  ["qualifications", "Kualifikasi pelaksana", true],
  ["relatedSops", "Keterkaitan", true],
  ["equipment", "Peralatan dan perlengkapan", true],
  ["warning", "Peringatan", true],
  ["recording", "Pencatatan dan pendataan", true],
];

function wholeParts(context: Context): HTMLElement[] {
  const { element, object, marks, modeling } = context;
  const write = (name: string) => (value: string) => marks.set(element, object, { [name]: value });
  const words = ["", "pelapor", "pengadu", "pemohon"].map((value) => ({ value, words: say(value) || NONE.words }));
  const rename = (name: string) => modeling.updateModdleProperties(element, object, { name });
  return [
    text("p-title", say("Nama prosedur"), object.name || "", rename),
    part(
      say("Janji kepada pelapor"),
      lengthFields("p-promise", mark(object, "promise"), write("promise")),
      text("p-promiseBasis", say("Dasar janji"), mark(object, "promiseBasis"), write("promiseBasis")),
      select("p-word", say("Sebutan pelapor"), mark(object, "complainantWord"), words, write("complainantWord")),
      text("p-prefix", say("Awalan nomor"), mark(object, "numberPrefix"), write("numberPrefix")),
    ),
    folded(
      "d-identity",
      say("Bagian identitas SOP"),
      ...IDENTITY.map(([name, label, many]) =>
        many
          ? area(`p-${name}`, say(label), mark(object, name), write(name), say("Satu hal per baris."))
          : text(`p-${name}`, say(label), mark(object, name), write(name)),
      ),
    ),
  ];
}

function laneParts({ element, object, marks }: Context): HTMLElement[] {
  const write = (name: string) => (on: boolean) => marks.set(element, object, { [name]: on ? "true" : "" });
  return [
    tick("p-public", say("Lajur pelapor"), mark(object, "public") === "true", write("public"), say("Dikerjakan tanpa akun, lewat halaman umum.")),
    tick("p-identity", say("Boleh membuka identitas pelapor"), mark(object, "identity") === "true", write("identity"), say("Untuk yang menerima dan yang menyampaikan.")),
    text("p-group", say("Judul kolom bersama"), mark(object, "group"), (value) => marks.set(element, object, { group: value })),
  ];
}

// ---- one step ---------------------------------------------------------------------------------------------------

function stepParts(context: Context): (HTMLElement | null)[] {
  const { element, object, marks } = context;
  const write = (name: string) => (value: string) => marks.set(element, object, { [name]: value });
  const of = (name: string) => mark(object, name);
  const instructions = extensionText(object, "instructionsForEndUser");
  return [
    laneOf(context),
    area("p-instructions", say("Petunjuk untuk petugas"), instructions, (value) => marks.setText(element, object, "instructionsForEndUser", value)),
    formOf(context),
    standardPart(of("timeStandard"), of("timeClock"), (name, value) => marks.set(element, object, { [name]: value })),
    part(
      say("Mutu baku lainnya"),
      area("p-inputs", say("Kelengkapan"), of("requiredInputs"), write("requiredInputs"), say("Satu hal per baris; menjadi daftar centang.")),
      area("p-output", say("Keluaran"), of("output"), write("output"), "", 2),
      area("p-remark", say("Keterangan"), of("remark"), write("remark"), "", 2),
    ),
    area("p-milestone", say("Kabar untuk pelapor"), of("milestone"), write("milestone"), say("Yang dibaca pelapor sejak langkah ini; kosong bila tidak ada yang baru."), 2),
    folded(
      "d-document",
      say("Letak di dokumen SOP"),
      text("p-row", say("Nomor baris"), of("sopRow"), write("sopRow")),
      text("p-part", say("Bagian dari baris"), of("sopPart"), write("sopPart")),
      text("p-phase", say("Judul tahap yang mulai di sini"), of("sopPhase"), write("sopPhase")),
      basisOf(context),
    ),
  ];
}

/** Which lane the step lies in; choosing another moves it there, for those who do not drag. */
function laneOf(context: Context): HTMLElement | null {
  const { element, object, lanes, modeling } = context;
  if (!lanes.length) return null;
  const now = lanes.find((lane) => (lane.flowNodeRef || []).includes(object))?.id || "";
  const options = lanes.filter((lane) => !lane.childLaneSet).map((lane) => ({ value: lane.id, words: lane.name || lane.id }));
  const move = (id: string) => {
    const lane = lanes.find((each) => each.id === id);
    const shape = lane && (context.element.parent ? findShape(context.element, id) : undefined);
    if (!shape) return;
    const y = Math.round(shape.y + shape.height / 2 - (element.y + element.height / 2));
    modeling.moveElements([element], { x: 0, y }, element.parent);
  };
  return select("p-lane", say("Pelaksana (lajur)"), now, options, move);
}

function findShape(element: any, id: string): any {
  const search = (shape: any): any => (shape.id === id ? shape : (shape.children || []).map(search).find(Boolean));
  let root = element;
  while (root.parent) root = root.parent;
  return search(root);
}

function formOf({ element, object, marks, settings }: Context): HTMLElement {
  const now = mark(object, "formJsonSchemaFilename");
  const options = [NONE, ...settings.forms.map((each) => ({ value: each.file, words: `${each.title} (${each.file})` }))];
  const write = (file: string) => {
    const ui = settings.forms.find((each) => each.file === file)?.ui || "";
    marks.set(element, object, { formJsonSchemaFilename: file, formUiSchemaFilename: ui });
  };
  const chosen = settings.forms.some((each) => each.file === now);
  const look = h("a", { href: `${settings.page}/formulir/${object.id}`, target: "_blank", rel: "noopener" }, say("Lihat formulir"));
  // In this tab: a draft changed beside an open drawing would keep the drawing from being saved.
  const change = chosen ? say("Ubah formulir") : say("Buat formulir");
  const edit = h("a", { href: `${settings.page}/formulir/${object.id}/ubah` }, change);
  const links = h("p", { class: "row" }, chosen && look, edit);
  return part(say("Formulir"), select("p-form", say("Yang diisi di langkah ini"), now, options, write), links);
}

function basisOf({ element, object, marks }: Context): HTMLElement {
  const [kind, ...rest] = mark(object, "laneBasis").split(":");
  const why = rest.join(":").trim();
  const write = (basis: string, reason: string) =>
    marks.set(element, object, { laneBasis: basis && (reason ? `${basis}: ${reason}` : basis) });
  const options = [
    NONE,
    { value: "text", words: say("teks SOP") },
    { value: "mark", words: say("tanda pada bagan SOP") },
    { value: "judgement", words: say("perkiraan, belum dipastikan") },
  ];
  return h(
    "div",
    {},
    select("p-basis", say("Dasar pemilihan lajur"), kind.trim(), options, (value) => write(value, why)),
    kind.trim() ? text("p-why", say("Alasannya"), why, (value) => write(kind.trim(), value)) : null,
  );
}

// ---- of every element -------------------------------------------------------------------------------------------

const GOOD_ID = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

function lastPart(context: Context): HTMLElement {
  const { element, object, modeling, moddle } = context;
  const documentation = object.documentation?.[0]?.text || "";
  const document_ = (value: string) => {
    const made = value ? [moddle.create("bpmn:Documentation", { text: value })] : undefined;
    modeling.updateModdleProperties(element, object, { documentation: made });
  };
  const rename = (id: string) => {
    if (GOOD_ID.test(id) && !moddle.ids.assigned(id)) modeling.updateProperties(element, { id });
  };
  const fixed = object.$type === "bpmn:Process";
  const others = kept(object);
  return folded(
    "d-more",
    say("Lainnya"),
    area("p-documentation", say("Catatan penyusun"), documentation, document_),
    fixed
      ? remark(say("Kunci prosedur: {id}", { id: object.id }))
      : text("p-id", "ID", object.id, rename, say("Riwayat dan tugas mengenali unsur dari ID; jangan diubah setelah terbit.")),
    others.length > 0 && remark(say("Disimpan apa adanya, tidak dipakai di sini: {names}", { names: others.join(", ") })),
  );
}
