import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts } from "../../exports/artifacts.js";
import { modelSearchSpace } from "../../exports/searchSpace.js";
import { models } from "../../graphs/registry.js";
import type { Json } from "../../runtime/artifacts/manifest.js";
import { compareGroups, type PairTest } from "../../runtime/comparison/compareGroups.js";
import { readMeasuredRun, type MeasuredRun } from "../../runtime/comparison/measuredRun.js";
import { resolveSettings } from "../../runtime/training/trainingOptions.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { WorkerEngine } from "../../runtime/training/workerEngine.js";
import { trainCompiled } from "../../runtime/tuning/trainCompiled.js";
import { tune, type TuningResults } from "../../runtime/tuning/tune.js";
import type { CompiledModel } from "../../runtime/tuning/tuneOptions.js";
import type { Contestant } from "./contestants.js";
import { datasets, equalSteps, learningRates, type DatasetName } from "./datasets.js";
import { readRecord, writeRecord, type RowRecord, type SeedRecord } from "./record.js";

/** Seed of the search, and its number of trials, for every model alike. */
const SEARCH_SEED = 1;
export const TRIALS = 6;
const HEADLINE_SEEDS = 5;
const OTHER_SEEDS = 3;

const columns = ["Recall@10", "Recall@20", "NDCG@10", "NDCG@20"] as const;

export interface RowOrder {
  readonly contestant: Contestant;
  readonly dataset: DatasetName;
  /** Five seeds for headline models and their ancestors. */
  readonly isHeadline: boolean;
  /** The dataset's folder. */
  readonly data: string;
  /** Folder of searches and runs, which are large. */
  readonly runs: string;
  /** Folder of the records, which are small and kept. */
  readonly records: string;
  readonly threads: number | null;
  readonly report: (line: string) => void;
}

/** Searches a model's hyper-parameters on validation, trains the best with every seed, tests each once. */
export async function runRow(order: RowOrder): Promise<RowRecord> {
  const { contestant, dataset, data, threads, report } = order;
  const { model: name, ancestor } = contestant;
  const asked = question(order);
  const known = await readRecord(order.records, dataset, name, asked);
  if (known !== null) return known;
  const model = models.get(name);
  if (model === undefined) throw new Error(`internal: no model "${name}"`);
  const folder = join(order.runs, dataset, name);
  const { training } = datasets[dataset];
  const started = performance.now();
  const say = (text: string): void => {
    report(`${dataset}/${name} ${((performance.now() - started) / 60_000).toFixed(1)} min: ${text}`);
  };
  const searched = await tune({
    build: (hyperparameters) => buildArtifacts(model, hyperparameters),
    space: modelSearchSpace(model, asked.space),
    hyperparameters: asked.given,
    method: "random",
    trials: TRIALS,
    training: { ...training, seed: SEARCH_SEED, threads },
    dataset: data,
    out: join(folder, "search"),
    resume: existsSync(join(folder, "search", "trials.jsonl")),
    onProgress(event) {
      if (event.kind !== "ended") return;
      const { trial, score, bestEpoch, hyperparameters, seconds } = event.record;
      say(
        `trial ${trial} ${JSON.stringify(hyperparameters)}: ${score?.toFixed(4) ?? "diverged"}, ` +
          `epoch ${bestEpoch ?? "-"}, ${seconds.toFixed(0)} s`,
      );
    },
  });
  const { best } = searched;
  if (best === null) throw new Error(`${dataset}/${name}: all trials diverged`);
  const results: TrainingResults[] = [];
  for (let seed = 1; seed <= asked.seeds; seed++) {
    results.push(await finishedRun(order, () => buildArtifacts(model, best.hyperparameters), seed));
    say(`seed ${seed}: test Recall@20 ${results.at(-1)!.test!.metrics["Recall@20"]?.toFixed(4) ?? ""}`);
  }
  const first = results[0]!;
  const record: RowRecord = {
    model: name,
    dataset,
    datasetChecksum: first.dataset.checksum,
    asked,
    trials: trialsOf(searched),
    chosen: best.hyperparameters,
    seeds: results.map(seedRecord),
    popularity: chosenMetrics(first.popularityTest!.metrics),
    comparison:
      ancestor === undefined ? null : { ancestor, tests: await comparison(order, ancestor, asked.seeds) },
  };
  await writeRecord(order.records, record);
  return record;
}

/** The results of one seed, read if they are there. */
async function finishedRun(
  order: RowOrder,
  build: () => CompiledModel,
  seed: number,
): Promise<TrainingResults> {
  const { contestant, dataset, data, threads } = order;
  const run = runFolder(order, contestant.model, seed);
  const file = join(run, "results.json");
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as TrainingResults;
  const outcome = await trainCompiled(
    {
      run,
      build,
      dataset: data,
      settings: resolveSettings({ ...datasets[dataset].training, seed, threads }),
      onStart: () => undefined,
      onTraining: () => undefined,
      signal: new AbortController().signal,
    },
    (...parameters) => WorkerEngine.open(...parameters),
  );
  if (outcome?.status === "finished") return outcome.results;
  throw new Error(`${run}: ${outcome === null ? "interrupted" : outcome.problem}`);
}

function question({ contestant, dataset, isHeadline }: RowOrder) {
  const { modalities, training, validationSeed } = datasets[dataset];
  const { space, given, hasModalities } = contestant;
  return {
    space: { learningRate: learningRates, ...space },
    given: {
      ...equalSteps,
      ...(hasModalities === true ? { modalities: [...modalities] } : {}),
      ...given?.[dataset],
    } as Readonly<Record<string, Json>>,
    training: { ...training },
    validationSeed: validationSeed ?? null,
    trials: TRIALS,
    seeds: isHeadline ? HEADLINE_SEEDS : OTHER_SEEDS,
  };
}

function runFolder({ runs, dataset }: RowOrder, model: string, seed: number): string {
  return join(runs, dataset, model, `seed${seed}`);
}

/** Tests over users against the ancestor's runs of the same seeds; none if those are not at hand. */
async function comparison(order: RowOrder, ancestor: string, seeds: number): Promise<readonly PairTest[]> {
  const numbers = Array.from({ length: seeds }, (_, index) => index + 1);
  const all = [order.contestant.model, ancestor].map((model) =>
    numbers.map((seed) => runFolder(order, model, seed)),
  );
  const missing = all.flat().find((folder) => !existsSync(join(folder, "results.json")));
  if (missing !== undefined) {
    order.report(
      `${missing} is not there, so that ${order.contestant.model} is not tested against ${ancestor}`,
    );
    return [];
  }
  const [own, other] = (await Promise.all(
    all.map((folders) => Promise.all(folders.map((folder) => readMeasuredRun(folder, "test")))),
  )) as [MeasuredRun[], MeasuredRun[]];
  const groups = [
    { label: order.contestant.model, runs: own },
    { label: ancestor, runs: other },
  ];
  return compareGroups(groups, { metrics: columns }).tests;
}

function chosenMetrics(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(columns.map((column) => [column, metrics[column]!]));
}

function trialsOf({ trials }: TuningResults): RowRecord["trials"] {
  return trials.map(({ hyperparameters, score }) => {
    return { hyperparameters, score };
  });
}

function seedRecord({ seed, bestEpoch, epochs, valid, test, timing }: TrainingResults): SeedRecord {
  return {
    ...{ seed, bestEpoch, epochs },
    valid: chosenMetrics(valid!.metrics),
    test: chosenMetrics(test!.metrics),
    secondsPerEpoch: timing.secondsPerEpoch,
  };
}
