import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measuredData, type DataFolders } from "./data/measuredData.js";
import { inChild } from "./inChild.js";
import type { Compilation, CompilationRequest } from "./jobs/compilation.js";
import type { Floors } from "./jobs/floors.js";
import type { Training, TrainingRequest } from "./jobs/training.js";
import { timesOf, type Measurement } from "./measurement.js";
import { floorSeconds, WorkCounter, type Work } from "./work.js";

/** What is measured, and for how long. */
export interface MeasuringSettings {
  readonly threads: number;
  readonly epochs: number;
  /** Of training, and of ranking, after which nothing more is repeated. */
  readonly seconds: number;
  readonly set: readonly string[];
  readonly folders: DataFolders;
  /** Those of another measurement, to be taken instead of measuring them before and after. */
  readonly floors?: Floors;
}

export async function floorsNow(threads: number): Promise<Floors> {
  return (await inChild<Floors>("floors", { threads })).value;
}

/**
 * Compiles a model and trains it for some epochs, each in a process of its own, between two measurements of the floors.
 *
 * @param data see measuredData.ts
 * @throws MeasurementError, MissingDataError
 */
export async function measureModel(
  model: { readonly name: string; readonly readsFeatures: boolean; readonly set: readonly string[] },
  data: string,
  settings: MeasuringSettings,
): Promise<Measurement> {
  const { threads, epochs, seconds, folders } = settings;
  const folder = await measuredData(data, model.readsFeatures, folders);
  const artifacts = await mkdtemp(join(tmpdir(), "mmkit-bench-"));
  const set = [...model.set, ...settings.set];
  try {
    const wanted: CompilationRequest = { model: model.name, set, data: folder, artifacts, threads };
    const { value: compilation } = await inChild<Compilation>("compilation", wanted);
    const before = settings.floors ?? (await floorsNow(threads));
    const request: TrainingRequest = { artifacts, data: folder, threads, epochs, seconds };
    const { value: training, peakBytes } = await inChild<Training>("training", request);
    const after = settings.floors ?? (await floorsNow(threads));
    const floors: Floors = {
      bandwidth: Math.max(before.bandwidth, after.bandwidth),
      gemm: Math.max(before.gemm, after.gemm),
    };
    const sizes = new Map([...compilation.sizes, ...training.sizes]);
    const counter = new WorkCounter(compilation.manifest, compilation.work, { ...training, sizes });
    const floorOf = (work: Work | null): number | null => (work === null ? null : floorSeconds(work, floors));
    const timed = (times: Training["epochs"], work: Work | null) => timesOf(times, work, floorOf(work));
    return {
      ...{ model: model.name, data, set, threads, peakBytes, floors },
      compile: compilation.compile,
      artifactBytes: compilation.artifactBytes,
      sessions: compilation.sessions,
      prepare: timed([training.prepare], counter.preparation()),
      epoch: timed(training.epochs, counter.epoch()),
      ranking: timed(training.rankings, counter.ranking()),
      rankedUsers: training.rankedUsers,
      expectedPeak: training.expectedPeak,
      parameters: training.parameterCount,
      sizes: Object.fromEntries([...sizes].filter(([axis]) => !axis.includes("/"))),
      steps: training.stepsPerEpoch,
    };
  } finally {
    await rm(artifacts, { recursive: true, force: true });
  }
}
