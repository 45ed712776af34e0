// Conditions in the language of the engine (`keputusan == "setuju" and jumlah > 5`), taken apart into rows that can be
// chosen and put together again. What cannot be shown in rows stays as it is written.
import type { Field } from "./server";

export type How = "is" | "is_not" | "more" | "least" | "less" | "most" | "has" | "has_not" | "filled" | "empty";

export interface Row {
  name: string;
  how: How;
  value: string | number | boolean;
}

export interface Condition {
  join: "and" | "or";
  rows: Row[];
}

const SIGNS: [How, string][] = [
  ["is", "=="],
  ["is_not", "!="],
  ["least", ">="],
  ["most", "<="],
  ["more", ">"],
  ["less", "<"],
];

/** How a field of each kind can be asked for. */
export const ASKED: Record<Field["kind"], How[]> = {
  choice: ["is", "is_not"],
  many: ["has", "has_not"],
  yes_no: ["is"],
  number: ["more", "least", "less", "most", "is", "is_not"],
  text: ["filled", "empty", "is", "is_not"],
};

export const HOW_WORDS: Record<How, string> = {
  is: "adalah",
  is_not: "bukan",
  more: "lebih dari",
  least: "paling sedikit",
  less: "kurang dari",
  most: "paling banyak",
  has: "memuat",
  has_not: "tidak memuat",
  filled: "terisi",
  empty: "kosong",
};

const NAME = "[A-Za-z][A-Za-z0-9_]*";
const VALUE = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|-?\\d+(?:\\.\\d+)?|True|False`;

/** Splits at `and` or `or` outside quotes; undefined where both are mixed or something is in brackets. */
function parts(text: string): { join: "and" | "or"; parts: string[] } | undefined {
  const found: string[] = [];
  const joins = new Set<string>();
  const piece = new RegExp(`${VALUE}|\\s(and|or)\\s|[\\s\\S]`, "g");
  let now = "";
  for (const match of text.matchAll(piece)) {
    if (match[1] && !/ is not None$/.test(now.trimEnd())) {
      joins.add(match[1]);
      found.push(now);
      now = "";
    } else now += match[0];
  }
  found.push(now);
  if (joins.size > 1) return undefined;
  return { join: joins.has("or") ? "or" : "and", parts: found.map((each) => each.trim()) };
}

function value(text: string): string | number | boolean {
  if (text === "True" || text === "False") return text === "True";
  if (/^["']/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, "$1");
  return Number(text);
}

function row(text: string): Row | undefined {
  const plain = text.replace(new RegExp(`^(${NAME}) is not None and (?=.*\\b\\1\\b)`), "");
  for (const [how, sign] of SIGNS) {
    const found = new RegExp(`^(${NAME})\\s*${sign}\\s*(${VALUE})$`).exec(plain);
    if (found) return { name: found[1], how, value: value(found[2]) };
  }
  const among = new RegExp(`^(${VALUE})( not)? in (${NAME})$`).exec(plain);
  if (among) return { name: among[3], how: among[2] ? "has_not" : "has", value: value(among[1]) };
  const negated = new RegExp(`^not (${NAME})$`).exec(plain);
  if (negated) return { name: negated[1], how: "empty", value: "" };
  const bare = new RegExp(`^bool\\((${NAME})\\)$`).exec(plain);
  return bare ? { name: bare[1], how: "filled", value: "" } : undefined;
}

/** The rows of a condition; none for an empty one, undefined for one that rows cannot show. */
export function readCondition(text: string): Condition | undefined {
  if (!text.trim()) return { join: "and", rows: [] };
  const split = parts(text.trim());
  const rows = split?.parts.map(row);
  if (!split || !rows || rows.some((each) => !each)) return undefined;
  return { join: split.join, rows: rows as Row[] };
}

function written(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** `unsure` are names that may be empty here: what cannot be compared with nothing is then asked for only where it is there. */
export function writeCondition({ join, rows }: Condition, unsure: Set<string>): string {
  return rows.map((each) => writtenRow(each, unsure)).join(` ${join} `);
}

function writtenRow({ name, how, value }: Row, unsure: Set<string>): string {
  const guard = unsure.has(name) && how !== "is" && how !== "is_not" ? `${name} is not None and ` : "";
  if (how === "has") return `${guard}${written(value)} in ${name}`;
  if (how === "has_not") return `${guard}${written(value)} not in ${name}`;
  if (how === "filled") return `bool(${name})`;
  if (how === "empty") return `not ${name}`;
  const sign = SIGNS.find(([known]) => known === how)![1];
  return `${guard}${name} ${sign} ${written(value)}`;
}
