import { loadDataset } from "../data/dataset.js";
import { DatasetError } from "../data/datasetError.js";
import { RunLock } from "../training/runLock.js";
import { decisiveSettings } from "../training/decisiveSettings.js";
import type { OpenEngine } from "../training/trainer.js";
import { WorkerEngine } from "../training/workerEngine.js";
import { spaceJson } from "./parseSpace.js";
import { searchMethod, type SearchMethod } from "./searchMethod.js";
import { pointKey, type Point } from "./searchSpace.js";
import { StudyFolder, type StudyConfig, type StudyIdentity } from "./studyFolder.js";
import { rankedTrials, type TrialRecord } from "./trialRecord.js";
import { runTrial } from "./runTrial.js";
import { resolveTuning, type ResolvedTuning, type TuneOptions } from "./tuneOptions.js";
import { validationOnly } from "./validationOnly.js";

export interface TuningResults {
  /** Trials that have ended, in their order. */
  readonly trials: readonly TrialRecord[];
  readonly best: {
    readonly trial: number;
    readonly score: number;
    /** All that are not the model's defaults, shared ones included, as `--config` takes them. */
    readonly hyperparameters: Point;
    /** Run folder. */
    readonly run: string;
  } | null;
}

export type TuneOutcome = TuningResults & {
  /** Aborted by the signal, everything saved. */
  readonly status: "finished" | "aborted";
};

/**
 * Searches hyper-parameters: trains trial after trial, several at once if wanted, and scores each by the monitored
 * metric of its best epoch on the validation split. The test split is hidden from the trials.
 *
 * The folder can be continued after any interruption: trials that have ended are kept, those that were running go on
 * after their last checkpoints. Proposals depend on the seed and on the scores of earlier trials alone, of which TPE
 * disregards the last `ahead - 1`; so the same seed gives the same trials however often the search was interrupted and
 * however many trials run at once. (Scores are the same if the number of threads is.)
 *
 * A trial whose loss or vectors are not finite has diverged, which is a result; any other error stops the search.
 *
 * @throws TuningOptionsError, SearchSpaceError, StudyFolderError, RunFolderError (another process searches here),
 *   DatasetError and what `build` throws before anything is written; errors of training, the other
 *   trials saved
 */
export async function tune(
  options: TuneOptions,
  openEngine: OpenEngine = (...parameters) => WorkerEngine.open(...parameters),
): Promise<TuneOutcome> {
  const resolved = resolveTuning(options);
  const { settings, ahead } = resolved;
  const method = searchMethod(options.method, options.space, settings.seed, ahead);
  const folder = new StudyFolder(options.out);
  await RunLock.check(options.out);
  if (options.resume === true) await folder.readConfig();
  else await folder.checkFree(options.force === true);
  const config = await studyConfig(options, resolved, method);
  const lock = await RunLock.take(options.out);
  try {
    // Another process may have searched here while the dataset was read.
    let records: readonly TrialRecord[] = [];
    if (options.resume === true) {
      await folder.resume(config.identity);
      records = await folder.readTrials();
      await folder.writeConfig(config);
    } else {
      await folder.checkFree(options.force === true);
      await folder.start(config);
    }
    return await new Study(options, config, resolved, method, folder, validationOnly(openEngine)).run(
      records,
    );
  } finally {
    await lock.release();
  }
}

/** What study.json holds; compiles the first trial's model on the way, so that a mistake shows before anything starts. */
async function studyConfig(
  options: TuneOptions,
  { settings, trials, ahead }: ResolvedTuning,
  method: SearchMethod,
): Promise<StudyConfig> {
  const { hyperparameters = {}, space, dataset: datasetFolder } = options;
  const { manifest } = options.build({ ...hyperparameters, ...method.propose([])! });
  const dataset = await loadDataset(datasetFolder);
  if (dataset.counts.valid === 0) {
    throw new DatasetError(
      { file: datasetFolder },
      "the dataset has no validation split, on which a search chooses",
      "Mark some interactions of users with training items with valid",
    );
  }
  const identity: StudyIdentity = {
    model: manifest.model,
    computation: manifest.computation,
    dataset: dataset.name,
    datasetChecksum: dataset.checksum,
    method: options.method,
    ahead,
    space: spaceJson(space),
    hyperparameters,
    training: decisiveSettings(settings),
  };
  return { identity, trials, datasetFolder };
}

/** A search between its trials. */
class Study {
  private readonly records = new Map<number, TrialRecord>();
  /** [trial - 1] */
  private readonly points: Point[] = [];
  private readonly running = new Map<number, AbortController>();

  constructor(
    private readonly options: TuneOptions,
    private readonly config: StudyConfig,
    private readonly resolved: ResolvedTuning,
    private readonly method: SearchMethod,
    private readonly folder: StudyFolder,
    private readonly openEngine: OpenEngine,
  ) {}

  async run(earlier: readonly TrialRecord[]): Promise<TuneOutcome> {
    for (const record of earlier) this.records.set(record.trial, record);
    const { signal } = this.options;
    const stop = (): void => {
      this.stop();
    };
    signal?.addEventListener("abort", stop, { once: true });
    this.report({
      kind: "started",
      trials: Math.min(this.resolved.trials ?? Infinity, this.method.size),
      finished: this.records.size,
    });
    try {
      const isComplete = await this.runTrials();
      return { status: isComplete ? "finished" : "aborted", ...this.results() };
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  private report(event: Parameters<NonNullable<TuneOptions["onProgress"]>>[0]): void {
    this.options.onProgress?.(event);
  }

  private stop(): void {
    for (const controller of this.running.values()) controller.abort();
  }

  /** @returns false if the signal came before all trials had ended */
  private async runTrials(): Promise<boolean> {
    const failures: unknown[] = [];
    const pending = new Set<Promise<void>>();
    const isStopped = (): boolean => this.options.signal?.aborted === true || failures.length > 0;
    let isOpen = true;
    while (!isStopped()) {
      while (isOpen && pending.size < this.resolved.parallel && this.mayPropose()) {
        const trial = this.points.length + 1;
        if (!this.propose()) {
          isOpen = false;
        } else if (!this.records.has(trial)) {
          const running = this.runTrial(trial).catch((error: unknown) => {
            failures.push(error);
            this.stop();
          });
          pending.add(running);
          void running.then(() => pending.delete(running));
        }
      }
      if (pending.size === 0) break;
      await Promise.race(pending);
    }
    await Promise.all(pending);
    if (failures.length > 0) throw failures[0];
    return !isStopped();
  }

  /** All trials whose scores the next proposal looks at have ended. */
  private mayPropose(): boolean {
    const known = Math.max(0, this.points.length + 1 - this.method.ahead);
    return Array.from({ length: known }, (_, index) => index + 1).every((trial) => this.records.has(trial));
  }

  /**
   * Adds the next point.
   *
   * @returns false if there is none
   * @throws StudyFolderError if the trial has ended with another point
   */
  private propose(): boolean {
    const index = this.points.length;
    if (this.resolved.trials !== null && index >= this.resolved.trials) return false;
    const earlier = this.points.map((point, trial) => ({
      point,
      score: trial <= index - this.method.ahead ? this.records.get(trial + 1)!.score : null,
    }));
    const point = this.method.propose(earlier);
    if (point === null) return false;
    const record = this.records.get(index + 1);
    if (record !== undefined && pointKey(record.hyperparameters) !== pointKey(point)) {
      throw this.folder.damaged("trials.jsonl");
    }
    this.points.push(point);
    return true;
  }

  private async runTrial(trial: number): Promise<void> {
    const point = this.points[trial - 1]!;
    const controller = new AbortController();
    this.running.set(trial, controller);
    try {
      const record = await runTrial(
        {
          trial,
          point,
          build: () => this.options.build({ ...this.config.identity.hyperparameters, ...point }),
          run: this.folder.runPath(trial),
          dataset: this.options.dataset,
          settings: this.resolved.settings,
          report: (event) => {
            this.report(event);
          },
          signal: controller.signal,
        },
        this.openEngine,
      );
      if (record !== null) await this.keep(record);
    } finally {
      this.running.delete(trial);
    }
  }

  /** Writing is one after the other, so that no line gets lost. */
  private writing: Promise<void> = Promise.resolve();

  private async keep(record: TrialRecord): Promise<void> {
    this.records.set(record.trial, record);
    this.writing = this.writing.then(async () => {
      await this.folder.writeTrials([...this.records.values()], this.results().best?.hyperparameters ?? null);
    });
    await this.writing;
    this.report({ kind: "ended", record, isBest: this.results().best?.trial === record.trial });
  }

  private results(): TuningResults {
    const trials = [...this.records.values()].toSorted((left, right) => left.trial - right.trial);
    const best = rankedTrials(trials)[0];
    return {
      trials,
      best:
        best === undefined
          ? null
          : {
              trial: best.trial,
              score: best.score!,
              hyperparameters: { ...this.config.identity.hyperparameters, ...best.hyperparameters },
              run: this.folder.runPath(best.trial),
            },
    };
  }
}
