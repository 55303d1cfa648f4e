import type { FastifyBaseLogger } from "fastify";
import { ServedModel, type ModelSettings } from "./servedModel.js";
import type { ReloadOutcome, ServiceMetrics } from "./serviceMetrics.js";

/** What became of the last attempt to take a new export. */
export interface ReloadFailure {
  readonly at: Date;
  readonly message: string;
}

export type ReloadResult =
  | { readonly outcome: Exclude<ReloadOutcome, "failed"> }
  | { readonly outcome: "failed"; readonly message: string };

/** The model in service, and what takes its place. */
export class ModelSlot {
  private model: ServedModel | null = null;
  private first: Promise<void> | null = null;
  private failure: ReloadFailure | null = null;
  private attempt: Promise<ReloadResult> | null = null;
  private following: Promise<ReloadResult> | null = null;
  /** Attempts and endings of earlier models that are under way. */
  private readonly closing = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly folder: string,
    private readonly settings: ModelSettings,
    private readonly metrics: ServiceMetrics,
    private readonly log: FastifyBaseLogger,
  ) {}

  /** Null until the first is loaded, and after the end. */
  get current(): ServedModel | null {
    return this.model;
  }

  /** Why the newest export is not in service, null if it is. */
  get lastFailure(): ReloadFailure | null {
    return this.failure;
  }

  /** @throws what {@link ServedModel.open} throws: without a first model there is no service */
  loadFirst(): Promise<void> {
    this.first = this.open().then((model) => {
      this.take(model);
    });
    return this.first;
  }

  /**
   * Loads what is in the folder beside the model in service and puts it in its place if all went well. Requests that
   * are under way are answered by the model they began with. An attempt that is under way may have read what was there
   * before, so another follows it, one for all who ask meanwhile.
   */
  reload(isForced: boolean): Promise<ReloadResult> {
    if (this.attempt === null) {
      this.attempt = this.tryReload(isForced).finally(() => {
        this.attempt = null;
      });
      return this.attempt;
    }
    this.following ??= this.attempt.then(() => {
      this.following = null;
      return this.reload(isForced);
    });
    return this.following;
  }

  /** Ends the model once nobody uses it. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.attempt;
    await this.following;
    const { model } = this;
    this.model = null;
    await Promise.all([model?.close(), ...this.closing]);
  }

  private open(): Promise<ServedModel> {
    return ServedModel.open(this.folder, this.settings, {
      onBatch: (record) => {
        this.metrics.observeBatch(record);
      },
      onWorkerLost: (reason) => {
        this.metrics.countWorkerLost();
        this.log.error({ reason }, "a worker stopped");
      },
    });
  }

  private async tryReload(isForced: boolean): Promise<ReloadResult> {
    await this.first;
    if (this.isClosed) return { outcome: "unchanged" };
    const result = await this.reloadOnce(isForced);
    this.metrics.countReload(result.outcome);
    this.failure = result.outcome === "failed" ? { at: new Date(), message: result.message } : null;
    return result;
  }

  private async reloadOnce(isForced: boolean): Promise<ReloadResult> {
    let next: ServedModel;
    try {
      next = await this.open();
    } catch (error) {
      const { message } = error as Error;
      this.log.error(
        { reason: message },
        "the new export cannot be loaded; the earlier one stays in service",
      );
      return { outcome: "failed", message };
    }
    if (this.isClosed || (!isForced && next.version === this.model?.version)) {
      await next.close();
      return { outcome: "unchanged" };
    }
    this.take(next);
    return { outcome: "loaded" };
  }

  private take(next: ServedModel): void {
    const earlier = this.model;
    this.model = next;
    const { version, description, compute } = next;
    this.metrics.showModel(next, this.settings.precision);
    this.log.info({ model: description.model, version, device: compute.device }, "model in service");
    if (earlier === null) return;
    const ending = earlier.close().finally(() => {
      this.closing.delete(ending);
      this.log.info({ version: earlier.version }, "earlier model closed");
    });
    this.closing.add(ending);
  }
}
