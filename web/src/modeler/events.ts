// Events: timers in working time, messages and who may send them, conditions that are waited for.
import { conditionFields } from "./flows";
import { part, remark, select, text, tick } from "./fields";
import { h } from "./page";
import type { Context } from "./panel";
import { mark } from "./marks";
import { clockOf, clocks, lengthFields } from "./times";
import { say } from "./words";

/** What makes an event happen, if anything does. */
export function eventParts(context: Context): (HTMLElement | null)[] {
  const { object } = context;
  const definition = object.eventDefinitions?.[0];
  const parts: Record<string, () => HTMLElement> = {
    "bpmn:TimerEventDefinition": () => timer(context, definition),
    "bpmn:MessageEventDefinition": () => message(context, definition),
    "bpmn:ConditionalEventDefinition": () => waitedFor(context, definition),
  };
  return [definition && parts[definition.$type] ? parts[definition.$type]() : null, interrupting(context)];
}

function interrupting({ element, object, modeling }: Context): HTMLElement | null {
  if (object.$type !== "bpmn:BoundaryEvent" || object.eventDefinitions?.[0]?.$type === "bpmn:ErrorEventDefinition") return null;
  const write = (stops: boolean) => modeling.updateProperties(element, { cancelActivity: stops });
  return tick("p-stops", say("Tugasnya dihentikan"), object.cancelActivity !== false, write, say("Kalau tidak, tugas tetap berjalan."));
}

const TIMES = ["timeDuration", "timeDate"] as const;

function timer(context: Context, definition: any): HTMLElement {
  const { element, object, modeling, moddle, marks } = context;
  const kind = definition.timeDate ? "timeDate" : "timeDuration";
  const written: string = (definition.timeDuration || definition.timeDate || definition.timeCycle)?.body || "";
  const write = (body: string, into: (typeof TIMES)[number] = kind) =>
    modeling.updateModdleProperties(element, definition, {
      timeCycle: undefined,
      timeDuration: into === "timeDuration" && body ? moddle.create("bpmn:FormalExpression", { body }) : undefined,
      timeDate: into === "timeDate" && body ? moddle.create("bpmn:FormalExpression", { body }) : undefined,
    });
  const kinds = [
    { value: "timeDuration", words: say("setelah lama waktu") },
    { value: "timeDate", words: say("pada tanggal") },
  ];
  const switchTo = (next: string) =>
    write(next === "timeDate" ? new Date().toISOString().slice(0, 10) : "P1D", next as (typeof TIMES)[number]);
  return part(
    say("Waktu"),
    select("p-timer-kind", say("Terjadi"), kind, kinds, switchTo),
    kind === "timeDate"
      ? text("p-timer-date", say("Tanggal"), written, (typed) => write(typed), say("Tahun-bulan-tanggal, misalnya 2026-12-31."))
      : lengthFields("p-timer", written.replace(/^["']|["']$/g, ""), (typed) => write(typed)),
    kind === "timeDuration" &&
      select("p-timer-clock", say("Dihitung menurut"), clockOf(mark(object, "timeClock")), clocks(), (clock) =>
        marks.set(element, object, { timeClock: clock }),
      ),
  );
}

function message(context: Context, definition: any): HTMLElement {
  const { element, object, modeling, moddle, definitions } = context;
  const known = (definitions.rootElements as any[]).filter((each) => each.$type === "bpmn:Message");
  const refer = (messageRef: any) => modeling.updateModdleProperties(element, definition, { messageRef });
  const name = (typed: string) => {
    const found = known.find((each) => each.name === typed);
    if (found || !typed) return refer(found);
    const made = moddle.create("bpmn:Message", { id: moddle.ids.nextPrefixed("Message_"), name: typed });
    made.$parent = definitions;
    modeling.updateModdleProperties(element, definitions, { rootElements: [...definitions.rootElements, made] });
    return refer(made);
  };
  const list = known.map((each) => h("option", { value: each.name || "" }));
  const waits = object.$type !== "bpmn:EndEvent" && object.$type !== "bpmn:IntermediateThrowEvent";
  return part(
    say("Pesan"),
    text("p-message", say("Nama pesan"), definition.messageRef?.name || "", name, say("Nama pada tombol dan API."), { list: "p-messages" }),
    h("datalist", { id: "p-messages" }, ...list),
    waits && senders(context),
  );
}

/** Whose officers may send the message. */
function senders({ element, object, marks, lanes }: Context): HTMLElement {
  const chosen = mark(object, "messageLanes").split("\n").filter(Boolean);
  const write = (lane: string, on: boolean) => {
    const next = on ? [...chosen, lane] : chosen.filter((each) => each !== lane);
    marks.set(element, object, { messageLanes: next.join("\n") });
  };
  const boxes = lanes.map((lane: any) =>
    tick(`p-sender-${lane.id}`, lane.name || lane.id, chosen.includes(lane.id), (on) => write(lane.id, on)),
  );
  return h("fieldset", {}, h("legend", {}, say("Siapa yang boleh mengirim")), ...(boxes.length ? boxes : [remark(say("Belum ada lajur."))]));
}

function waitedFor(context: Context, definition: any): HTMLElement {
  const { element, object, modeling, moddle } = context;
  const write = (body: string) =>
    modeling.updateModdleProperties(element, definition, {
      condition: body ? moddle.create("bpmn:FormalExpression", { body }) : undefined,
    });
  return part(say("Keadaan yang ditunggu"), conditionFields(context, object.id, definition.condition?.body || "", write, "p-waited"));
}

