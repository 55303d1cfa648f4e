import { resolve } from "node:path";
import { buildArtifacts } from "../../exports/artifacts.js";
import { RunFolder } from "../../runtime/training/runFolder.js";
import { protocols, type ProtocolName } from "../../runtime/training/protocols.js";
import { train, type TrainOptions } from "../../runtime/training/trainer.js";
import {
  resolveSettings,
  TrainingSettingsError,
  type ComputeSettings,
  type TrainingSettings,
} from "../../runtime/training/trainingOptions.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import type { ModelDefinition } from "../authoring/model.js";
import { InterruptedError } from "./interruptedError.js";
import { withInterruption } from "./interruption.js";
import { RunArtifacts } from "./runArtifacts.js";
import { formatSettings, type ResolvedSetting, type Settings } from "./settings.js";
import type { Streams } from "./streams.js";
import { TrainingDisplay } from "./trainingDisplay.js";
import { UsageError } from "./usageError.js";

export interface TrainingOrder {
  readonly model: ModelDefinition;
  readonly hyperparameters: { readonly resolved: readonly ResolvedSetting[]; readonly given: Settings };
  readonly training: Partial<TrainingSettings & ComputeSettings>;
  /** Settings that are not given but follow from this. */
  readonly protocol?: ProtocolName;
  /** What the run to be resumed was started with, for settings that are not given. */
  readonly earlier?: Partial<TrainingSettings & ComputeSettings>;
  readonly dataset: string;
  readonly run: string;
  readonly resume: boolean;
  readonly force: boolean;
  /** The command line that continues this run. */
  readonly resumeLine: string;
  /** Leave the resolved configuration to config.json instead of printing it. */
  readonly isBrief?: true;
}

/** Training settings as lines for people. */
function trainingLines(
  settings: TrainingSettings & ComputeSettings,
  { training, protocol, earlier = {} }: TrainingOrder,
): ResolvedSetting[] {
  const decided = protocol === undefined ? {} : protocols[protocol];
  const sourceOf = (name: string): ResolvedSetting["source"] => {
    if (name in training) return "option";
    if (name in decided) return "protocol";
    return name in earlier ? "run" : "default";
  };
  return Object.entries(settings).map(([name, value]) => {
    return { name, value: value as ResolvedSetting["value"], source: sourceOf(name) };
  });
}

function checkedSettings(given: TrainingOrder["training"]): TrainingSettings & ComputeSettings {
  try {
    return resolveSettings(given);
  } catch (error) {
    if (!(error instanceof TrainingSettingsError)) throw error;
    throw new UsageError(error.problems.join("; "), "`mmkit train --help` explains the options.");
  }
}

/**
 * Compiles a model, trains it and leaves a run folder that holds everything: artifacts, configuration, checkpoints,
 * results. Progress goes to stderr.
 *
 * @throws InterruptedError after Ctrl-C, everything saved; UsageError for senseless settings; whatever is wrong with
 *   the model, the dataset or the run folder, which then is as it was
 */
export async function runTraining(order: TrainingOrder, streams: Streams): Promise<TrainingResults> {
  const { model, hyperparameters, run } = order;
  const decided = order.protocol === undefined ? {} : protocols[order.protocol];
  const settings = checkedSettings({ ...order.earlier, ...decided, ...order.training });
  if (!order.resume) await new RunFolder(run).checkFree(order.force);
  const artifacts = await RunArtifacts.write(buildArtifacts(model, hyperparameters.given));
  const display = new TrainingDisplay(streams, settings.monitor);
  streams.stderr.write(`${model.name}: ${model.title}\n`);
  if (order.isBrief !== true) {
    streams.stderr.write(formatSettings(hyperparameters.resolved));
    const protocol = order.protocol === undefined ? "" : `, protocol ${order.protocol}`;
    streams.stderr.write(`training${protocol}\n${formatSettings(trainingLines(settings, order))}`);
  }
  if (settings.selectOn === "test") {
    streams.stderr.write("note: the test split chooses the best epoch, so its metrics will be optimistic\n");
  }
  const options: TrainOptions = {
    ...settings,
    artifacts: artifacts.folder,
    dataset: resolve(order.dataset),
    run,
    resume: order.resume,
    force: order.force,
    onProgress: (event) => {
      if (event.kind === "ready") artifacts.copyInto(run);
      display.show(event);
    },
  };
  try {
    const outcome = await withInterruption(
      () => streams.stderr.write("\nstopping; a second Ctrl-C does not wait\n"),
      (signal) => train({ ...options, signal }),
    );
    if (outcome.status === "finished") return outcome.results;
    throw new InterruptedError(run, outcome.epochs, order.resumeLine);
  } finally {
    display.close();
    artifacts.remove();
  }
}
