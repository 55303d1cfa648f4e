import { startService, type RunningService } from "../../runtime/service/service.js";
import {
  checkServiceSettings,
  defaultServiceSettings,
  ServiceSettingsError,
  type ServiceSettings,
} from "../../runtime/service/serviceSettings.js";
import { precisions } from "../../runtime/serving/exportFormat.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { deviceOption, deviceRequest } from "./deviceOption.js";
import { withInterruption } from "./interruption.js";
import { UsageError } from "./usageError.js";

/** Where the token of POST /admin/reload comes from: an option would show in the list of processes. */
const TOKEN_VARIABLE = "MMKIT_SERVE_TOKEN";

const defaults = defaultServiceSettings;

/** An option that takes a whole number. */
const numbers = {
  port: ["port", "Port; 0 takes a free one"],
  workers: ["workers", "Threads that hold the model each"],
  threads: ["threads", "Threads of onnxruntime within a worker"],
  "max-batch": ["maxBatch", "Rows computed in one run at most"],
  "max-wait": ["maxWait", "Time a request waits for others though a worker is idle, ms"],
  "max-k": ["maxK", "Items per list at most"],
  "max-rows": ["maxRows", "Users, items or visitors in one request at most"],
  "max-list": ["maxList", "Ids in any other list of a request at most"],
  "max-results": ["maxResults", "Items in all lists of one answer at most"],
  "max-body": ["maxBody", "Bytes of a request's body at most"],
  "max-concurrent": ["maxConcurrent", "Requests under way at most; further ones get 503"],
  "max-connections": ["maxConnections", "Open connections at most"],
  "headers-timeout": ["headersTimeout", "Time for the head of a request, ms"],
  "request-timeout": ["requestTimeout", "Time for all of a request, ms"],
  "keep-alive-timeout": ["keepAliveTimeout", "Time between two requests of a connection, ms"],
  "shutdown-timeout": ["shutdownTimeout", "Time for requests under way when the service stops, ms"],
  watch: ["watch", "How often to look for a new export, ms; 0 for never"],
} as const satisfies Record<string, readonly [keyof ServiceSettings, string]>;

const option = (name: keyof typeof numbers) => {
  const [setting, describe] = numbers[name];
  return { type: "number", default: defaults[setting], describe } as const;
};

/** @throws UsageError naming the option whose value the service cannot have */
function checkSettings(settings: ServiceSettings): void {
  try {
    checkServiceSettings(settings);
  } catch (error) {
    if (!(error instanceof ServiceSettingsError)) throw error;
    const { setting, expected, found } = error;
    const name = Object.entries(numbers).find(([, [of]]) => of === setting)?.[0];
    const what = setting === "adminToken" ? TOKEN_VARIABLE : `--${name ?? setting}`;
    throw new UsageError(`${what} must be ${expected}, found ${String(found)}`, "See `mmkit serve --help`.");
  }
}

export const serve = command({
  positionals: { export: { type: "string", describe: "Folder that `mmkit export` wrote" } },
  options: {
    host: {
      type: "string",
      default: defaults.host,
      describe: "Address; 0.0.0.0 for everybody who reaches it",
    },
    port: option("port"),
    workers: option("workers"),
    threads: option("threads"),
    device: deviceOption,
    precision: {
      type: "string",
      default: defaults.precision,
      choices: precisions,
      describe: "Which of the export's graphs",
    },
    "max-batch": option("max-batch"),
    "max-wait": option("max-wait"),
    "max-k": option("max-k"),
    "max-rows": option("max-rows"),
    "max-list": option("max-list"),
    "max-results": option("max-results"),
    "max-body": option("max-body"),
    "max-concurrent": option("max-concurrent"),
    "max-connections": option("max-connections"),
    "headers-timeout": option("headers-timeout"),
    "request-timeout": option("request-timeout"),
    "keep-alive-timeout": option("keep-alive-timeout"),
    "shutdown-timeout": option("shutdown-timeout"),
    watch: option("watch"),
    "access-log": { type: "boolean", default: false, describe: "Write every request to the log on stderr" },
    docs: { type: "boolean", default: true, describe: "The page /docs; --no-docs leaves it out" },
  },
  examples: [
    ["exports/shop", "Answer at http://127.0.0.1:8080, explained at /docs"],
    ["exports/shop --port 0 --json", "At a free port, told in one line for machines"],
    ["exports/shop --host 0.0.0.0 --workers 4 --access-log", "For the network, with four threads"],
  ],
  epilogue:
    "POST /v1/recommend, /v1/score, /v1/similar and /v1/fold-in; GET /health, /ready, /metrics. A new export in the " +
    "folder is taken up without losing a request, at once on SIGHUP; one that is broken leaves the earlier in service. " +
    `SIGTERM and Ctrl-C answer what is under way and stop. ${TOKEN_VARIABLE} in the environment adds POST ` +
    "/admin/reload with that bearer token. docs/serving.md explains all of it.",
  async run(given, { stdout, stderr }) {
    const values = Object.entries(numbers).map(
      ([name, [setting]]) => [setting, given[name as keyof typeof numbers]] as const,
    );
    const token = process.env[TOKEN_VARIABLE];
    const settings = {
      ...defaults,
      ...Object.fromEntries<number>(values),
      host: given.host,
      precision: given.precision,
      accessLog: given["access-log"],
      docs: given.docs,
      ...(given.device === undefined ? {} : { device: deviceRequest(given.device) }),
      ...(token === undefined || token === "" ? {} : { adminToken: token }),
    };
    checkSettings(settings);
    await withInterruption(
      () => stderr.write("stopping\n"),
      async (signal) => {
        const stopped = new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
        const service = await startService(given.export, settings, stderr);
        const reload = (): void => void service.reload();
        process.on("SIGHUP", reload);
        if (service.model.compute.reason !== null) stderr.write(`${service.model.compute.reason}\n`);
        stdout.write(given.json ? `${JSON.stringify(startJson(service))}\n` : startText(service));
        await stopped;
        process.off("SIGHUP", reload);
        const cut = await service.close();
        if (cut > 0) stderr.write(`${counted(cut, "request")} took too long and got no answer\n`);
      },
    );
  },
});

/** What a program that started the service wants to know. */
function startJson({ url, host, port, model, settings }: RunningService) {
  const { description, version, compute } = model;
  return {
    url,
    host,
    port,
    pid: process.pid,
    model: description.model,
    version,
    users: description.users,
    items: description.items,
    precision: settings.precision,
    device: compute.device,
    workers: settings.workers,
  };
}

function startText({ url, model, settings }: RunningService): string {
  const { description, version, compute } = model;
  const { model: name, users, items } = description;
  const where = `${compute.device}, ${counted(settings.workers, "worker")}`;
  const page = settings.docs ? ` (explained at ${url}/docs)` : "";
  return `${name} ${version}: ${users} users and ${items} items, ${where}\n${url}${page}\n`;
}
