import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { RunFolderError } from "../../../runtime/training/runFolder.js";
import { RunLock } from "../../../runtime/training/runLock.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

describe("the lock of a run folder", function () {
  this.timeout(20_000);
  const temporary = temporaryFolder();
  const at = (name: string): string => join(temporary.path, name);
  const run = (): string => at("run");
  const file = (): string => join(run(), "training.lock");
  const leave = (pid: number, host = hostname()): Promise<void> =>
    writeFile(file(), JSON.stringify({ pid, host }));

  it("refuses a second holder until it is released", async () => {
    const lock = await RunLock.take(run());
    const { problem } = await rejection(RunLock.take(run()), RunFolderError);
    expect(problem).to.equal(`the folder is being trained by process ${process.pid} on ${hostname()}`);
    await lock.release();
    expect(existsSync(file())).to.equal(false);
    await (await RunLock.take(run())).release();
  });

  it("lets one of several processes at once in, also where one that has ended left a lock", async () => {
    const module = new URL("../../../runtime/training/runLock.js", import.meta.url).href;
    const script = `const { RunLock } = await import(${JSON.stringify(module)});
      const lock = await RunLock.take(process.argv[1]).catch(() => null);
      console.log(lock === null ? "refused" : "taken");
      await new Promise((resolve) => process.stdin.on("end", resolve).resume());`;
    await (await RunLock.take(run())).release();
    await leave(spawnSync(process.execPath, ["-e", ""]).pid);
    const started = [0, 1, 2].map(() =>
      spawn(process.execPath, ["--input-type=module", "-e", script, run()], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const answers = started.map(
      (child) =>
        new Promise<string>((resolve) => {
          child.stdout.once("data", (answer: Buffer) => {
            resolve(answer.toString().trim());
          });
        }),
    );
    expect((await Promise.all(answers)).sort()).to.deep.equal(["refused", "refused", "taken"]);
    for (const child of started) child.stdin.end();
    const here = await Promise.allSettled([RunLock.take(at("other")), RunLock.take(at("other"))]);
    expect(here.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected"]);
    expect(await readdir(at("other"))).to.deep.equal(["training.lock"]);
    if (here[0].status === "fulfilled") await here[0].value.release();
  });

  it("holds while its process lives, here or on another machine", async () => {
    await (await RunLock.take(run())).release();
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    await leave(child.pid!);
    expect((await rejection(RunLock.check(run()), RunFolderError)).problem).to.contain(`${child.pid!}`);
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill();
    await ended;
    await RunLock.check(run());
    await leave(1, "elsewhere");
    const far = await rejection(RunLock.check(run()), RunFolderError);
    expect(far.problem).to.equal("the folder is being trained by process 1 on elsewhere");
    expect(far.fix).to.contain("delete training.lock");
  });

  it("is taken over when its process has ended or it was cut short", async () => {
    await (await RunLock.take(run())).release();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    for (const left of [() => leave(pid), () => leave(process.pid), () => writeFile(file(), '{"pi')]) {
      await left();
      await (await RunLock.take(run())).release();
    }
  });
});
