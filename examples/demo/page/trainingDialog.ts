import type { TrainingDevice, TrainingReport } from "../workers/messages.js";
import { choices } from "./choices.js";
import { byId, element } from "./element.js";
import { LossChart } from "./lossChart.js";
import type { ModelChoice } from "./modelChoice.js";
import { closeButton, closeOnBackdrop } from "./productDialog.js";
import type { ShopModel } from "./shopModel.js";
import { startTraining, type RunningTraining, type TrainedModel } from "./startTraining.js";

const EPOCHS = [10, 30, 60] as const;
const DEFAULT_EPOCHS = 30;
/** What the trained model is called in the shop. */
export const OWN_MODEL = "Yours";

/** Trains a model in the page, shows its loss while it falls, and offers the result. */
export class TrainingDialog {
  private readonly dialog = byId("training", HTMLDialogElement);
  private readonly label = byId("training-label", HTMLElement);
  /** What the button that opens it says while nothing is trained. */
  private readonly idle = [...this.label.childNodes];
  private readonly figures = element("dl", { class: "figures", hidden: true });
  private readonly loss = element("div", { class: "loss", hidden: true });
  private readonly failure = element("p", { class: "failure", role: "alert", hidden: true });
  private readonly start = element("button", { type: "button", class: "primary" }, "Start training");
  private readonly use = element(
    "button",
    { type: "button", class: "quiet", hidden: true },
    "Use it in the shop",
  );
  private chart: LossChart | undefined;
  private running: RunningTraining | undefined;
  private trained: TrainedModel | undefined;

  constructor(
    private readonly models: ModelChoice,
    private readonly whenNothingLiked: ShopModel,
  ) {
    const hasWebGpu = "gpu" in navigator;
    this.dialog.append(
      closeButton(this.dialog),
      element("h2", { id: "training-title" }, "Train a model in this page"),
      element(
        "p",
        { class: "muted" },
        "KSI learns from the pictures, titles and purchases of the whole shop, from random numbers on, with the " +
          "same ONNX files that train on a server. Close this and go on shopping meanwhile.",
      ),
      element(
        "div",
        { class: "settings" },
        choices<TrainingDevice>("device", "Compute with", "wasm", [
          { value: "wasm", text: "WebAssembly", isPossible: true },
          {
            value: "webgpu",
            text: hasWebGpu ? "WebGPU" : "WebGPU (not in this browser)",
            isPossible: hasWebGpu,
          },
        ]),
        choices(
          "epochs",
          "Epochs",
          DEFAULT_EPOCHS,
          EPOCHS.map((value) => ({ value, text: String(value), isPossible: true })),
        ),
      ),
      element("div", { class: "actions" }, this.start, this.use),
      this.failure,
      this.figures,
      this.loss,
    );
    closeOnBackdrop(this.dialog);
    byId("open-training", HTMLButtonElement).addEventListener("click", () => {
      this.dialog.showModal();
    });
    this.start.addEventListener("click", () => {
      if (this.running === undefined) void this.train();
      else this.running.stop();
    });
    this.use.addEventListener("click", () => {
      this.models.choose(OWN_MODEL);
      this.dialog.close();
    });
  }

  /** Draws the curve anew, after colours have changed. */
  draw(): void {
    this.chart?.draw();
  }

  private chosen(name: "epochs" | "device"): string {
    return this.dialog.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)!.value;
  }

  private async train(): Promise<void> {
    const epochs = Number(this.chosen("epochs"));
    const chart = this.begin(epochs);
    let last: TrainingReport | undefined;
    try {
      this.running = startTraining({
        device: this.chosen("device") as TrainingDevice,
        epochs,
        name: OWN_MODEL,
        whenNothingLiked: this.whenNothingLiked,
        onLoading: (loaded, total) => {
          const percent = total === 0 ? 0 : Math.round((100 * loaded) / total);
          this.label.textContent = `Loading ${percent} %`;
        },
        onReport: (report) => {
          last = report;
          chart.add(report.epochs, report.loss);
          this.show(report);
          this.label.textContent = `Training ${Math.floor(report.epochs)}/${epochs}`;
        },
      });
      const trained = await this.running.done;
      this.models.offer(trained.model);
      this.trained?.end();
      this.trained = trained;
      this.use.hidden = false;
      if (last !== undefined) this.show({ ...last, recall20: trained.recall20 });
      byId("announcement", HTMLElement).textContent = "Training is done. The model can be used in the shop.";
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const advice = this.chosen("device") === "webgpu" ? "WebGPU could not do it; WebAssembly can. " : "";
      this.failure.textContent = `${advice}${message}`;
      this.failure.hidden = false;
    } finally {
      this.running = undefined;
      this.start.textContent = "Train again";
      this.label.replaceChildren(...this.idle);
    }
  }

  private begin(epochs: number): LossChart {
    this.chart?.remove();
    this.figures.hidden = false;
    this.loss.hidden = false;
    this.failure.hidden = true;
    this.use.hidden = true;
    this.start.textContent = "Stop";
    this.label.textContent = "Loading …";
    this.show(undefined);
    this.chart = new LossChart(this.loss, epochs);
    return this.chart;
  }

  private show(report: TrainingReport | undefined): void {
    const figure = (name: string, value: string): HTMLElement =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value));
    const recall20 = report?.recall20 ?? null;
    this.figures.replaceChildren(
      figure("Epochs", report === undefined ? "–" : report.epochs.toFixed(1)),
      figure("Ranking loss", report === undefined ? "–" : report.loss.toFixed(3)),
      figure("Recall@20, validation", recall20 === null ? "–" : recall20.toFixed(3)),
      figure("Steps per second", report === undefined ? "–" : report.stepsPerSecond.toFixed(0)),
    );
  }
}
