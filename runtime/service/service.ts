import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { Admission } from "./admission.js";
import { FolderWatch } from "./folderWatch.js";
import { addRoutes, newServer, type LogStream } from "./httpServer.js";
import { ModelSlot, type ReloadResult } from "./modelSlot.js";
import type { ServedModel } from "./servedModel.js";
import { ServiceMetrics } from "./serviceMetrics.js";
import { checkServiceSettings, defaultServiceSettings, type ServiceSettings } from "./serviceSettings.js";

/** The address cannot be listened on. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(
    readonly host: string,
    readonly port: number,
    readonly reason: string,
  ) {
    super(`${host}:${port} cannot be listened on: ${reason}. Choose another host or port.`);
  }
}

/** A service that answers requests. */
export interface RunningService {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly settings: ServiceSettings;
  /** The model in service. */
  readonly model: ServedModel;
  readonly metrics: ServiceMetrics;
  /** Loads what is in the folder now, even if it is the same export; a failure leaves the earlier one in service. */
  reload(): Promise<ReloadResult>;
  /**
   * Takes no further connections, answers the requests under way and ends.
   *
   * @returns how many requests were cut off since they took longer than `shutdownTimeout`
   */
  close(): Promise<number>;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there already",
  EACCES: "permission is denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such host",
};

/** ms */
const HOUR = 3_600_000;

async function ownVersion(): Promise<string> {
  // Above dist/runtime/service.
  const file = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as { readonly version: string }).version;
}

/**
 * Serves an exported model over HTTP; docs/serving.md says how to ask.
 *
 * @param folder written by `mmkit export`
 * @param log nothing is logged if it is null
 * @throws ServiceSettingsError, ListenError; ArtifactError, UnservableExportError for an export that cannot be used
 */
export async function startService(
  folder: string,
  given: Partial<ServiceSettings> = {},
  log: LogStream | null = null,
): Promise<RunningService> {
  const settings = { ...defaultServiceSettings, ...given };
  checkServiceSettings(settings);
  const app = newServer(settings, log);
  let isStopping = false;
  const admission = new Admission(settings.maxConcurrent);
  const metrics: ServiceMetrics = new ServiceMetrics({
    queueLength: () => models.current?.queueLength ?? 0,
    inProgress: () => admission.inProgress,
  });
  const models = new ModelSlot(folder, settings, metrics, app.log);
  const version = await ownVersion();
  await addRoutes(app, { settings, models, admission, metrics, isStopping: () => isStopping, version });
  const { host } = settings;
  try {
    await app.listen({
      host,
      port: settings.port,
      listenTextResolver: (address) => `listening at ${address}`,
    });
  } catch (error) {
    await app.close();
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new ListenError(host, settings.port, reasons[code] ?? message);
  }
  const watch = new FolderWatch(folder, settings.watch, () => models.reload(false));
  try {
    await watch.remember();
    await models.loadFirst();
  } catch (error) {
    isStopping = true;
    app.server.closeAllConnections();
    await app.close();
    throw error;
  }
  if (settings.watch > 0) watch.start();
  const { port } = app.server.address() as AddressInfo;

  async function stop(): Promise<number> {
    isStopping = true;
    watch.stop();
    // A thread that is being started for a new export would not keep the process running until it is closed.
    const running = setInterval(() => undefined, HOUR);
    let cut = 0;
    const deadline = setTimeout(() => {
      cut = admission.inProgress;
      app.server.closeAllConnections();
    }, settings.shutdownTimeout);
    try {
      await app.close();
      clearTimeout(deadline);
      await models.close();
      metrics.registry.clear();
      return cut;
    } finally {
      clearInterval(running);
    }
  }

  let stopped: Promise<number> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    host,
    port,
    settings,
    get model() {
      return models.current!;
    },
    metrics,
    reload: () => models.reload(true),
    close: () => (stopped ??= stop()),
  };
}
