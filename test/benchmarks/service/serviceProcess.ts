import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));

/** The service ended, or did not begin. */
export class ServiceProcessError extends Error {
  override readonly name = "ServiceProcessError";

  constructor(readonly how: string) {
    super(`mmkit serve ${how}.`);
  }
}

/** `mmkit serve` as a program of its own. */
export class ServiceProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    readonly port: number,
    /** Exit code, or the signal that ended it. */
    readonly ended: Promise<number | NodeJS.Signals>,
    /** Last lines of its log. */
    readonly log: readonly string[],
  ) {}

  /** @throws ServiceProcessError if it ends before it answers */
  static async start(
    folder: string,
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [main, "serve", join(folder), "--port", "0", "--json", ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const log: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log.push(...text.trimEnd().split("\n"));
      if (log.length > 1000) log.splice(0, log.length - 1000);
    });
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once("close", (code, signal) => {
        resolve(signal ?? code ?? -1);
      });
    });
    const line = await Promise.race([
      new Promise<string>((resolve) => {
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          if (text.includes("\n")) resolve(text);
        });
      }),
      ended.then((how) => {
        throw new ServiceProcessError(`ended with ${how} before it answered: ${log.join("\n")}`);
      }),
    ]);
    const { url, port } = JSON.parse(line) as { readonly url: string; readonly port: number };
    return new ServiceProcess(child, url, port, ended, log);
  }

  /** Values of GET /metrics by name with labels, as `mmkit_queue_length` or `name{label="x"}`. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
    );
  }

  /** @throws ServiceProcessError unless SIGTERM ends it with exit code 0 */
  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    const how = await this.ended;
    if (how !== 0) throw new ServiceProcessError(`ended with ${how}: ${this.log.slice(-20).join("\n")}`);
  }
}
