import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { exampleExport, writeExampleExport } from "../runtime/serving/exampleExport.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";
import { startProgram } from "./program.js";

/** The first line that a program writes to stdout. */
async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout! as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes("\n")) break;
  }
  return text;
}

interface Started {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
}

async function ask(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/recommend`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("mmkit serve", () => {
  const temporary = temporaryFolder();

  it("tells machines where it answers, takes a new export on SIGHUP and ends well on SIGTERM", async () => {
    const folder = `${temporary.path}/export`;
    await writeExampleExport(folder);
    const words = ["serve", folder, "--port", "0", "--json", "--watch", "0", "--workers", "1"];
    // A request waits long enough to be under way when the service is told to stop.
    const { child, ended } = startProgram(temporary.path, ...words, "--max-wait", "1000");
    const started = JSON.parse(await firstLine(child)) as Started;
    expect(started).to.include({ host: "127.0.0.1", pid: child.pid, model: "example", users: 3, items: 4 });
    expect(started.url).to.equal(`http://127.0.0.1:${started.port}`);
    await writeExampleExport(folder, {
      description: { ...exampleExport().description, source: { seed: 2 } },
    });
    child.kill("SIGHUP");
    const versionNow = async (): Promise<string> =>
      ((await (await fetch(`${started.url}/v1/model`)).json()) as { version: string }).version;
    while ((await versionNow()) === started.version) await sleep(20);
    const late = ask(started.url, { user: 0, k: 1 });
    for (let waiting = false; !waiting;) {
      const metrics = await (await fetch(`${started.url}/metrics`)).text();
      waiting = metrics.includes("\nmmkit_requests_in_progress 1\n");
    }
    child.kill("SIGTERM");
    expect((await late).status).to.equal(200);
    const { code, stderr } = await ended;
    expect(code).to.equal(0);
    expect(stderr).to.include("stopping\n").and.not.to.include("ended by");
    expect(stderr.match(/"msg":"model in service"/g)).to.have.length(2);
  });

  it("ends well though it is loading a new export when it is told to stop", async () => {
    await writeExampleExport(temporary.path);
    const { child, ended } = startProgram(
      temporary.path,
      "serve",
      temporary.path,
      "--port",
      "0",
      "--watch",
      "0",
    );
    await firstLine(child);
    // The thread that reads exports has ended then, so that another is started.
    await sleep(1200);
    child.kill("SIGHUP");
    await sleep(5);
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect(stderr).to.include("stopping\n");
    expect(code).to.equal(0);
  });

  it("fails with a sentence if the export or the address cannot be used", async () => {
    const missing = await mmkit("serve", temporary.path, "--port", "0");
    expect(missing).to.include({ code: 1, stdout: "" });
    expect(missing.stderr).to.include("the description of an export cannot be read: it is missing");
    await writeExampleExport(temporary.path);
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const taken = await mmkit("serve", temporary.path, "--port", String(port));
    other.close();
    expect(taken.code).to.equal(1);
    expect(taken.stderr).to.include(
      `127.0.0.1:${port} cannot be listened on: another program listens there already. Choose another host or port.`,
    );
  });

  it("refuses settings that make no sense, by the name of the option", async () => {
    const wrong: readonly (readonly [words: readonly string[], says: string])[] = [
      [["--port", "70000"], "--port must be a whole number from 0 to 65535, found 70000. "],
      [["--workers", "0"], "--workers must be a whole number from 1 to 256, found 0. "],
      [["--max-wait", "1.5"], "--max-wait must be a whole number from 0 to 10000, found 1.5. "],
      [["--device", "gpu"], '--device cannot be "gpu"'],
      [["--host", ""], "--host must be a name or an address"],
    ];
    for (const [words, says] of wrong) {
      const { code, stderr } = await mmkit("serve", temporary.path, ...words);
      expect(code, words.join(" ")).to.equal(2);
      expect(stderr).to.include(says);
    }
    process.env["MMKIT_SERVE_TOKEN"] = "short";
    try {
      const { code, stderr } = await mmkit("serve", temporary.path);
      expect(code).to.equal(2);
      expect(stderr).to.include("MMKIT_SERVE_TOKEN must be at least 16 characters, found 5 characters.");
    } finally {
      delete process.env["MMKIT_SERVE_TOKEN"];
    }
  });
});
