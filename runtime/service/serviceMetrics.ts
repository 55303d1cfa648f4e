import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { BatchRecord } from "./batchQueue.js";
import type { ServedModel } from "./servedModel.js";

/** Bounds of times, s. */
const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

export type ReloadOutcome = "loaded" | "failed" | "unchanged";

/** What GET /metrics tells Prometheus; docs/serving.md lists it. */
export class ServiceMetrics {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: "mmkit_http_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer",
    labelNames: ["route", "method", "status"] as const,
    buckets: seconds,
    registers: [this.registry],
  });
  private readonly aborted = new Counter({
    name: "mmkit_http_requests_aborted_total",
    help: "Requests whose client closed the connection before the answer",
    labelNames: ["route"] as const,
    registers: [this.registry],
  });
  private readonly clientErrors = new Counter({
    name: "mmkit_http_client_errors_total",
    help: "Connections that sent no proper request, or none in time, by Node's code",
    labelNames: ["code"] as const,
    registers: [this.registry],
  });
  private readonly batchRows = new Histogram({
    name: "mmkit_batch_rows",
    help: "Rows (users, items, visitors, pairs) in one run of a graph",
    labelNames: ["graph"] as const,
    buckets: counts,
    registers: [this.registry],
  });
  private readonly batchRequests = new Histogram({
    name: "mmkit_batch_requests",
    help: "Requests, or parts of large ones, in one run of a graph",
    labelNames: ["graph"] as const,
    buckets: counts,
    registers: [this.registry],
  });
  private readonly inference = new Histogram({
    name: "mmkit_inference_seconds",
    help: "Time of onnxruntime in one run of a graph",
    labelNames: ["graph"] as const,
    buckets: seconds,
    registers: [this.registry],
  });
  private readonly waits = new Histogram({
    name: "mmkit_queue_wait_seconds",
    help: "Time that the oldest request of a run waited for a worker",
    labelNames: ["graph"] as const,
    buckets: seconds,
    registers: [this.registry],
  });
  private readonly workersLost = new Counter({
    name: "mmkit_workers_lost_total",
    help: "Threads with the model that ended unasked",
    registers: [this.registry],
  });
  private readonly reloads = new Counter({
    name: "mmkit_reloads_total",
    help: "Attempts to take a new export, by outcome: loaded, failed or unchanged",
    labelNames: ["outcome"] as const,
    registers: [this.registry],
  });
  private readonly reloadFailing = new Gauge({
    name: "mmkit_reload_failing",
    help: "1 while the last attempt to take a new export failed and an older one is in service",
    registers: [this.registry],
  });
  private readonly model = new Gauge({
    name: "mmkit_model_info",
    help: "1 for the model in service",
    labelNames: ["model", "version", "precision", "device"] as const,
    registers: [this.registry],
  });
  private readonly modelLoaded = new Gauge({
    name: "mmkit_model_loaded_timestamp_seconds",
    help: "When the model in service was loaded, seconds since 1970",
    registers: [this.registry],
  });

  /** @param now what is counted when somebody asks */
  constructor(now: { readonly queueLength: () => number; readonly inProgress: () => number }) {
    const registers = [this.registry];
    new Gauge({
      name: "mmkit_queue_length",
      help: "Requests, or parts of large ones, that wait for a worker",
      registers,
      collect() {
        this.set(now.queueLength());
      },
    });
    new Gauge({
      name: "mmkit_requests_in_progress",
      help: "Requests to the model that were accepted and not answered yet",
      registers,
      collect() {
        this.set(now.inProgress());
      },
    });
    for (const outcome of ["loaded", "failed", "unchanged"]) this.reloads.inc({ outcome }, 0);
    // Memory, processor time and the event loop's lag.
    collectDefaultMetrics({ register: this.registry });
  }

  observeRequest(route: string, method: string, status: number, duration: number): void {
    this.requests.observe({ route, method, status }, duration / 1000);
  }

  countAborted(route: string): void {
    this.aborted.inc({ route });
  }

  countClientError(code: string): void {
    this.clientErrors.inc({ code });
  }

  observeBatch({ graph, rows, parts, inferenceMilliseconds, waitMilliseconds }: BatchRecord): void {
    this.batchRows.observe({ graph }, rows);
    this.batchRequests.observe({ graph }, parts);
    this.inference.observe({ graph }, inferenceMilliseconds / 1000);
    this.waits.observe({ graph }, waitMilliseconds / 1000);
  }

  countWorkerLost(): void {
    this.workersLost.inc();
  }

  countReload(outcome: ReloadOutcome): void {
    this.reloads.inc({ outcome });
    this.reloadFailing.set(Number(outcome === "failed"));
  }

  showModel({ description, version, compute, loadedAt }: ServedModel, precision: string): void {
    this.model.reset();
    this.model.set({ model: description.model, version, precision, device: compute.device }, 1);
    this.modelLoaded.set(loadedAt.getTime() / 1000);
  }
}
