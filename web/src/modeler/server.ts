// What the modeler asks of the server, by the same calls that programs have.
import type { Settings } from "./page";

export interface Finding {
  code: string;
  element: string | null;
  name: string | null;
  what: string;
  why: string;
  mend: string;
  blocks: boolean;
}

export interface Field {
  name: string;
  title: string;
  kind: "choice" | "many" | "yes_no" | "number" | "text";
  choices: { value: string | number | boolean; label: string }[];
  asked_at: string[];
  optional: boolean;
}

export interface Look {
  findings: Finding[];
  fields: Field[];
  known: Record<string, { surely: string[]; perhaps: string[] }>;
}

export interface Standing {
  version: number;
  state: string;
  rev: number;
  others: { name: string; seen_at: string; saved_at: string | null }[];
  saved_at: string | null;
  saved_by: string | null;
}

/** The server said no, in words; without a status it could not be reached. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number = 0,
  ) {
    super(message);
  }
}

/** The text of a file that any tool may have written: as its first bytes, or it itself, say. */
function decoded(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const wide = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "";
  const head = new TextDecoder("latin1").decode(bytes.slice(0, 200));
  const named = /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] || "utf-8";
  try {
    return new TextDecoder(wide || named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

export class Server {
  constructor(private readonly settings: Settings) {}

  /** The drawing as it is kept, and its revision. */
  async drawing(): Promise<{ xml: string; rev: number }> {
    const answer = await this.send("GET", "/xml", undefined, { Accept: "application/xml" });
    const rev = Number((answer.headers.get("ETag") || "").replace(/^W\/|-gzip|"/g, ""));
    return { xml: decoded(await answer.arrayBuffer()), rev };
  }

  async keep(xml: string, rev: number): Promise<Standing> {
    return (await this.send("PUT", "/drawing", { xml }, { "If-Match": `"${rev}"` })).json();
  }

  async present(): Promise<Standing> {
    return (await this.send("POST", "/presence")).json();
  }

  async branch(xml: string, note: string): Promise<{ key: string; version: number }> {
    return (await this.send("POST", "/branch", { xml, note })).json();
  }

  async check(xml: string, dryRun: boolean, signal: AbortSignal): Promise<Look> {
    return (await this.send("POST", "/check", { xml, dry_run: dryRun }, {}, signal)).json();
  }

  async tidy(xml: string): Promise<string> {
    return (await (await this.send("POST", "/layout", { xml })).json()).xml;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const sent = { ...headers, "Accept-Language": document.documentElement.lang };
    if (body !== undefined) (sent as Record<string, string>)["Content-Type"] = "application/json";
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = { method, headers: sent, body: text, signal, credentials: "same-origin" as const };
    const answer = await fetch(this.settings.api + path, options).catch((error: Error) => {
      throw error.name === "AbortError" ? error : new Refused(error.message);
    });
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    throw new Refused(told.detail || String(answer.status), answer.status);
  }
}
