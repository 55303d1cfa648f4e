import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadDataset } from "../data/dataset.js";
import { DatasetError } from "../data/datasetError.js";
import { decisiveSettings } from "../training/decisiveSettings.js";
import { RunLock } from "../training/runLock.js";
import type { OpenEngine } from "../training/trainer.js";
import type { ComputeSettings, TrainingSettings } from "../training/trainingOptions.js";
import type { TrainingResults } from "../training/trainingResults.js";
import { WorkerEngine } from "../training/workerEngine.js";
import { trainCompiled, type CompiledOutcome } from "../tuning/trainCompiled.js";
import { AblationFolder, type AblationConfig } from "./ablationFolder.js";
import type { AblationEvent, AblationOptions } from "./ablationOptions.js";
import type { AblationRecord } from "./ablationRecord.js";
import { measuredTable, type AblationResults } from "./ablationResults.js";
import { checkAblation, isMeasured } from "./checkAblation.js";

export type AblationOutcome =
  | { readonly status: "finished"; readonly results: AblationResults }
  /** Aborted by the signal, everything saved. */
  | { readonly status: "aborted"; readonly finished: number };

/**
 * Trains every row of tables of a model with every seed, all with the same settings, scores each run once on the test
 * split, and compares every row with the full model over users.
 *
 * The folder can be continued after any interruption: runs that have ended are kept, the one that was going on
 * continues after its last checkpoint. Seeds and tables may be added when it is continued. Rows that set the same
 * hyper-parameters share their runs. One seed of all rows is trained before the next seed.
 *
 * A run whose loss or vectors are not finite has diverged, which is a result; any other error stops the ablation.
 *
 * @throws AblationOptionsError, StudyFolderError, RunFolderError (another process works here), DatasetError and what
 *   `build` throws before anything is written; errors of training, everything before saved
 */
export async function ablate(
  options: AblationOptions,
  openEngine: OpenEngine = (...parameters) => WorkerEngine.open(...parameters),
): Promise<AblationOutcome> {
  const settings = checkAblation(options);
  const folder = new AblationFolder(options.out);
  await RunLock.check(options.out);
  if (options.resume === true) await folder.readConfig();
  else await folder.checkFree(options.force === true);
  const computations = new Map<string, string>();
  let model = "";
  for (const [variant, hyperparameters] of wantedVariants(options)) {
    const { manifest } = options.build(hyperparameters);
    computations.set(variant, manifest.computation);
    model = manifest.model;
  }
  const config = await ablationConfig(options, settings, model);
  const lock = await RunLock.take(options.out);
  try {
    // Another process may have worked here while the dataset was read.
    let records: readonly AblationRecord[] = [];
    if (options.resume === true) {
      await folder.resume(config.identity);
      records = await folder.readRecords(computations);
      await folder.writeConfig(config);
    } else {
      await folder.checkFree(options.force === true);
      await folder.start(config);
    }
    const ablation = new Ablation(options, settings, config, folder, computations, openEngine);
    return await ablation.run(records);
  } finally {
    await lock.release();
  }
}

/** The variants that the rows of the tables name. */
function wantedVariants({ tables, variants }: AblationOptions): AblationOptions["variants"] {
  const wanted = tables.flatMap(({ groups }) => groups.flatMap(({ full, rows }) => [full, ...rows]));
  return new Map([...variants].filter(([name]) => wanted.some(({ variant }) => variant === name)));
}

async function ablationConfig(
  { dataset: datasetFolder, hyperparameters, tables, seeds }: AblationOptions,
  settings: TrainingSettings,
  model: string,
): Promise<AblationConfig> {
  const dataset = await loadDataset(datasetFolder);
  if (dataset.counts.test === 0) {
    throw new DatasetError(
      { file: datasetFolder },
      "the dataset has no test split, on which the rows are compared",
      "Mark some interactions of users with training items with test",
    );
  }
  const decisive = Object.entries(decisiveSettings(settings)).filter(([name]) => name !== "seed");
  return {
    identity: {
      model,
      dataset: dataset.name,
      datasetChecksum: dataset.checksum,
      hyperparameters,
      training: Object.fromEntries(decisive) as unknown as AblationConfig["identity"]["training"],
    },
    datasetFolder,
    tables: tables.map(({ table }) => table),
    seeds,
  };
}

/** An ablation between its runs. */
class Ablation {
  private records: AblationRecord[] = [];
  /** Of the run that goes on. */
  private controller = new AbortController();

  constructor(
    private readonly options: AblationOptions,
    private readonly settings: TrainingSettings & ComputeSettings,
    private readonly config: AblationConfig,
    private readonly folder: AblationFolder,
    private readonly computations: ReadonlyMap<string, string>,
    private readonly openEngine: OpenEngine,
  ) {}

  async run(earlier: readonly AblationRecord[]): Promise<AblationOutcome> {
    this.records = [...earlier];
    const variants = [...this.computations.keys()];
    const planned = this.options.seeds.flatMap((seed) => variants.map((variant) => ({ variant, seed })));
    const isKnown = ({ variant, seed }: { variant: string; seed: number }): boolean =>
      this.records.some((record) => record.variant === variant && record.seed === seed);
    this.report({ kind: "started", runs: planned.length, finished: planned.filter(isKnown).length });
    const { signal } = this.options;
    const stop = (): void => {
      this.controller.abort();
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for (const [index, plan] of planned.entries()) {
        if (isKnown(plan)) continue;
        this.controller = new AbortController();
        const record = signal?.aborted === true ? null : await this.train(index + 1, plan.variant, plan.seed);
        if (record === null) return { status: "aborted", finished: planned.filter(isKnown).length };
        this.records.push(record);
        await this.folder.writeRecords(this.records);
        this.report({ kind: "ended", run: index + 1, record });
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    const runs = planned.map(({ variant, seed }) =>
      this.records.find((each) => each.variant === variant && each.seed === seed)!,
    );
    const results = await this.results(runs);
    await this.folder.writeResults(results);
    return { status: "finished", results };
  }

  private report(event: AblationEvent): void {
    this.options.onProgress?.(event);
  }

  /** @returns null if the signal came before the run had ended */
  private async train(run: number, variant: string, seed: number): Promise<AblationRecord | null> {
    const { dataset, build, variants } = this.options;
    const started = performance.now();
    const hyperparameters = variants.get(variant)!;
    const computation = this.computations.get(variant)!;
    const path = this.folder.runPath(variant, seed);
    await this.folder.checkStarted(variant, seed, computation);
    const outcome =
      (await this.earlierOutcome(path, seed, computation)) ??
      (await trainCompiled(
        {
          build: () => build(hyperparameters),
          run: path,
          dataset,
          settings: { ...this.settings, seed },
          onStart: (isResumed) => {
            this.report({ kind: "run", run, variant, seed, isResumed });
          },
          onTraining: (event) => {
            this.report({ kind: "training", run, event });
          },
          signal: this.controller.signal,
        },
        this.openEngine,
      ));
    if (outcome === null) return null;
    const seconds = (performance.now() - started) / 1000;
    const known = { variant, seed, hyperparameters, computation, seconds };
    if (outcome.status === "diverged") return { ...known, ...outcome, bestEpoch: null, test: null };
    const { epochs, bestEpoch, test } = outcome.results;
    if (test === null) throw new Error("internal: a run of an ablation was not scored on the test split");
    return { ...known, status: "finished", epochs, bestEpoch, test: test.metrics, problem: null };
  }

  /** What a run that ended without being recorded has found, so that the test split is not scored again. */
  private async earlierOutcome(
    path: string,
    seed: number,
    computation: string,
  ): Promise<CompiledOutcome | null> {
    const file = join(path, "results.json");
    if (!existsSync(file)) return null;
    const results = JSON.parse(await readFile(file, "utf8")) as TrainingResults;
    const isSame =
      results.manifestSha256 === computation &&
      results.seed === seed &&
      results.dataset.checksum === this.config.identity.datasetChecksum;
    return isSame ? { status: "finished", results } : null;
  }

  private async results(runs: readonly AblationRecord[]): Promise<AblationResults> {
    const { model, dataset: name, datasetChecksum: checksum } = this.config.identity;
    const { tables, metrics: chosen, correction = "holm", seeds } = this.options;
    const measured = [];
    for (const table of tables) {
      const metrics = chosen ?? table.metrics.filter((metric) => isMeasured(metric, this.settings.cutoffs));
      measured.push(await measuredTable(this.folder, table, runs, metrics, correction));
    }
    return { model, dataset: { name, checksum }, split: "test", seeds, tables: measured, runs };
  }
}
