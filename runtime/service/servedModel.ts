import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { DeviceChoice } from "../artifacts/device.js";
import type { ExportDescription } from "../serving/exportFormat.js";
import { BatchQueue, type BatchRecord } from "./batchQueue.js";
import { buffersOf, type GraphBatch, type GraphResult } from "./graphBatch.js";
import type { GraphReply, GraphThreadNotice, GraphThreadStart } from "./graphThread.js";
import type { LoadedContent, LoadOutcome, LoadRequest } from "./loaderThread.js";
import type { RowKind } from "./rowKinds.js";
import type { ServiceSettings } from "./serviceSettings.js";
import { TextColumn } from "./textColumn.js";
import { unpackError } from "./threadError.js";

type GraphThreads = Piscina<GraphBatch, GraphReply>;

/** ms */
const LOADER_IDLE = 1_000;

const threadFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A thread that held the model ended, and so did the one that took over its work. */
export class WorkerLostError extends Error {
  override readonly name = "WorkerLostError";

  constructor(readonly reason: string) {
    super(`A worker stopped: ${reason}. Another takes its place.`);
  }
}

export type ModelSettings = Pick<
  ServiceSettings,
  "workers" | "threads" | "device" | "precision" | "maxBatch" | "maxWait"
>;

export interface ModelEvents {
  readonly onBatch: (record: BatchRecord) => void;
  /** A thread ended, or the one in its place could not open the model again. */
  readonly onWorkerLost: (reason: string) => void;
}

let loader: Piscina<LoadRequest, LoadOutcome> | undefined;

/** A thread that reads exports, kept for a while: what it needs takes longer to load than most exports. */
function loaderThread(): Piscina<LoadRequest, LoadOutcome> {
  if (loader !== undefined) return loader;
  loader = new Piscina({
    filename: threadFile("./loaderThread.js"),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: LOADER_IDLE,
    recordTiming: false,
    atomics: "disabled",
  });
  // Should it end unasked, the next export gets a new one.
  loader.once("error", () => {
    loader = undefined;
  });
  return loader;
}

async function readContent(request: LoadRequest): Promise<LoadedContent> {
  const outcome = await loaderThread().run(request);
  if ("error" in outcome) throw unpackError(outcome.error);
  return outcome;
}

/** Starts the threads and waits until all have opened and tried their sessions. */
async function openThreads(
  start: GraphThreadStart,
  workers: number,
  { onWorkerLost }: ModelEvents,
): Promise<GraphThreads> {
  const threads: GraphThreads = new Piscina({
    filename: threadFile("./graphThread.js"),
    workerData: start,
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    recordTiming: false,
    // A thread that waits in Atomics.wait would never free the tensors of its runs.
    atomics: "disabled",
  });
  let isOpen = false;
  try {
    await new Promise<void>((resolve, reject) => {
      let opened = 0;
      threads.on("message", (notice: GraphThreadNotice) => {
        if (notice.kind === "opened") {
          if (++opened === workers) resolve();
          return;
        }
        const error = unpackError(notice.error);
        if (isOpen) onWorkerLost(error.message);
        else reject(error);
      });
      threads.on("error", (error: Error) => {
        if (isOpen) onWorkerLost(error.message);
        else reject(new WorkerLostError(error.message));
      });
    });
    isOpen = true;
    return threads;
  } catch (error) {
    await threads.destroy();
    throw error;
  }
}

/** One export in memory: its texts here, its graphs in threads. */
export class ServedModel {
  /** Short name of the export's content: equal for equal exports. */
  readonly version: string;
  readonly description: ExportDescription;
  readonly loadedAt = new Date();
  readonly titles: TextColumn | null;
  readonly itemKeys: TextColumn | null;
  readonly userKeys: TextColumn | null;
  private readonly queue: BatchQueue;
  private users = 0;
  private onIdle: (() => void) | undefined;

  private constructor(
    { content, compute }: LoadedContent,
    private readonly threads: GraphThreads,
    settings: ModelSettings,
    private readonly events: ModelEvents,
  ) {
    this.description = content.description;
    this.version = content.sha256.slice(0, 12);
    this.compute = compute;
    this.titles = content.titles && new TextColumn(content.titles);
    this.itemKeys = content.itemKeys && new TextColumn(content.itemKeys);
    this.userKeys = content.userKeys && new TextColumn(content.userKeys);
    this.queue = new BatchQueue((batch) => this.run(batch), {
      slots: settings.workers,
      catalogue: content.description.items,
      maxBatch: settings.maxBatch,
      maxWait: settings.maxWait,
      onBatch: (record) => {
        events.onBatch(record);
      },
    });
  }

  /** Where it runs, and why if `auto` was asked for. */
  readonly compute: DeviceChoice;

  /**
   * Reads an export, checks it, opens its graphs in all threads and runs each once.
   *
   * @throws ArtifactError, UnservableExportError, WorkerLostError: nothing is left open then
   */
  static async open(folder: string, settings: ModelSettings, events: ModelEvents): Promise<ServedModel> {
    const { workers, threads, precision, device } = settings;
    const loaded = await readContent({ folder, precision, device });
    const { description, seen } = loaded.content;
    const start = { folder, description, precision, device: loaded.compute.device, threads, seen };
    return new ServedModel(loaded, await openThreads(start, workers, events), settings, events);
  }

  /** Requests, or parts of large ones, that wait for a worker. */
  get queueLength(): number {
    return this.queue.length;
  }

  /** Keeps the model open until the work is done, whatever takes its place meanwhile. */
  async use<T>(work: (model: ServedModel) => Promise<T>): Promise<T> {
    this.users++;
    try {
      return await work(this);
    } finally {
      this.users--;
      if (this.users === 0) this.onIdle?.();
    }
  }

  /** Answers of rows, in runs shared with other requests. */
  ask<Row, Answer>(
    kind: RowKind<Row, Answer>,
    rows: readonly Row[],
    isAbandoned: () => boolean,
  ): Promise<Answer[]> {
    return this.queue.ask(kind, rows, isAbandoned);
  }

  /** Ends the threads once nobody uses the model. */
  async close(): Promise<void> {
    if (this.users > 0) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    await this.threads.destroy();
  }

  /** Runs a batch; if its thread ends meanwhile, once more in another. */
  private async run(batch: () => GraphBatch): Promise<GraphResult> {
    for (let isRepeated = false; ; isRepeated = true) {
      const message = batch();
      let reply: GraphReply;
      try {
        reply = await this.threads.run(message, { transferList: buffersOf(message) });
      } catch (error) {
        const reason = (error as Error).message;
        this.events.onWorkerLost(reason);
        if (isRepeated) throw new WorkerLostError(reason);
        continue;
      }
      if ("error" in reply) throw unpackError(reply.error);
      return reply.result;
    }
  }
}
