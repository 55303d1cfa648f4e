import { availableParallelism } from "node:os";
import { isDeviceRequest, type DeviceRequest } from "../artifacts/device.js";
import { precisions, type Precision } from "../serving/exportFormat.js";

/** What the service refuses. */
export interface ServiceLimits {
  /** Items per list at most. */
  readonly maxK: number;
  /** Users (or items, or visitors) asked about in one request at most. */
  readonly maxRows: number;
  /** Ids in any other list of a request at most. */
  readonly maxList: number;
  /** Items in all lists of one answer at most. */
  readonly maxResults: number;
  /** Bytes of a request's body. */
  readonly maxBody: number;
  /** Requests that wait or are computed at one time. */
  readonly maxConcurrent: number;
  /** Open connections; further ones are closed at once. */
  readonly maxConnections: number;
  /** Time a client has for the head of a request, and for all of it, ms. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Time a connection may be idle between requests, ms. */
  readonly keepAliveTimeout: number;
  /** Time that requests in flight have when the service stops, ms. */
  readonly shutdownTimeout: number;
}

export interface ServiceSettings extends ServiceLimits {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Threads that hold the model, one onnxruntime session of each graph in each. */
  readonly workers: number;
  /** Threads of onnxruntime within a worker. */
  readonly threads: number;
  readonly device: DeviceRequest;
  readonly precision: Precision;
  /** Rows (users, say) computed in one run at most; fewer where the catalogue is large. */
  readonly maxBatch: number;
  /** Time that a request waits for others though a worker is idle, ms. */
  readonly maxWait: number;
  /** How often the folder is looked at for a new export, ms; 0 for never. */
  readonly watch: number;
  /** Whether there is a page that explains the interface at /docs. */
  readonly docs: boolean;
  /** Whether every request is written to the log. */
  readonly accessLog: boolean;
  /** What a request to POST /admin/reload must carry; null where there is no such route. */
  readonly adminToken: string | null;
}

export const defaultServiceSettings: ServiceSettings = {
  host: "127.0.0.1",
  port: 8080,
  workers: Math.max(1, availableParallelism() - 1),
  threads: 1,
  device: "cpu",
  precision: "float32",
  maxBatch: 64,
  maxWait: 0,
  maxK: 1000,
  maxRows: 100,
  maxList: 1000,
  maxResults: 10_000,
  maxBody: 256 * 1024,
  maxConcurrent: 512,
  maxConnections: 4096,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 60_000,
  shutdownTimeout: 10_000,
  watch: 2_000,
  docs: true,
  accessLog: false,
  adminToken: null,
};

/** A setting that a service cannot have. */
export class ServiceSettingsError extends Error {
  override readonly name = "ServiceSettingsError";

  constructor(
    readonly setting: keyof ServiceSettings,
    readonly expected: string,
    readonly found: unknown,
  ) {
    super(`${setting} must be ${expected}, found ${JSON.stringify(found)}.`);
  }
}

const MINUTES = 60_000;

/** Whole numbers and their ranges, both ends included. */
const ranges = {
  port: [0, 65_535],
  workers: [1, 256],
  threads: [1, 1024],
  maxBatch: [1, 4096],
  maxWait: [0, 10_000],
  maxK: [1, 1_000_000],
  maxRows: [1, 100_000],
  maxList: [1, 1_000_000],
  maxResults: [1, 100_000_000],
  maxBody: [64, 1 << 30],
  maxConcurrent: [1, 1_000_000],
  maxConnections: [1, 1_000_000],
  headersTimeout: [10, 60 * MINUTES],
  requestTimeout: [10, 60 * MINUTES],
  keepAliveTimeout: [10, 60 * MINUTES],
  shutdownTimeout: [0, 60 * MINUTES],
  watch: [0, 24 * 60 * MINUTES],
} as const satisfies Partial<Record<keyof ServiceSettings, readonly [number, number]>>;

/** Shorter ones are guessed. */
const TOKEN_LENGTH = 16;

/** @throws ServiceSettingsError for the first setting that is out of its range */
export function checkServiceSettings(settings: ServiceSettings): void {
  for (const [setting, [low, high]] of Object.entries(ranges) as [keyof typeof ranges, [number, number]][]) {
    const value = settings[setting];
    if (Number.isSafeInteger(value) && value >= low && value <= high) continue;
    throw new ServiceSettingsError(setting, `a whole number from ${low} to ${high}`, value);
  }
  if (settings.host === "") throw new ServiceSettingsError("host", "a name or an address", settings.host);
  if (!isDeviceRequest(settings.device)) {
    throw new ServiceSettingsError("device", "auto, cpu, cuda, cuda:<number> or webgpu", settings.device);
  }
  if (!precisions.includes(settings.precision)) {
    throw new ServiceSettingsError("precision", precisions.join(" or "), settings.precision);
  }
  const { adminToken } = settings;
  if (adminToken !== null && !/^[\x21-\x7e]+$/.test(adminToken)) {
    throw new ServiceSettingsError("adminToken", "visible ASCII characters without spaces", "another one");
  }
  if (adminToken !== null && adminToken.length < TOKEN_LENGTH) {
    const found = `${adminToken.length} characters`;
    throw new ServiceSettingsError("adminToken", `at least ${TOKEN_LENGTH} characters`, found);
  }
}
