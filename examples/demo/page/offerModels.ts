import { shopPaths, type OfferedModel } from "../shop.js";
import { byId } from "./element.js";
import { Engine } from "./engine.js";
import type { ModelChoice } from "./modelChoice.js";
import { absolute, ortFiles } from "./ortFiles.js";
import { foundText } from "./popularModel.js";
import type { ShopModel } from "./shopModel.js";
import { workerModel } from "./workerModel.js";

const abouts: Readonly<Record<string, string>> = {
  lightgcn: "Learns from purchases alone: who bought this also bought that. New products are unknown to it.",
  ksi: "Learns from purchases, pictures and titles, so it can place products that nobody bought yet.",
};

/** Shows how far loading is, as a line below the page's head. */
function showLoading(loaded: number, total: number): void {
  const line = byId("loading", HTMLElement);
  const percent = total === 0 ? 0 : Math.round((100 * loaded) / total);
  line.style.setProperty("--done", `${Math.max(5, percent)}%`);
  line.setAttribute("aria-valuenow", String(percent));
}

/**
 * Opens the exported models one after the other and offers each as soon as it is there; the first is the one to
 * begin with.
 */
export async function offerModels(
  offered: readonly OfferedModel[],
  models: ModelChoice,
  whenNothingLiked: ShopModel,
): Promise<void> {
  const line = byId("loading", HTMLElement);
  line.hidden = false;
  const engine = new Engine(showLoading);
  try {
    for (const { folder, name, precision, recall20 } of offered) {
      const address = absolute(shopPaths.model(folder));
      const { device, threads } = await engine.ask("open", { address, precision, ort: ortFiles.wasm });
      const about = `${abouts[folder] ?? ""} ${foundText(recall20)}`;
      models.offer(workerModel({ engine, address, name, about, device, threads, whenNothingLiked }));
      if (folder === offered[0]!.folder) {
        models.suggest(name);
        const seconds = (performance.mark("model-ready").startTime / 1000).toFixed(1);
        byId("facts", HTMLElement).textContent = `${name} answered ${seconds} s after the page was opened.`;
      }
    }
  } finally {
    line.hidden = true;
  }
}
