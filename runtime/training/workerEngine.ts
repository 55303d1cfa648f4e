import { Worker } from "node:worker_threads";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import type {
  BufferEvent,
  ChunkEvent,
  Engine,
  EngineInfo,
  EngineOptions,
  EngineState,
  EpochLosses,
  EpochStop,
} from "./engine.js";
import type { EvaluationRequest } from "./evaluateDataset.js";
import { unpackError } from "./transferredError.js";
import type { WorkerCall, WorkerReply, WorkerStart } from "./workerMessages.js";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The training thread ended without answering. */
export class WorkerStoppedError extends Error {
  override readonly name = "WorkerStoppedError";

  constructor(readonly reason: string) {
    super(
      `The training thread stopped: ${reason}. ` +
        "If memory ran out, use a smaller batch or fewer steps per run; the checkpoints on disk are intact.",
    );
  }
}

/** An {@link Engine} in a thread of its own. */
export class WorkerEngine implements Engine {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private stopped: Error | undefined;

  private constructor(
    private readonly worker: Worker,
    readonly info: EngineInfo,
  ) {
    worker.on("message", (message: WorkerReply) => {
      if (message.kind !== "result" && message.kind !== "error") return;
      const call = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.kind === "result") call?.resolve(message.value);
      else call?.reject(unpackError(message.error));
    });
    worker.on("error", (error) => {
      this.fail(new WorkerStoppedError(error.message));
    });
    worker.on("exit", (code) => {
      this.fail(new WorkerStoppedError(`it exited with code ${code}`));
    });
  }

  /**
   * Starts the thread and waits until its engine is open.
   *
   * @param signal interrupts: opening is given up and the thread ended, a running epoch stops after its chunk
   * @returns null if the signal came before the engine was open
   * @throws what {@link LocalEngine.open} throws
   */
  static async open(
    options: EngineOptions,
    report: (event: ChunkEvent | BufferEvent) => void,
    signal?: AbortSignal,
  ): Promise<WorkerEngine | null> {
    if (signal?.aborted === true) return null;
    const cancelled = new SharedArrayBuffer(4);
    const start: WorkerStart = { options, cancelled };
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: start });
    worker.on("message", (message: WorkerReply) => {
      if (message.kind === "event") report(message.event);
    });
    signal?.addEventListener("abort", () => Atomics.store(new Int32Array(cancelled), 0, 1), { once: true });
    const opened = await new Promise<EngineInfo | null>((resolve, reject) => {
      signal?.addEventListener(
        "abort",
        () => {
          resolve(null);
        },
        { once: true },
      );
      worker.on("message", (message: WorkerReply) => {
        if (message.kind === "opened") resolve(message.info);
        else if (message.kind === "failed") reject(unpackError(message.error));
      });
      worker.once("error", (error) => {
        reject(new WorkerStoppedError(error.message));
      });
      worker.once("exit", (code) => {
        reject(new WorkerStoppedError(`it exited with code ${code}`));
      });
    }).catch(async (error: unknown) => {
      await worker.terminate();
      throw error;
    });
    if (opened !== null) return new WorkerEngine(worker, opened);
    await worker.terminate();
    return null;
  }

  private fail(error: Error): void {
    this.stopped ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private call(request: Omit<WorkerCall, "id">): Promise<unknown> {
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...request, id });
    });
  }

  async runEpoch(learningRates: Readonly<Record<string, number>>): Promise<EpochLosses | EpochStop> {
    return (await this.call({ method: "runEpoch", parameters: [learningRates] })) as EpochLosses | EpochStop;
  }

  async evaluate(request: EvaluationRequest): Promise<RankingReport> {
    return (await this.call({ method: "evaluate", parameters: [request] })) as RankingReport;
  }

  async readState(): Promise<EngineState> {
    return (await this.call({ method: "readState", parameters: [] })) as EngineState;
  }

  async writeState(state: EngineState): Promise<void> {
    await this.call({ method: "writeState", parameters: [state] });
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    if (this.stopped === undefined) await this.call({ method: "close", parameters: [] });
    await this.worker.terminate();
  }
}
