/**
 * `npm run resilience [-- --model NAME] [--kills N] [--seed N] [--epochs N]`
 *
 * Trains a model on the example shop without interruption, then again and again while killing the process (SIGKILL) at
 * random moments, in turn within steps, within evaluations and within the writing of checkpoints, resuming each time.
 * Every killed run must end with the same bytes: checkpoints, metrics of all epochs, results, all but the times.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { defaultCatalogue } from "../../examples/catalogue/catalogueOptions.js";
import { writeCatalogue } from "../../examples/catalogue/writeCatalogue.js";
import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { Random } from "../../runtime/data/random.js";

const moments = ["steps", "evaluation", "checkpoint"] as const;
type Moment = (typeof moments)[number];

/** When to end the process: some time after the n-th event of a kind. */
interface Plan {
  readonly moment: Moment;
  readonly count: number;
  /** Milliseconds. */
  readonly delay: number;
}

interface Folders {
  readonly artifacts: string;
  readonly dataset: string;
}

const { model, kills, seed, epochs } = yargs(hideBin(process.argv))
  .options({
    model: { type: "string", default: "ksi", choices: [...models.keys()] },
    kills: { type: "number", default: 20 },
    seed: { type: "number", default: 1 },
    epochs: { type: "number", default: 4 },
  })
  .strict()
  .parseSync();

/** Runs the training process until its end, or until the plan ends it. @returns whether it was killed */
async function runOnce({ artifacts, dataset }: Folders, run: string, plan: Plan | null): Promise<boolean> {
  const script = join(import.meta.dirname, "trainOnce.js");
  const child = spawn(process.execPath, [script, artifacts, dataset, run, String(epochs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = 0;
  const observe = (moment: Moment): void => {
    if (plan?.moment !== moment || ++seen !== plan.count) return;
    void sleep(plan.delay).then(() => child.kill("SIGKILL"));
  };
  const written = new Set<string>();
  const checkpoints = setInterval(() => {
    if (plan?.moment !== "checkpoint" || !existsSync(join(run, "checkpoints"))) return;
    for (const name of readdirSync(join(run, "checkpoints"))) {
      if (!name.includes(".writing-") || written.has(name)) continue;
      written.add(name);
      observe("checkpoint");
    }
  }, 1);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.trim().split("\n")) observe(line === "epoch" ? "evaluation" : "steps");
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...ended) => {
      resolve(ended);
    });
  });
  clearInterval(checkpoints);
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`training failed with code ${code}`);
  return signal === "SIGKILL";
}

/** sha256 of everything a run leaves but the times, by what it is. */
async function fingerprint(run: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const add = (name: string, content: string | Uint8Array): void => {
    found.set(name, createHash("sha256").update(content).digest("hex").slice(0, 16));
  };
  for (const name of ["last", "best"]) {
    const folder = join(run, "checkpoints", name);
    for (const file of (await readdir(folder)).sort()) {
      add(`${name}/${file}`, await readFile(join(folder, file)));
    }
  }
  const results = JSON.parse(await readFile(join(run, "results.json"), "utf8")) as Record<string, unknown>;
  add("results", JSON.stringify({ ...results, timing: null }));
  const lines = (await readFile(join(run, "metrics.jsonl"), "utf8")).trim().split("\n");
  const metrics = lines.map((line) =>
    Object.entries(JSON.parse(line) as Record<string, unknown>).filter(([key]) => !/second|^time/.test(key)),
  );
  add("metrics", JSON.stringify(metrics));
  const leftovers = [...(await readdir(run)), ...(await readdir(join(run, "checkpoints")))];
  add("files", JSON.stringify(leftovers.sort()));
  return found;
}

const folder = await mkdtemp(join(tmpdir(), "mmkit-resilience-"));
try {
  const folders = { artifacts: join(folder, "artifacts"), dataset: join(folder, "dataset") };
  await writeCatalogue(folders.dataset, defaultCatalogue);
  const modalities =
    "modalities" in models.get(model)!.hyperparameters ? { modalities: ["image", "text"] } : {};
  await writeArtifacts(
    buildArtifacts(models.get(model)!, { batchSize: 256, ...modalities }),
    folders.artifacts,
  );
  const whole = join(folder, "whole");
  await runOnce(folders, whole, null);
  const expected = await fingerprint(whole);
  console.log(`${model}, ${epochs} epochs, never interrupted:`);
  for (const [name, hash] of expected) console.log(`  ${name.padEnd(28)} ${hash}`);

  const random = new Random(seed, "kills");
  let killed = 0;
  let different = 0;
  for (let attempt = 0; killed < kills; attempt++) {
    if (attempt > 3 * kills)
      throw new Error(`only ${killed} of ${attempt} processes could be killed in time`);
    const run = join(folder, `killed-${attempt}`);
    const plans: Plan[] = [];
    // A third of the runs are killed twice.
    for (let kill = 0; kill < (attempt % 3 === 0 ? 2 : 1); kill++) {
      const moment = moments[(attempt + kill) % moments.length]!;
      const most = { steps: 6 * epochs, evaluation: epochs, checkpoint: 2 * epochs }[moment];
      const longest = { steps: 40, evaluation: 60, checkpoint: 4 }[moment];
      plans.push({ moment, count: 1 + random.below(most), delay: random.float64() * longest });
    }
    const done: string[] = [];
    for (const plan of plans) {
      if (!(await runOnce(folders, run, plan))) break;
      killed++;
      done.push(`${plan.moment} ${plan.count} + ${plan.delay.toFixed(1)} ms`);
    }
    if (done.length === 0) continue;
    await runOnce(folders, run, null);
    const found = await fingerprint(run);
    const differing = [...expected].filter(([name, hash]) => found.get(name) !== hash).map(([name]) => name);
    if (differing.length > 0) different++;
    const verdict = differing.length === 0 ? "equal" : `DIFFERENT: ${differing.join(", ")}`;
    console.log(`killed at ${done.join(", then ")}: ${verdict}`);
    await rm(run, { recursive: true });
  }
  console.log(`${killed} kills, ${different} runs that ended differently`);
  process.exitCode = different === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
