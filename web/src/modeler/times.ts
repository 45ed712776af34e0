// Fields for lengths of time: number and unit where the diagram says one, else as it is written.
import { folded, number, part, select, text } from "./fields";
import { h } from "./page";
import { readLength, readStandard, UNITS, writeLength, writeStandard, type Unit } from "./lengths";
import { say } from "./words";

const units = () => (Object.keys(UNITS) as Unit[]).map((value) => ({ value, words: say(UNITS[value]) }));

export const clocks = () => [
  { value: "", words: say("waktu kerja kantor") },
  { value: "elapsed", words: say("waktu biasa, terus berjalan") },
];

/** A mark that is stated as its usual value means the same as none. */
export const clockOf = (written: string) => (written === "working" ? "" : written);

/** The time standard of a step: how long at most, perhaps how long at least. */
export function standardPart(value: string, clock: string, write: (name: string, value: string) => void): HTMLElement {
  const now = value ? readStandard(value) : { least: undefined, most: 0, unit: "D" as Unit };
  const set = (next: Partial<{ least: number | undefined; most: number; unit: Unit }>) => {
    const whole = { ...(now || { least: undefined, most: 0, unit: "D" as Unit }), ...next };
    write("timeStandard", whole.most ? writeStandard(whole) : "");
  };
  const fields = now
    ? h(
        "div",
        { class: "three-fields" },
        number("p-most", say("Paling lama"), now.most || undefined, (most) => set({ most: most ?? 0 })),
        select("p-unit", say("Satuan"), now.unit, units(), (unit) => set({ unit: unit as Unit })),
        number("p-least", say("Paling cepat"), now.least, (least) => set({ least })),
      )
    : h("p", { class: "soft small" }, say("Waktu ini memakai beberapa satuan; ubah tulisannya di bawah."));
  return part(
    say("Mutu baku waktu"),
    fields,
    select("p-clock", say("Dihitung menurut"), clockOf(clock), clocks(), (chosen) => write("timeClock", chosen)),
    folded(
      "d-standard",
      say("Tulis sendiri"),
      text("p-standard", say("Mutu baku waktu"), value, (typed) => write("timeStandard", typed), say("Misalnya P3D, PT2H, atau P1D/P10D.")),
    ),
  );
}

/** One length, such as that of a timer. */
export function lengthFields(id: string, value: string, write: (value: string) => void): HTMLElement {
  const now = value ? readLength(value) : { number: 0, unit: "D" as Unit };
  if (!now) return text(`${id}-raw`, say("Lama waktu"), value, write, say("Misalnya P10D atau PT2H."));
  return h(
    "div",
    { class: "three-fields" },
    number(`${id}-number`, say("Setelah"), now.number || undefined, (typed) => {
      write(typed ? writeLength({ ...now, number: typed }) : "");
    }),
    select(`${id}-unit`, say("Satuan"), now.unit, units(), (unit) => {
      write(writeLength({ number: now.number || 1, unit: unit as Unit }));
    }),
  );
}
