// Keeping a draft: every few seconds, on this device while the line is down, and never over somebody else's work.
import type { Drawing } from "./drawing";
import { find, h, type Settings } from "./page";
import { Refused, type Server, type Standing } from "./server";
import { hours, say } from "./words";

const AFTER = 2500;
const BEAT = 15_000;
const AGAIN = 5_000;

interface Here {
  xml: string;
  rev: number;
}

export class Keeping {
  private rev = 0;
  private changes = 0;
  private keptChanges = 0;
  private timer = 0;
  private beating = 0;
  private sending: Promise<void> | undefined;
  private stopped = false;
  private readonly status = find("#draft-status");
  private readonly told = find("#draft-told");
  private readonly place: string;

  constructor(
    private readonly drawing: Drawing,
    private readonly server: Server,
    private readonly settings: Settings,
  ) {
    this.place = `alur-gambar:${settings.person}:${settings.key}:${settings.n}`;
  }

  /** Show the draft as it is kept, or what is only on this device yet. */
  async begin(): Promise<void> {
    const there = await this.server.drawing();
    this.rev = there.rev;
    const here = this.here();
    const unsent = here && here.xml !== there.xml;
    await this.drawing.show(unsent && here.rev === there.rev ? here.xml : there.xml);
    if (unsent && here.rev === there.rev) this.noteChange();
    else if (unsent) this.offer(here.xml);
    else this.forget();
    addEventListener("online", () => void this.keep());
    addEventListener("pagehide", () => void this.leave());
    addEventListener("beforeunload", (event) => {
      if (this.unkept && !this.here()) event.preventDefault();
    });
    await this.beat();
  }

  get unkept(): boolean {
    return this.changes !== this.keptChanges;
  }

  /** Something was drawn: keep it on this device now and at the server soon. */
  noteChange(): void {
    this.changes += 1;
    this.say(say("Belum tersimpan"));
    void this.keepHere();
    this.later(AFTER);
  }

  private later(after: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keep(), after);
  }

  /** Keep it now; what is drawn meanwhile is kept with the next one. */
  async keep(): Promise<void> {
    clearTimeout(this.timer);
    if (this.stopped || !this.unkept) return;
    if (this.sending) {
      await this.sending;
      return this.keep();
    }
    this.sending = this.send().finally(() => (this.sending = undefined));
    await this.sending;
  }

  private async send(): Promise<void> {
    const changes = this.changes;
    const xml = await this.drawing.xml();
    this.say(say("Menyimpan…"));
    try {
      const standing = await this.server.keep(xml, this.rev);
      this.keptChanges = changes;
      this.rev = standing.rev;
      if (!this.unkept) this.forget();
      this.stand(standing);
      this.say(say("Tersimpan {at}", { at: hours(new Date(standing.saved_at || Date.now()), this.settings.zone) }));
    } catch (error) {
      this.failed(error as Refused, xml);
    }
  }

  private failed(error: Refused, xml: string): void {
    if (error.status === 412 || error.status === 409) return this.offer(xml, error.status === 409 ? error.message : "");
    if (error.status === 0 || error.status >= 500 || error.status === 429) {
      this.say(say("Jaringan terputus; disimpan di perangkat ini"));
      return this.later(AGAIN);
    }
    this.say(say("Belum tersimpan: {why}", { why: error.message }));
  }

  // ---- on this device -------------------------------------------------------------------------------------------

  private here(): Here | null {
    try {
      return JSON.parse(localStorage.getItem(this.place) || "null") as Here | null;
    } catch {
      return null;
    }
  }

  private async keepHere(): Promise<void> {
    const xml = await this.drawing.xml();
    try {
      if (this.unkept) localStorage.setItem(this.place, JSON.stringify({ xml, rev: this.rev } satisfies Here));
    } catch {
      console.warn("there is no room on this device");
    }
  }

  private forget(): void {
    localStorage.removeItem(this.place);
  }

  private async leave(): Promise<void> {
    (document.activeElement as HTMLElement | null)?.blur();
    await this.keep();
  }

  // ---- others at the same draft ---------------------------------------------------------------------------------

  private async beat(): Promise<void> {
    clearTimeout(this.beating);
    try {
      this.stand(await this.server.present());
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.stopped = true;
    }
    this.beating = window.setTimeout(() => void this.beat(), BEAT);
  }

  /** Who else is here, and whether the draft has been kept by somebody since we saw it. */
  private stand(standing: Standing): void {
    const notes: HTMLElement[] = [];
    if (standing.others.length) {
      const names = standing.others.map((each) => each.name).join(", ");
      notes.push(h("p", { class: "note soon" }, say("{names} juga sedang membuka draf ini.", { names })));
    }
    if (standing.state !== "draft") {
      notes.push(h("p", { class: "note late" }, say("Draf ini sudah diterbitkan; perubahan tidak lagi disimpan ke sini.")));
    } else if (standing.rev !== this.rev && !this.sending) {
      notes.push(this.overtaken(standing));
    }
    const text = notes.map((each) => each.textContent).join();
    if (this.told.textContent !== text) this.told.replaceChildren(...notes);
  }

  private overtaken(standing: Standing): HTMLElement {
    const load = h(
      "button",
      { type: "button", class: "btn line small", click: () => void this.loadTheirs() },
      say("Muat versi mereka"),
    );
    return h("p", { class: "note late" }, this.whoKept(standing), " ", this.unkept ? null : load);
  }

  private whoKept(standing: Standing): string {
    const at = standing.saved_at ? hours(new Date(standing.saved_at), this.settings.zone) : "";
    return standing.saved_by
      ? say("{who} menyimpan draf ini pukul {at}.", { who: standing.saved_by, at })
      : say("Draf ini sudah diganti dengan berkas lain.");
  }

  private async loadTheirs(): Promise<void> {
    const there = await this.server.drawing();
    this.rev = there.rev;
    await this.drawing.show(there.xml);
    this.keptChanges = this.changes;
    this.stopped = false;
    this.forget();
    this.say("");
    await this.beat();
  }

  /** Somebody was faster: theirs stays, ours becomes a draft of its own or a file, or is let go on purpose. */
  private offer(xml: string, why = ""): void {
    if (this.stopped) return;
    this.stopped = true;
    this.say(say("Belum tersimpan"));
    const dialog = find<HTMLDialogElement>("#draft-choice");
    const button = (words: string, kind: string, click: () => void) =>
      h("button", { type: "button", class: `btn ${kind}`, click }, words);
    const wrong = h("p", { class: "wrong", role: "alert" });
    const own = async () => {
      try {
        const made = await this.server.branch(xml, say("perubahan dari draf {n}", { n: this.settings.n }));
        this.keptChanges = this.changes;
        this.forget();
        location.assign(`/sop/${made.key}/${made.version}/gambar`);
      } catch (error) {
        wrong.textContent = (error as Error).message;
      }
    };
    const theirs = async () => {
      await this.loadTheirs().then(
        () => dialog.close(),
        (error: Error) => (wrong.textContent = error.message),
      );
    };
    dialog.replaceChildren(
      h("h2", { id: "choice-title" }, why || say("Draf ini sudah disimpan orang lain, atau di jendela lain")),
      h("p", {}, say("Perubahan Anda belum tersimpan dan tidak menimpa milik mereka. Pilih yang Anda inginkan:")),
      wrong,
      h(
        "div",
        { class: "choices" },
        button(say("Simpan milik saya sebagai draf baru"), "", () => void own()),
        button(say("Muat versi mereka"), "line", () => void theirs()),
        button(say("Unduh milik saya"), "line", () => download(xml, `${this.settings.key}-${this.settings.n}.bpmn`)),
      ),
    );
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    if (!dialog.open) dialog.showModal();
  }

  private say(text: string): void {
    this.status.textContent = text && `, ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  }
}

/** Hand the drawing over as a file. */
export function download(xml: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
