import { ArtifactError } from "../artifacts/artifactError.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import type { Manifest } from "../artifacts/manifest.js";
import type { Dataset } from "../data/dataset.js";
import type { EngineState } from "../training/engine.js";
import { learningRate } from "../training/learningRate.js";
import { choosePageDevice, type PageDeviceRequest } from "./chooseDevice.js";
import { GpuExecutor, type StatePlace } from "./gpuExecutor.js";
import { readItemNames } from "./itemNames.js";
import { loadOrt, type OrtOptions } from "./ortModule.js";
import { PageAnswers } from "./pageAnswers.js";
import { openPageEngine, type PageEngine } from "./pageEngine.js";
import { PageFolder, type FolderOptions } from "./pageFolder.js";
import { PageGraph } from "./pageGraph.js";
import type { PageCompute, PageRecommender } from "./pageRecommender.js";
import { Personaliser } from "./personaliser.js";
import { TableBackend } from "./tableBackend.js";
import { readTrainingData, readTrainingDescription } from "./trainingData.js";
import { trainingFiles, type TrainingDescription } from "./trainingFolder.js";
import { validationMetrics } from "./validationMetrics.js";

/** Some steps that have just been taken. */
export interface TrainingStep {
  /** 0-based. */
  readonly epoch: number;
  readonly phase: string;
  /** Steps of the epoch done so far, and all of them. */
  readonly step: number;
  readonly steps: number;
  /** Means of the losses over these steps; `total` is what is minimised. */
  readonly losses: Readonly<Record<string, number>>;
  readonly stepsPerSecond: number;
}

/** The model as measured on the validation items. */
export interface PageEvaluation {
  /** Epochs trained. */
  readonly epoch: number;
  /** Full ranking: `Recall@20`, `NDCG@20`, `HR@20` … */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrainInPageOptions extends Omit<FolderOptions, "signal">, OrtOptions {
  /** `auto` by default, which is wasm: it fuses steps, which WebGPU cannot. */
  readonly device?: PageDeviceRequest;
  /** 20 by default. */
  readonly epochs?: number;
  /** By default the one that the folder was made with. Equal seeds give equal training. */
  readonly seed?: number;
  /** Epochs from one evaluation to the next, 5 by default; the last is evaluated too. 0 for none. */
  readonly evaluateEvery?: number;
  /** Most steps between two turns of the page, 4 by default; more is faster and less smooth. */
  readonly stepsPerTurn?: number;
  readonly onStep?: (step: TrainingStep) => void;
  readonly onEvaluation?: (evaluation: PageEvaluation) => void;
  /** Ends training after the present steps; what was trained until then is the result. While files load, rejects. */
  readonly signal?: AbortSignal;
}

export interface TrainedInPage {
  /** Answers with the best evaluated epoch, or the last state if none was evaluated. */
  readonly recommender: PageRecommender;
  /** Complete epochs. */
  readonly epochs: number;
  /** Mean losses of each complete epoch, by name, of the phase `main`. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly best: PageEvaluation | null;
  /** Whether the signal ended it. */
  readonly isStopped: boolean;
  /** With WebGPU, where the state stood between steps; null with wasm. */
  readonly statePlace: StatePlace | null;
  /** Seconds of training and evaluation, without loading. */
  readonly seconds: number;
}

const CUTOFF = 20;
const METRIC = `Recall@${CUTOFF}`;

/** What `auto` chooses whatever the size. */
const FUSED = {
  device: "wasm",
  reason: "auto chose wasm: it takes many steps in one run, for which WebGPU has no kernel",
} as const;

/** Lets the page draw and answer before going on. */
function turnOfPage(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

interface Opened {
  readonly folder: PageFolder;
  readonly description: TrainingDescription;
  readonly manifest: Manifest;
  readonly bytesOf: (file: string) => Promise<Uint8Array>;
}

async function openFolder(address: string | URL, options: TrainInPageOptions): Promise<Opened> {
  const folder = await PageFolder.open(address, options);
  const url = folder.addressOf(trainingFiles.description);
  const description = readTrainingDescription(url, await folder.description(trainingFiles.description));
  const bytesOf = (file: string): Promise<Uint8Array> => {
    const check = description.files[file];
    if (check !== undefined) return folder.file(file, check);
    throw new ArtifactError(url, `it lists no file "${file}"`, "Write the folder again with `mmkit build`.");
  };
  const manifest = JSON.parse(new TextDecoder().decode(await bytesOf("manifest.json"))) as Manifest;
  return { folder, description, manifest, bytesOf };
}

/** Epochs of training; the state to be answered with is the engine's at the end. */
async function train(
  { engine }: PageEngine,
  dataset: Dataset,
  manifest: Manifest,
  options: TrainInPageOptions,
): Promise<Pick<TrainedInPage, "epochs" | "losses" | "best" | "isStopped">> {
  const { epochs = 20, evaluateEvery = 5, signal } = options;
  const losses: Readonly<Record<string, number>>[] = [];
  let best: (PageEvaluation & { readonly state: EngineState }) | null = null;
  let isStopped = false;
  for (let epoch = 0; epoch < epochs && !isStopped; epoch++) {
    const rates = manifest.phases.map(
      (phase) => [phase.name, learningRate(phase.learningRate, epoch, epochs)] as const,
    );
    const done = await engine.runEpoch(Object.fromEntries(rates));
    isStopped = typeof done === "string" || signal?.aborted === true;
    if (typeof done === "string") break;
    losses.push(done["main"] ?? {});
    const isDue = evaluateEvery > 0 && (losses.length % evaluateEvery === 0 || losses.length === epochs);
    if (!isDue) continue;
    const measured = await validationMetrics(await engine.ranker(), dataset, CUTOFF, turnOfPage);
    const evaluation = { epoch: losses.length, metrics: { ...measured } };
    options.onEvaluation?.(evaluation);
    if (best === null || evaluation.metrics[METRIC]! > best.metrics[METRIC]!) {
      best = { ...evaluation, state: await engine.readState() };
    }
  }
  if (best === null) return { epochs: losses.length, losses, best, isStopped };
  await engine.writeState(best.state);
  return { epochs: losses.length, losses, best: { epoch: best.epoch, metrics: best.metrics }, isStopped };
}

/**
 * Trains a model from nothing in the page, on the interactions in the folder; nothing is sent anywhere.
 *
 * @param address of a folder that `mmkit build <model> --page <dataset>` wrote, against the page's own
 * @throws ArtifactError if the folder cannot be had or is not whole, DeviceError, NonFiniteLossError, GraphRunError
 */
export async function trainInPage(
  address: string | URL,
  options: TrainInPageOptions = {},
): Promise<TrainedInPage> {
  const { signal, onStep } = options;
  const { folder, description, manifest, bytesOf } = await openFolder(address, options);
  const { dataset } = description;
  const { device = "auto" } = options;
  const decision = device === "auto" ? FUSED : await choosePageDevice(device, 0);
  const loaded = await loadOrt(decision.device, options, folder);
  const artifacts: Artifacts = { folder: folder.url.href, manifest, sha256: manifest.computation };
  const url = folder.addressOf(trainingFiles.data);
  const data = readTrainingData(url, await bytesOf(trainingFiles.data), description, manifest);
  const opened = await openPageEngine({
    ...{ artifacts, data, loaded, bytesOf },
    seed: options.seed ?? description.seed,
    stepsPerRun: options.stepsPerTurn ?? 4,
    report: ({ epoch, phase, step, steps, losses, stepsPerSecond }) =>
      onStep?.({ epoch, phase, step, steps, losses, stepsPerSecond }),
    betweenRuns: turnOfPage,
    isCancelled: () => signal?.aborted === true,
  });
  try {
    // All files come before training: the signal that ends it stops downloads as well.
    const visitorFiles = [
      await bytesOf(trainingFiles.personaliseTraining),
      await bytesOf(trainingFiles.personaliseOptimizer),
    ] as const;
    const names = dataset.hasTitles
      ? readItemNames(
          folder.addressOf(trainingFiles.items),
          await bytesOf(trainingFiles.items),
          dataset.items,
        )
      : { titles: null, keys: null };
    signal?.throwIfAborted();
    const started = performance.now();
    const trained = await train(opened, data.dataset, manifest, options);
    const vectors = await opened.engine.vectors();
    const [users, items] = [vectors.get("user_vectors")!, vectors.get("item_vectors")!];
    const ofVisitors = [
      await PageGraph.open(trainingFiles.personaliseTraining, visitorFiles[0], loaded, { onCpu: true }),
      await PageGraph.open(trainingFiles.personaliseOptimizer, visitorFiles[1], loaded, { onCpu: true }),
    ] as const;
    const compute: PageCompute = { ...decision, threads: loaded.threads };
    const { kind, reason } = folder.cache;
    const recommender = new PageAnswers(
      new TableBackend({
        facts: {
          model: manifest.model,
          title: manifest.title,
          users: dataset.users,
          items: dataset.items,
          dim: items.dims[1]!,
          hasSeen: true,
          hasTitles: dataset.hasTitles,
          hasItemKeys: false,
        },
        compute,
        storage: { kind, reason },
        users,
        items,
        seen: data.dataset.train,
        names,
        rankGraph: opened.rankGraph,
        personaliser: new Personaliser(
          ...ofVisitors,
          description.personalise,
          new Map([["catalogue", items]]),
        ),
        release: async () => {
          for (const graph of ofVisitors) await graph.release();
          await opened.close();
        },
      }),
    );
    const places = opened.executors.flatMap((executor) =>
      executor instanceof GpuExecutor && executor.statePlace !== null ? [executor.statePlace] : [],
    );
    return {
      recommender,
      ...trained,
      statePlace: places[0] ?? null,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
