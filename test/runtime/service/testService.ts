import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService, type RunningService } from "../../../runtime/service/service.js";
import type { ServiceSettings } from "../../../runtime/service/serviceSettings.js";
import type { ExportContents } from "../../../runtime/serving/writeExport.js";
import { writeExampleExport } from "../serving/exampleExport.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A service of the example export, with what tests ask it. */
export interface TestService {
  readonly folder: string;
  readonly service: RunningService;
  /** Lines of the log. */
  readonly log: readonly string[];
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** A value of GET /metrics, such as `mmkit_queue_length` or `name{label="x"}`; 0 where there is none. */
  readonly metric: (name: string) => Promise<number>;
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = headers.get("content-type")?.includes("json") === true;
  return { status, headers, body: isJson ? JSON.parse(text) : text };
}

/** Runs `test` with a service of its own, which is closed afterwards, whatever happens. */
export async function withService(
  settings: Partial<ServiceSettings>,
  test: (tested: TestService) => Promise<void>,
  contents: Partial<ExportContents> = {},
): Promise<void> {
  const folder = join(await mkdtemp(join(tmpdir(), "mmkit-service-")), "export");
  try {
    await writeExampleExport(folder, contents);
    const tested = await startTestService(folder, settings);
    try {
      await test(tested);
    } finally {
      await tested.service.close();
    }
  } finally {
    await rm(join(folder, ".."), { recursive: true, force: true });
  }
}

/** A service of an export that is there, on a free port. */
export async function startTestService(
  folder: string,
  settings: Partial<ServiceSettings>,
): Promise<TestService> {
  const log: string[] = [];
  const service = await startService(
    folder,
    { port: 0, workers: 1, watch: 0, docs: false, ...settings },
    { write: (line) => log.push(line) },
  );
  const ask = async (path: string, init?: RequestInit): Promise<Answer> =>
    answerOf(await fetch(`${service.url}${path}`, init));
  return {
    folder,
    service,
    log,
    get: (path) => ask(path),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    metric: async (name) => {
      const { body } = await ask("/metrics");
      const line = String(body)
        .split("\n")
        .find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
  };
}
