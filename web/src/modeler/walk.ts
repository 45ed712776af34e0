// The viewer with token simulation; a chunk of its own, since few drawings are ever walked through.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import tokens from "bpmn-js-token-simulation/lib/viewer";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import { translation } from "./words";

export class Walk {
  static async on(container: HTMLElement, xml: string, viewbox: any): Promise<any> {
    const viewer: any = new NavigatedViewer({ container, additionalModules: [translation, tokens] } as any);
    await viewer.importXML(xml);
    viewer.get("canvas").viewbox({ x: viewbox.x, y: viewbox.y, width: viewbox.width, height: viewbox.height });
    viewer.get("toggleMode").toggleMode(true);
    return viewer;
  }
}
