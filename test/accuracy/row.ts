import { createHash } from "node:crypto";
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
import { rankedTrials, type TrialRecord } from "../../runtime/tuning/trialRecord.js";
import { tune } from "../../runtime/tuning/tune.js";
import type { Contestant } from "./contestants.js";
import { datasets, equalSteps, learningRates, type DatasetName } from "./datasets.js";
import {
  readRecord,
  writeRecord,
  type RowRecord,
  type ScoredPoint,
  type SeedRecord,
  type Values,
} from "./record.js";

/** Seed of the search and its number of trials, for every model alike. */
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

/**
 * Searches a model's hyper-parameters in short trials, trains the best of each learning rate to the end, chooses by
 * validation, and trains what is chosen with further seeds.
 */
export async function runRow(order: RowOrder): Promise<RowRecord> {
  const { contestant, dataset, report } = order;
  const { model, ancestor } = contestant;
  const asked = question(order);
  const known = await readRecord(order.records, dataset, model, asked);
  if (known !== null) return known;
  const started = performance.now();
  const say = (text: string): void => {
    report(`${dataset}/${model} ${((performance.now() - started) / 60_000).toFixed(1)} min: ${text}`);
  };
  const trials = await search(order, asked, say);
  const finalists = await trainFinalists(order, asked.given, trials, say);
  const best = finalists
    .filter(({ results }) => results !== null)
    .toSorted((left, right) => right.score! - left.score!)[0];
  if (best?.results == null) throw new Error(`${dataset}/${model}: all finalists diverged`);
  const chosen = { ...asked.given, ...best.hyperparameters };
  const results = [best.results];
  for (let seed = SEARCH_SEED + 1; seed <= asked.seeds; seed++) {
    const further = await finishedRun(order, chosen, seed);
    if (further === null) throw new Error(`${dataset}/${model} diverged with seed ${seed}`);
    results.push(further);
  }
  for (const { seed, test } of results) {
    say(`seed ${seed}: test Recall@20 ${test!.metrics["Recall@20"]!.toFixed(4)}`);
  }
  const record: RowRecord = {
    ...{ model, dataset, asked, chosen },
    datasetChecksum: best.results.dataset.checksum,
    trials: trials.map(({ hyperparameters, score }) => ({ hyperparameters, score })),
    finalists: finalists.map(({ hyperparameters, score }) => ({ hyperparameters, score })),
    seeds: results.map(seedRecord),
    popularity: chosenMetrics(best.results.popularityTest!.metrics),
    comparison:
      ancestor === undefined ? null : { ancestor, tests: await comparison(order, chosen, ancestor) },
  };
  await writeRecord(order.records, record);
  return record;
}

type Question = ReturnType<typeof question>;

/** The trials, of which those that have ended are read. */
async function search(
  order: RowOrder,
  asked: Question,
  say: (text: string) => void,
): Promise<readonly TrialRecord[]> {
  const { contestant, dataset, data, threads } = order;
  const model = models.get(contestant.model);
  if (model === undefined) throw new Error(`internal: no model "${contestant.model}"`);
  const out = join(order.runs, dataset, contestant.model, "search");
  const { trials } = await tune({
    build: (hyperparameters) => buildArtifacts(model, hyperparameters),
    space: modelSearchSpace(model, asked.space),
    hyperparameters: asked.given,
    method: "random",
    trials: TRIALS,
    training: { ...asked.training, epochs: asked.trialEpochs, seed: SEARCH_SEED, threads },
    dataset: data,
    out,
    resume: existsSync(join(out, "study.json")),
    onProgress(event) {
      if (event.kind !== "ended") return;
      const { trial, score, bestEpoch, hyperparameters, seconds } = event.record;
      say(
        `trial ${trial} ${JSON.stringify(hyperparameters)}: ${score?.toFixed(4) ?? "diverged"}, ` +
          `epoch ${bestEpoch ?? "-"}, ${seconds.toFixed(0)} s`,
      );
    },
  });
  return trials;
}

/** The best trial of each learning rate, best first: what is short tells nothing about a rate that needs longer. */
function finalistsOf(trials: readonly TrialRecord[]): readonly TrialRecord[] {
  const ranked = rankedTrials(trials);
  const rateOf = ({ hyperparameters }: TrialRecord): Json | undefined => hyperparameters["learningRate"];
  return ranked.filter((trial) => ranked.find((other) => rateOf(other) === rateOf(trial)) === trial);
}

interface Finalist extends ScoredPoint {
  /** Null if training diverged. */
  readonly results: TrainingResults | null;
}

async function trainFinalists(
  order: RowOrder,
  given: Values,
  trials: readonly TrialRecord[],
  say: (text: string) => void,
): Promise<readonly Finalist[]> {
  const finalists: Finalist[] = [];
  for (const { hyperparameters } of finalistsOf(trials)) {
    const results = await finishedRun(order, { ...given, ...hyperparameters }, SEARCH_SEED);
    const score = results?.valid?.metrics["Recall@20"] ?? null;
    finalists.push({ hyperparameters, score, results });
    say(
      `finalist ${JSON.stringify(hyperparameters)}: ` +
        (results === null ? "diverged" : `${score!.toFixed(4)}, epoch ${results.bestEpoch}`),
    );
  }
  return finalists;
}

/** The results of one seed, read if they are there; null if training diverged. */
async function finishedRun(
  order: RowOrder,
  hyperparameters: Values,
  seed: number,
): Promise<TrainingResults | null> {
  const { contestant, dataset, data, threads } = order;
  const run = runFolder(order, contestant.model, hyperparameters, seed);
  const file = join(run, "results.json");
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as TrainingResults;
  const outcome = await trainCompiled(
    {
      run,
      build: () => buildArtifacts(models.get(contestant.model)!, hyperparameters),
      dataset: data,
      settings: resolveSettings({ ...datasets[dataset].training, seed, threads }),
      onStart: () => undefined,
      onTraining: () => undefined,
      signal: new AbortController().signal,
    },
    (...parameters) => WorkerEngine.open(...parameters),
  );
  if (outcome === null) throw new Error(`${run} was interrupted`);
  return outcome.status === "finished" ? outcome.results : null;
}

function question({ contestant, dataset, isHeadline }: RowOrder) {
  const { modalities, training, trialEpochs, validationSeed } = datasets[dataset];
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
    trialEpochs,
    finalists: "the best of each learning rate",
    seeds: isHeadline ? HEADLINE_SEEDS : OTHER_SEEDS,
  };
}

/** Runs of the same settings and seed share a folder, whichever search led to them. */
function runFolder(
  { runs, dataset }: RowOrder,
  model: string,
  hyperparameters: Values,
  seed: number,
): string {
  const key = createHash("sha256").update(JSON.stringify(hyperparameters)).digest("hex").slice(0, 12);
  return join(runs, dataset, model, "runs", key, `seed${seed}`);
}

/** Tests over users against the ancestor's runs of the same seeds; none if those are not at hand. */
async function comparison(order: RowOrder, chosen: Values, ancestor: string): Promise<readonly PairTest[]> {
  const { contestant, dataset, records } = order;
  const other = await readRecord(records, dataset, ancestor);
  if (other === null) {
    order.report(
      `${dataset}/${ancestor} has no record, so that ${contestant.model} is not tested against it`,
    );
    return [];
  }
  const foldersOf = (model: string, hyperparameters: Values): readonly string[] =>
    other.seeds.map(({ seed }) => runFolder(order, model, hyperparameters, seed));
  const all = [foldersOf(contestant.model, chosen), foldersOf(ancestor, other.chosen)];
  const missing = all.flat().find((folder) => !existsSync(join(folder, "results.json")));
  if (missing !== undefined) {
    order.report(
      `${missing} is not there, so that ${order.contestant.model} is not tested against ${ancestor}`,
    );
    return [];
  }
  const [own, theirs] = (await Promise.all(
    all.map((folders) => Promise.all(folders.map((folder) => readMeasuredRun(folder, "test")))),
  )) as [MeasuredRun[], MeasuredRun[]];
  const groups = [
    { label: order.contestant.model, runs: own },
    { label: ancestor, runs: theirs },
  ];
  return compareGroups(groups, { metrics: columns }).tests;
}

function chosenMetrics(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(columns.map((column) => [column, metrics[column]!]));
}

function seedRecord({ seed, bestEpoch, epochs, valid, test, timing }: TrainingResults): SeedRecord {
  return {
    ...{ seed, bestEpoch, epochs },
    valid: chosenMetrics(valid!.metrics),
    test: chosenMetrics(test!.metrics),
    secondsPerEpoch: timing.secondsPerEpoch,
  };
}
