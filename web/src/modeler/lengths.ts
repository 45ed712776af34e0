// Lengths of time as people say them, and as the diagram keeps them (ISO 8601): one number and one unit.

export type Unit = "M" | "H" | "D" | "W";
export const UNITS: Record<Unit, string> = { M: "menit", H: "jam", D: "hari", W: "minggu" };

export interface Length {
  number: number;
  unit: Unit;
}

/** `P3D` is three days; undefined for what has several units and stays as it is written. */
export function readLength(text: string): Length | undefined {
  const found = /^P(?:(\d{1,4})([DW])|T(\d{1,5})([HM]))$/.exec(text.trim());
  if (!found) return undefined;
  return { number: Number(found[1] ?? found[3]), unit: (found[2] ?? found[4]) as Unit };
}

export function writeLength({ number, unit }: Length): string {
  return unit === "M" || unit === "H" ? `PT${number}${unit}` : `P${number}${unit}`;
}

export interface Standard {
  least: number | undefined;
  most: number;
  unit: Unit;
}

/** `P1D/P10D` is one to ten days; undefined for what the fields cannot show. */
export function readStandard(text: string): Standard | undefined {
  const [first, second, ...more] = text.split("/");
  const most = readLength(second ?? first);
  if (!most || more.length) return undefined;
  if (second === undefined) return { least: undefined, most: most.number, unit: most.unit };
  const least = readLength(first);
  return least && least.unit === most.unit ? { least: least.number, most: most.number, unit: most.unit } : undefined;
}

export function writeStandard({ least, most, unit }: Standard): string {
  const written = writeLength({ number: most, unit });
  return least === undefined ? written : `${writeLength({ number: least, unit })}/${written}`;
}
