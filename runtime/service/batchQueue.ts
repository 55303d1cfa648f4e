import type { GraphBatch, GraphResult, ServedGraph } from "./graphBatch.js";
import type { RowKind } from "./rowKinds.js";

/** The client went away before its request was computed. */
export class AbandonedError extends Error {
  override readonly name = "AbandonedError";

  constructor() {
    super("The client closed the connection before the answer was computed.");
  }
}

/** What happened to one run, for metrics. */
export interface BatchRecord {
  readonly graph: ServedGraph;
  readonly rows: number;
  /** Requests, or parts of large ones. */
  readonly parts: number;
  /** Of onnxruntime. */
  readonly inferenceMilliseconds: number;
  /** How long the part that waited longest did. */
  readonly waitMilliseconds: number;
}

export interface BatchQueueOptions {
  /** Runs that may be under way at one time: the number of workers. */
  readonly slots: number;
  /** Items of the model. */
  readonly catalogue: number;
  /** Rows that are ranked in one run at most. */
  readonly maxBatch: number;
  /** Time that a row waits for others though a slot is free, ms. */
  readonly maxWait: number;
  readonly onBatch: (record: BatchRecord) => void;
}

interface Part {
  readonly kind: RowKind<unknown, unknown>;
  readonly rows: readonly unknown[];
  readonly since: number;
  readonly isAbandoned: () => boolean;
  readonly resolve: (answers: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Scores of one run take at most this many numbers: 64 MiB. */
const LARGEST_SCORES = 2 ** 24;

/**
 * Puts rows of concurrent requests together to runs of the model. A run starts as soon as a worker is idle (or after
 * `maxWait`), with what arrived until then; what arrives while all workers are busy makes the next run. So a request
 * that comes alone does not wait, and runs grow with the load.
 */
export class BatchQueue {
  private readonly waiting: Part[] = [];
  private running = 0;
  private isScheduled = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** Given how to make the batch, since its memory is handed over with every try. */
    private readonly run: (batch: () => GraphBatch) => Promise<GraphResult>,
    private readonly options: BatchQueueOptions,
  ) {}

  /** Requests, or parts of large ones, that no run has taken yet. */
  get length(): number {
    return this.waiting.length;
  }

  /** Rows of a kind in one run at most. */
  maxRows({ rowsPerRanking }: Pick<RowKind<never, unknown>, "rowsPerRanking">): number {
    const { maxBatch, catalogue } = this.options;
    return Math.max(1, Math.min(maxBatch, Math.floor(LARGEST_SCORES / catalogue))) * rowsPerRanking;
  }

  /**
   * Answers of some rows; more than a run takes are divided among several.
   *
   * @param isAbandoned whether nobody waits for the answer any more; asked when a run is about to start
   * @throws AbandonedError, and what the run throws
   */
  async ask<Row, Answer>(
    kind: RowKind<Row, Answer>,
    rows: readonly Row[],
    isAbandoned: () => boolean,
  ): Promise<Answer[]> {
    const size = this.maxRows(kind);
    const since = performance.now();
    const parts = Array.from({ length: Math.ceil(rows.length / size) }, (_, part) => {
      return new Promise<unknown[]>((resolve, reject) => {
        this.waiting.push({
          kind,
          rows: rows.slice(part * size, (part + 1) * size),
          since,
          isAbandoned,
          resolve,
          reject,
        });
      });
    });
    this.schedule();
    return (await Promise.all(parts)).flat() as Answer[];
  }

  /** Starts runs once all requests are read that arrived at the same time. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.start();
    });
  }

  private start(): void {
    while (this.running < this.options.slots && this.waiting.length > 0) {
      const parts = this.take();
      if (parts === null) return;
      if (parts.length > 0) void this.perform(parts);
    }
  }

  /** The parts of the next run, of the kind that waited longest; null if they should wait for others. */
  private take(): Part[] | null {
    const { kind, since } = this.waiting[0]!;
    const size = this.maxRows(kind);
    const taken = new Set<Part>();
    let rows = 0;
    for (const part of this.waiting) {
      if (part.kind !== kind || rows + part.rows.length > size) continue;
      taken.add(part);
      rows += part.rows.length;
    }
    const left = since + this.options.maxWait - performance.now();
    if (rows < size && left > 0) {
      this.wakeAfter(left);
      return null;
    }
    const others = this.waiting.filter((part) => !taken.has(part));
    this.waiting.splice(0, this.waiting.length, ...others);
    return [...taken].filter((part) => {
      if (!part.isAbandoned()) return true;
      part.reject(new AbandonedError());
      return false;
    });
  }

  private wakeAfter(milliseconds: number): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.start();
    }, Math.ceil(milliseconds));
  }

  private async perform(parts: readonly Part[]): Promise<void> {
    const { kind, since } = parts[0]!;
    const rows = parts.flatMap((part) => part.rows);
    const waitMilliseconds = performance.now() - since;
    try {
      const result = await this.runInSlot(() => kind.combine(rows, this.options.catalogue));
      const answers = kind.split(result, rows);
      let from = 0;
      for (const part of parts) {
        part.resolve(answers.slice(from, from + part.rows.length));
        from += part.rows.length;
      }
      const { milliseconds: inferenceMilliseconds } = result;
      const { graph } = kind;
      this.options.onBatch({
        graph,
        rows: rows.length,
        parts: parts.length,
        inferenceMilliseconds,
        waitMilliseconds,
      });
    } catch (error) {
      for (const { reject } of parts) reject(error);
    }
  }

  private async runInSlot(batch: () => GraphBatch): Promise<GraphResult> {
    this.running++;
    try {
      return await this.run(batch);
    } finally {
      this.running--;
      // The worker goes on before the answers are written.
      this.start();
    }
  }
}
