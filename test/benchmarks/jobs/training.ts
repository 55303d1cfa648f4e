import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { defaultSettings } from "../../../runtime/training/trainingOptions.js";
import { WorkerEngine } from "../../../runtime/training/workerEngine.js";
import { timed, type Seconds } from "./job.js";

export interface TrainingRequest {
  readonly artifacts: string;
  readonly data: string;
  readonly threads: number;
  /** Most epochs. */
  readonly epochs: number;
  /** No further epoch (beyond two) or ranking (beyond one) is begun after so many seconds of each. */
  readonly seconds: number;
}

export interface Training {
  /** Loading the dataset, making the buffers (neighbour graphs …) and opening the sessions. */
  readonly prepare: Seconds;
  readonly epochs: readonly Seconds[];
  /** Full rankings of the test users, final embeddings and metrics included. */
  readonly rankings: readonly Seconds[];
  readonly rankedUsers: number;
  readonly sizes: ReadonlyMap<string, number>;
  readonly stepsPerEpoch: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<"train" | "valid" | "test", number>>;
  readonly parameterCount: number;
  /** Bytes that mmkit expected the process to take at its peak. */
  readonly expectedPeak: number | null;
}

const SEED = 1;

async function repeat(most: number, least: number, seconds: number, work: () => Promise<unknown>) {
  const times: Seconds[] = [];
  for (let spent = 0; times.length < least || (times.length < most && spent < seconds);) {
    const { seconds: taken } = await timed(work);
    times.push(taken);
    spent += taken.clock;
  }
  return times;
}

/** Trains as `mmkit train` does, in a thread of its own, for some epochs, and ranks the test users. */
export async function measureTraining(request: TrainingRequest): Promise<Training> {
  const artifacts = await loadArtifacts(request.artifacts);
  const { data, threads, epochs, seconds } = request;
  const opened = await timed(() =>
    WorkerEngine.open({ artifacts, dataset: data, seed: SEED, device: "cpu", threads }, () => undefined),
  );
  const engine = opened.value!;
  const { phases } = artifacts.manifest;
  const rates = Object.fromEntries(phases.map(({ name, learningRate }) => [name, learningRate.base]));
  const { cutoffs, ndcgIdeal, maskValidationAtTest } = defaultSettings;
  let rankedUsers = 0;
  try {
    const trained: Seconds[] = [];
    // As training does, the state is read after every epoch; that is not part of the epoch.
    await repeat(epochs, Math.min(2, epochs), seconds, async () => {
      trained.push((await timed(() => engine.runEpoch(rates))).seconds);
      await engine.readState();
    });
    const rankings = await repeat(Math.min(3, epochs), 1, seconds, async () => {
      const report = await engine.evaluate({
        ...{ split: "test", ranker: "model", cutoffs, ndcgIdeal, maskValidationAtTest },
      });
      rankedUsers = report.users;
    });
    const { info } = engine;
    return {
      prepare: opened.seconds,
      ...{ epochs: trained, rankings, rankedUsers },
      sizes: info.sizes,
      stepsPerEpoch: info.stepsPerEpoch,
      counts: info.dataset.counts,
      parameterCount: info.parameterCount,
      expectedPeak: info.memory.peak,
    };
  } finally {
    await engine.close();
  }
}
