import { shopPaths } from "../shop.js";
import type { TrainingDevice, TrainingReport } from "../workers/messages.js";
import { Engine } from "./engine.js";
import { absolute, ortFiles } from "./ortFiles.js";
import type { ShopModel } from "./shopModel.js";
import { workerModel } from "./workerModel.js";

export interface TrainingOrder {
  readonly device: TrainingDevice;
  readonly epochs: number;
  /** What the model is called in the shop. */
  readonly name: string;
  /** Answers while nothing is liked. */
  readonly whenNothingLiked: ShopModel;
  readonly onLoading: (loaded: number, total: number) => void;
  readonly onReport: (report: TrainingReport) => void;
}

export interface TrainedModel {
  readonly model: ShopModel;
  /** On validation purchases; null if nothing was evaluated. */
  readonly recall20: number | null;
  /** Ends the worker that it runs in. */
  end(): void;
}

export interface RunningTraining {
  /** Ends it after the present steps; what was learnt until then is kept. */
  stop(): void;
  /** @throws if training fails */
  readonly done: Promise<TrainedModel>;
}

/** Trains KSI on the shop's purchases, pictures and titles in a worker of its own, so that the shop goes on meanwhile. */
export function startTraining(order: TrainingOrder): RunningTraining {
  const { device, epochs, name, whenNothingLiked, onLoading, onReport } = order;
  const engine = new Engine(onLoading, onReport);
  const address = absolute(shopPaths.training);

  async function trained(): Promise<TrainedModel> {
    try {
      const result = await engine.ask("train", { address, device, epochs, ort: ortFiles[device] });
      const found =
        result.recall20 === null
          ? ""
          : ` Finds ${Math.round(100 * result.recall20)} % of validation purchases among 20.`;
      const about = `KSI as you trained it here, ${result.epochs} ${result.epochs === 1 ? "epoch" : "epochs"}.${found}`;
      const { threads } = result;
      const model = workerModel({
        engine,
        address,
        name,
        about,
        device: result.device,
        threads,
        whenNothingLiked,
      });
      return {
        model,
        recall20: result.recall20,
        end: () => {
          engine.end();
        },
      };
    } catch (error) {
      engine.end();
      throw error;
    }
  }

  return {
    stop: () => void engine.ask("stop", null),
    done: trained(),
  };
}
