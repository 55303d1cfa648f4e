import type { Artifacts } from "../artifacts/artifacts.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { defaultGroups } from "../ranking/groups.js";
import type { MetricKey } from "../ranking/metrics.js";
import {
  checkCheckpoint,
  CheckpointError,
  engineState,
  type Checkpoint,
  type CheckpointRecord,
  type EpochRecord,
} from "./checkpoint.js";
import { isExhausted, observe, untried, type EarlyStoppingState } from "./earlyStopping.js";
import type { Engine } from "./engine.js";
import type { EpochClock } from "./epochClock.js";
import type { EvaluationRequest } from "./evaluateDataset.js";
import { learningRate } from "./learningRate.js";
import { metricsLine } from "./metricsLine.js";
import { NonFiniteLossError } from "./nonFiniteLossError.js";
import type { RunConfig, RunFolder } from "./runFolder.js";
import type { TrainingEvent } from "./trainingEvent.js";
import type { ComputeSettings, TrainingSettings } from "./trainingOptions.js";
import {
  reportedMetrics,
  type ReportedMetrics,
  type StopReason,
  type TrainingResults,
} from "./trainingResults.js";

export type TrainOutcome =
  | { readonly status: "finished"; readonly results: TrainingResults }
  /** Interrupted after so many complete epochs, which are saved; null if nothing was changed yet. */
  | { readonly status: "aborted"; readonly epochs: number | null };

/** Says whether two states of a run are the same. */
function positionOf({ epoch, progress }: Pick<CheckpointRecord, "epoch" | "progress">): string {
  return progress === null ? `${epoch}` : `${epoch}, ${progress.entries}, ${progress.step}`;
}

/** A run between its epochs. */
export class TrainingRun {
  /** Completed epochs. */
  private epoch = 0;
  /** What checkpoint `last` holds, and when it was saved or training began, ms. */
  private saved: string | null = null;
  private savedAt = performance.now();
  private stopping: EarlyStoppingState = untried;
  private history: EpochRecord[] = [];
  private readonly epochSeconds: number[] = [];
  private evaluationSeconds = 0;

  constructor(
    private readonly folder: RunFolder,
    private readonly artifacts: Artifacts,
    private readonly settings: TrainingSettings & ComputeSettings,
    private readonly engine: Engine,
    private readonly report: (event: TrainingEvent) => void,
    private readonly signal: AbortSignal | undefined,
    private readonly clock: EpochClock,
  ) {}

  /** Number of complete epochs. */
  get completedEpochs(): number {
    return this.epoch;
  }

  async continueFrom(checkpoint: Checkpoint, config: RunConfig): Promise<void> {
    const { record } = checkpoint;
    checkCheckpoint(this.folder.checkpointPath("last"), checkpoint, this.artifacts, this.engine.info.sizes);
    await this.engine.writeState(engineState(checkpoint));
    this.epoch = record.epoch;
    this.saved = positionOf(record);
    this.stopping = record.stopping;
    this.history = [...record.history];
    await this.folder.truncateMetrics(record.epoch);
    await this.folder.writeConfig(config);
  }

  async toEnd(): Promise<TrainOutcome> {
    this.report({ kind: "ready", info: this.engine.info, epoch: this.epoch, epochs: this.settings.epochs });
    this.savedAt = performance.now();
    while (this.epoch < this.settings.epochs && !isExhausted(this.stopping, this.settings)) {
      let trained: boolean;
      try {
        trained = await this.trainEpoch();
      } catch (error) {
        if (error instanceof NonFiniteLossError) await this.saveLast();
        throw error;
      }
      if (!trained) {
        await this.saveLast();
        return { status: "aborted", epochs: this.epoch };
      }
    }
    if (this.signal?.aborted === true) {
      await this.saveLast();
      return { status: "aborted", epochs: this.epoch };
    }
    const results = await this.finish();
    await this.folder.writeResults(results);
    return { status: "finished", results };
  }

  /** The split that chooses the best epoch has something to evaluate. */
  private get selects(): boolean {
    return this.engine.info.dataset.counts[this.settings.selectOn] > 0;
  }

  /** @returns false if the signal interrupted the epoch */
  private async trainEpoch(): Promise<boolean> {
    if (this.signal?.aborted === true) return false;
    const { epoch, settings } = this;
    const rates = Object.fromEntries(
      this.artifacts.manifest.phases.map((phase) => [
        phase.name,
        learningRate(phase.learningRate, epoch, settings.epochs),
      ]),
    );
    const started = performance.now();
    this.clock.startTraining(this.artifacts.manifest.phases[0]!.name);
    let losses = await this.engine.runEpoch(rates);
    while (typeof losses === "string") {
      this.clock.endTraining();
      if (losses === "interrupted") return false;
      await this.saveLast();
      this.clock.startTraining(this.artifacts.manifest.phases[0]!.name);
      losses = await this.engine.runEpoch(rates);
    }
    this.clock.endTraining();
    const seconds = (performance.now() - started) / 1000;
    this.epochSeconds.push(seconds);
    this.report({ kind: "epoch", epoch, losses, seconds });

    const isDue = (epoch + 1) % settings.evaluateEvery === 0 || epoch + 1 === settings.epochs;
    const evaluated = isDue && this.selects ? await this.evaluateEpoch(epoch) : null;
    const record: EpochRecord = {
      epoch,
      learningRates: rates,
      losses,
      ...(evaluated === null ? {} : { metrics: evaluated.metrics }),
    };
    this.epoch = epoch + 1;
    this.history.push(record);
    const course = { record, split: settings.selectOn, time: Date.now() / 1000, seconds };
    await this.folder.appendMetrics(metricsLine({ ...course, parts: this.clock.takeLine() }));
    await this.folder.removeResults();
    // The best checkpoint first: if the process ends in between, the epoch is trained again and saved again.
    if (evaluated?.improved === true) await this.saveBest();
    if ((epoch + 1) % settings.checkpointEvery === 0 || this.isLongUnsaved()) await this.saveLast();
    return true;
  }

  private isLongUnsaved(): boolean {
    const { checkpointMinutes } = this.settings;
    return checkpointMinutes !== null && performance.now() - this.savedAt >= 60_000 * checkpointMinutes;
  }

  private async evaluateEpoch(
    epoch: number,
  ): Promise<{ readonly metrics: RankingReport["metrics"]; readonly improved: boolean }> {
    const { settings } = this;
    const split = settings.selectOn;
    const started = performance.now();
    const { metrics } = await this.evaluate(split);
    const seconds = (performance.now() - started) / 1000;
    const { state, improved } = observe(
      this.stopping,
      metrics[settings.monitor as MetricKey | "AUC"]!,
      epoch,
      { decimals: settings.monitorDecimals },
    );
    this.stopping = state;
    this.report({ kind: "evaluation", epoch, split, metrics, improved, seconds });
    return { metrics, improved };
  }

  private async evaluate(
    split: "valid" | "test",
    changes: Pick<Partial<EvaluationRequest>, "ranker" | "groups" | "auc"> = {},
  ): Promise<RankingReport> {
    const { cutoffs, ndcgIdeal, maskValidationAtTest, monitor } = this.settings;
    const started = performance.now();
    const request = {
      split,
      cutoffs,
      ndcgIdeal,
      maskValidationAtTest,
      ranker: "model",
      ...(monitor === "AUC" ? { auc: true } : {}),
      ...changes,
    } as const;
    const found = await this.clock.measure("evaluation", () => this.engine.evaluate(request));
    this.evaluationSeconds += (performance.now() - started) / 1000;
    return found;
  }

  private async checkpoint(): Promise<Checkpoint> {
    const { manifest, sha256 } = this.artifacts;
    const { tensors, buffers, epoch, progress, steps } = await this.engine.readState();
    return {
      record: {
        model: manifest.model,
        manifestSha256: sha256,
        hyperparameters: manifest.hyperparameters,
        datasetChecksum: this.engine.info.dataset.checksum,
        seed: this.settings.seed,
        epoch,
        progress,
        steps,
        stopping: this.stopping,
        history: this.history,
      },
      state: tensors,
      buffers,
    };
  }

  private async saveLast(): Promise<void> {
    await this.clock.measure("checkpoints", async () => {
      const checkpoint = await this.checkpoint();
      const position = positionOf(checkpoint.record);
      if (position !== this.saved) await this.folder.save("last", checkpoint);
      this.saved = position;
      this.savedAt = performance.now();
    });
  }

  private async saveBest(): Promise<void> {
    await this.clock.measure("checkpoints", async () => this.folder.save("best", await this.checkpoint()));
  }

  /** Scores the best epoch on the test split, once. */
  private async finish(): Promise<TrainingResults> {
    const { manifest, sha256 } = this.artifacts;
    const { settings, stopping } = this;
    const stopReason: StopReason = isExhausted(this.stopping, this.settings) ? "earlyStopping" : "completed";
    await this.saveLast();
    const bestEpoch = stopping.best?.epoch ?? this.epoch - 1;
    if (stopping.best !== null) await this.loadBest(bestEpoch);
    const { name, checksum, users, items, counts, itemsWithoutTraining } = this.engine.info.dataset;
    const measured = async (
      split: "valid" | "test",
      ranker: EvaluationRequest["ranker"] = "model",
    ): Promise<ReportedMetrics | null> => {
      if (counts[split] === 0) return null;
      const auc = split === "test" ? { auc: true } : {};
      const found = await this.evaluate(split, { ranker, ...auc, groups: defaultGroups });
      if (ranker === "model") await this.folder.writeUserMetrics(split, found.perUser);
      return reportedMetrics(found);
    };
    const valid = await measured("valid");
    const test = await measured("test");
    const popularityTest = await measured("test", "popularity");
    const { length } = this.epochSeconds;
    const trainedSeconds = this.epochSeconds.reduce((sum, seconds) => sum + seconds, 0);
    return {
      model: manifest.model,
      hyperparameters: manifest.hyperparameters,
      manifestSha256: sha256,
      dataset: { name, checksum, users, items, counts, itemsWithoutTraining },
      seed: settings.seed,
      device: this.engine.info.device,
      stopReason,
      epochs: this.epoch,
      bestEpoch,
      monitor: settings.monitor,
      selectedOn: stopping.best === null ? null : settings.selectOn,
      selectionUsedTest: stopping.best !== null && settings.selectOn === "test",
      valid,
      test,
      coldTest: test?.groups.find(({ group }) => group.kind === "coldItems") ?? null,
      popularityTest,
      timing: {
        secondsPerEpoch: length === 0 ? null : trainedSeconds / length,
        evaluationSeconds: this.evaluationSeconds,
        parts: this.clock.seconds,
      },
    };
  }

  private async loadBest(bestEpoch: number): Promise<void> {
    const path = this.folder.checkpointPath("best");
    const best = await this.folder.load("best");
    checkCheckpoint(path, best, this.artifacts, this.engine.info.sizes);
    if (best.record.epoch !== bestEpoch + 1) {
      throw new CheckpointError(
        path,
        `the best epoch is ${bestEpoch}, but this checkpoint was saved after epoch ${best.record.epoch - 1}`,
        "The folder was changed by another process: start the run again with --force.",
      );
    }
    await this.engine.writeState(engineState(best));
  }
}
