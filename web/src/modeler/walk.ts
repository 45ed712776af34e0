// The viewer with token simulation; a chunk of its own, since few drawings are ever walked through.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import tokens from "bpmn-js-token-simulation/lib/viewer";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import { say, translation } from "./words";

/** The simulation does not ask for its words; they are put in its place as it writes them. */
const TITLES: Record<string, string> = {
  "Play/Pause Simulation": "Jalankan atau jeda",
  "Reset Simulation": "Ulangi dari awal",
  "Toggle Simulation Log": "Catatan jalannya",
  "Trigger Event": "Mulai di sini",
  "Set Sequence Flow": "Pilih jalan ini",
  "Add pause point": "Berhenti di sini",
  "Remove pause point": "Jangan berhenti di sini",
};

function retitle(box: HTMLElement): void {
  for (const each of box.querySelectorAll<HTMLElement>("[title]")) {
    const ours = TITLES[each.title];
    if (ours) each.title = say(ours);
  }
}

export class Walk {
  static async on(container: HTMLElement, xml: string, viewbox: any): Promise<any> {
    const viewer: any = new NavigatedViewer({ container, additionalModules: [translation, tokens] } as any);
    await viewer.importXML(xml);
    viewer.get("canvas").viewbox({ x: viewbox.x, y: viewbox.y, width: viewbox.width, height: viewbox.height });
    new MutationObserver(() => retitle(container)).observe(container, { childList: true, subtree: true });
    viewer.get("toggleMode").toggleMode(true);
    return viewer;
  }
}
