// Conditions of the flows out of a gateway: chosen from the fields of the forms before it, or written by hand.
import { choose, folded, part, remark, text, tick } from "./fields";
import { ASKED, HOW_WORDS, readCondition, writeCondition, type Condition, type How, type Row } from "./conditions";
import { h } from "./page";
import type { Context } from "./panel";
import type { Field } from "./server";
import { say } from "./words";

const ASKING = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"];

export const asks = (object: any): boolean => ASKING.includes(object?.$type);

/** Every way out of a gateway with its condition. */
export function waysOut(context: Context): HTMLElement {
  const { element } = context;
  const flows = element.outgoing.filter((each: any) => each.type === "bpmn:SequenceFlow");
  if (flows.length < 2) {
    return part(say("Jalan keluar"), remark(say("Gerbang memilih bila ada dua jalan keluar atau lebih.")));
  }
  return h("div", {}, ...flows.map((flow: any, n: number) => wayOut(context, flow, `p-way${n}`)));
}

/** One way out: its answer, whether it is the default, and its condition. */
export function wayOut(context: Context, flow: any, id: string): HTMLElement {
  const object = flow.businessObject;
  const gateway = object.sourceRef;
  const target = object.targetRef?.name || object.targetRef?.id;
  const isDefault = gateway.default === object;
  const setDefault = (on: boolean) =>
    context.modeling.updateProperties(flow.source, { default: on ? object : undefined });
  return part(
    say("Jalan ke “{name}”", { name: target }),
    text(`${id}-name`, say("Jawaban"), object.name || "", (name) => context.modeling.updateProperties(flow, { name })),
    tick(`${id}-default`, say("Jalan bawaan"), isDefault, setDefault, say("Diambil bila tidak ada syarat yang terpenuhi.")),
    !isDefault && conditionOf(context, flow, id),
  );
}

function conditionOf(context: Context, flow: any, id: string): HTMLElement {
  const object = flow.businessObject;
  const written: string = object.conditionExpression?.body || "";
  const write = (body: string) =>
    context.modeling.updateProperties(flow, {
      conditionExpression: body ? context.moddle.create("bpmn:FormalExpression", { body }) : undefined,
    });
  return conditionFields(context, object.sourceRef.id, written, write, id);
}

/** Rows of field, comparison and value; beneath them the same as it is written into the diagram. */
export function conditionFields(
  context: Context,
  asking: string,
  written: string,
  write: (body: string) => void,
  id: string,
): HTMLElement {
  const { fields, known } = context.look;
  const here = known[asking] || { surely: [], perhaps: [] };
  const names = [...here.surely, ...here.perhaps];
  const offered = names.map((name) => fields.find((each) => each.name === name)).filter(Boolean) as Field[];
  const unsure = new Set(offered.filter((each) => each.optional || here.perhaps.includes(each.name)).map((each) => each.name));
  const condition = readCondition(written);
  const set = (next: Condition) => write(writeCondition(next, unsure));
  const raw = text(`${id}-raw`, say("Syarat"), written, write, say('Misalnya keputusan == "setuju".'), { spellcheck: "false" });
  if (!condition || (!offered.length && !condition.rows.length)) {
    const why = condition
      ? say("Belum ada isian formulir sebelum gerbang ini.")
      : say("Syarat ini ditulis sendiri dan tidak dapat ditunjukkan sebagai pilihan.");
    return h("div", { class: "condition" }, remark(why), raw);
  }
  const add = () => set({ ...condition, rows: [...condition.rows, firstRow(offered[0])] });
  const join = condition.rows.length > 1;
  return h(
    "div",
    { class: "condition" },
    ...condition.rows.map((row, n) => rowOf(row, n, condition, offered, set, `${id}-row${n}`)),
    join &&
      choose(
        `${id}-join`,
        condition.join,
        [
          { value: "and", words: say("semua syarat harus terpenuhi") },
          { value: "or", words: say("salah satu cukup") },
        ],
        (value) => set({ ...condition, join: value as Condition["join"] }),
        say("Gabungan syarat"),
      ),
    offered.length > 0 && h("button", { type: "button", id: `${id}-add`, class: "btn line small", click: add }, say("Tambah syarat")),
    folded(`${id}-d`, say("Tulis sendiri"), raw),
  );
}

function firstRow(field: Field): Row {
  const how = ASKED[field.kind][0];
  return { name: field.name, how, value: firstValue(field) };
}

function firstValue(field: Field): Row["value"] {
  if (field.kind === "yes_no") return true;
  if (field.kind === "number") return 0;
  return field.choices[0]?.value ?? "";
}

function rowOf(
  row: Row,
  n: number,
  condition: Condition,
  offered: Field[],
  set: (next: Condition) => void,
  id: string,
): HTMLElement {
  const field = offered.find((each) => each.name === row.name);
  const change = (next: Partial<Row>) =>
    set({ ...condition, rows: condition.rows.map((each, place) => (place === n ? { ...each, ...next } : each)) });
  const drop = () => set({ ...condition, rows: condition.rows.filter((_each, place) => place !== n) });
  const named = offered.map((each) => ({ value: each.name, words: `${each.title} (${each.asked_at.join(", ")})` }));
  const rename = (name: string) => change(firstRow(offered.find((each) => each.name === name)!));
  const hows = (field ? ASKED[field.kind] : (Object.keys(HOW_WORDS) as How[])).map((how) => ({ value: how, words: say(HOW_WORDS[how]) }));
  return h(
    "div",
    { class: "condition-row" },
    choose(`${id}-name`, row.name, named, rename, say("Isian")),
    choose(`${id}-how`, row.how, hows, (how) => change({ how: how as How }), say("Perbandingan")),
    row.how === "filled" || row.how === "empty" ? null : valueOf(row, field, change, `${id}-value`),
    h("button", { type: "button", id: `${id}-drop`, class: "btn bare small", click: drop }, say("Hapus syarat ini")),
  );
}

function valueOf(row: Row, field: Field | undefined, change: (next: Partial<Row>) => void, id: string): HTMLElement {
  const label = say("Nilai");
  const key = (value: Row["value"]) => JSON.stringify(value);
  if (field?.kind === "yes_no") {
    const yesNo = [
      { value: "true", words: say("Ya") },
      { value: "false", words: say("Tidak") },
    ];
    return choose(id, key(row.value), yesNo, (value) => change({ value: value === "true" }), label);
  }
  if (field?.choices.length) {
    const options = field.choices.map((each) => ({ value: key(each.value), words: each.label }));
    return choose(id, key(row.value), options, (value) => change({ value: JSON.parse(value) as Row["value"] }), label);
  }
  const numeric = field?.kind === "number" || typeof row.value === "number";
  const typed = (event: any) => change({ value: numeric ? Number(event.target.value) || 0 : event.target.value });
  return h("input", { id, type: numeric ? "number" : "text", step: "any", value: String(row.value), "aria-label": label, change: typed });
}
