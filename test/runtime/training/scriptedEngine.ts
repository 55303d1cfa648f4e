import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import type { RankingReport } from "../../../runtime/ranking/evaluateRanking.js";
import type {
  ChunkEvent,
  Engine,
  EngineInfo,
  EngineState,
  EpochLosses,
  EpochStop,
} from "../../../runtime/training/engine.js";
import type { EvaluationRequest } from "../../../runtime/training/evaluateDataset.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import type { OpenEngine } from "../../../runtime/training/trainer.js";

/** What a scripted engine is to do. */
export interface Script {
  /** Recall@20 on the selecting split after each epoch; the last value holds for later epochs. */
  readonly metrics: readonly number[];
  /** Epoch whose loss is not finite. */
  readonly divergesIn?: number;
  /** Called at the end of each epoch's only chunk; returning true interrupts it. */
  readonly afterChunk?: (epoch: number) => boolean;
  readonly counts?: EngineInfo["dataset"]["counts"];
  readonly checksum?: string;
  readonly itemsWithoutTraining?: number;
}

function table(value: number): HostTensor {
  return hostTensor("float32", [2, 8], new Float32Array(16).fill(value));
}

/**
 * An engine for the example artifacts with two users: an epoch adds its number plus one to every parameter, so the
 * parameters after n epochs are n (n + 1) / 2. A test split scores a tenth of the validation split.
 */
export class ScriptedEngine implements Engine {
  /** What was to be evaluated after how many epochs. */
  readonly requests: (EvaluationRequest & { readonly epoch: number })[] = [];
  readonly trained: number[] = [];
  readonly rates: number[] = [];
  isClosed = false;
  private state: EngineState = {
    epoch: 0,
    progress: null,
    buffers: new Map(),
    tensors: new Map([
      ["user_embedding", table(0)],
      ["user_embedding.m", table(0)],
    ]),
    steps: { main: 0 },
  };

  constructor(
    private readonly script: Script,
    private readonly report: (event: ChunkEvent) => void = () => undefined,
  ) {}

  get info(): EngineInfo {
    return {
      device: "cpu",
      deviceReason: null,
      memory: {
        peak: 312e6,
        limit: 4e9,
        parts: { inUse: 200e6, state: 12e6, values: 90e6, evaluation: 10e6 },
        stepsPerRun: 32,
        stepMemory: new Map(),
        tileScores: null,
      },
      dataset: {
        name: "scripted",
        checksum: this.script.checksum ?? "abc",
        users: 2,
        items: 4,
        counts: this.script.counts ?? { train: 8, valid: 2, test: 2 },
        itemsWithoutTraining: this.script.itemsWithoutTraining ?? 0,
        notes: [],
      },
      sizes: new Map([
        ["user", 2],
        ["dim", 8],
      ]),
      stepsPerEpoch: { main: 2 },
      parameterCount: 16,
      keptBufferBytes: 0,
    };
  }

  /** The value of all parameters. */
  get value(): number {
    return (this.state.tensors.get("user_embedding")!.data as Float32Array)[0]!;
  }

  runEpoch(learningRates: Readonly<Record<string, number>>): Promise<EpochLosses | EpochStop> {
    const { epoch } = this.state;
    this.trained.push(epoch);
    this.rates.push(learningRates["main"]!);
    if (this.script.divergesIn === epoch) {
      return Promise.reject(new NonFiniteLossError("main", epoch, 1, { total: NaN, bpr: 0.5 }));
    }
    this.report({
      kind: "chunk",
      phase: "main",
      epoch,
      step: 2,
      steps: 2,
      losses: { total: 1 },
      stepsPerSecond: 1,
    });
    if (this.script.afterChunk?.(epoch) === true) return Promise.resolve("interrupted");
    const value = this.value + epoch + 1;
    const tensors = new Map([
      ["user_embedding", table(value)],
      ["user_embedding.m", table(-value)],
    ]);
    this.state = { ...this.state, epoch: epoch + 1, tensors, steps: { main: this.state.steps["main"]! + 2 } };
    return Promise.resolve({ main: { total: 1 / (epoch + 1), bpr: 1 / (epoch + 1) } });
  }

  evaluate(request: EvaluationRequest): Promise<RankingReport> {
    const { epoch } = this.state;
    this.requests.push({ ...request, epoch });
    const { metrics, itemsWithoutTraining = 0 } = this.script;
    const value = metrics[epoch - 1] ?? metrics.at(-1)!;
    const scale = request.split === "test" ? 0.1 : 1;
    return Promise.resolve({
      metrics: {
        "Recall@20": value * scale,
        "NDCG@20": 0.5,
        ...(request.auc === true ? { AUC: value * scale } : {}),
      },
      beyondAccuracy: {},
      groups: [
        {
          group: { kind: "coldItems" as const, items: itemsWithoutTraining },
          users: 2,
          targets: 2,
          metrics: { "Recall@20": 0.01 },
        },
      ].slice(0, itemsWithoutTraining),
      users: 2,
      targets: 2,
      skipped: { withoutTargets: 0, withoutTraining: 0 },
      perUser: { userIds: Int32Array.of(0, 1), values: new Map() },
    });
  }

  readState(): Promise<EngineState> {
    return Promise.resolve(this.state);
  }

  writeState(state: EngineState): Promise<void> {
    this.state = state;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** Opens a scripted engine and keeps it for questions afterwards. */
export function scripted(script: Script): { readonly open: OpenEngine; readonly engines: ScriptedEngine[] } {
  const engines: ScriptedEngine[] = [];
  const open: OpenEngine = (_options, report, signal) => {
    if (signal?.aborted === true) return Promise.resolve(null);
    const engine = new ScriptedEngine(script, report);
    engines.push(engine);
    return Promise.resolve(engine);
  };
  return { open, engines };
}
