/**
 * How an epoch of 20 steps grows with the data and the model: `npm run bench:growth -- [--models lightgcn] [--axes edges,dim]
 * [--quick]`. Generated data; one size varies at a time; slopes are fitted on logarithms, 1 is linear. Writes a JSON file
 * and a page with charts.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { writeFileAtomic } from "../../../runtime/artifacts/atomicWrite.js";
import { markdownTable, secondsText } from "../benchTable.js";
import { models } from "../../../graphs/registry.js";
import { writeGenerated } from "../data/writeGenerated.js";
import type { Floors } from "../jobs/floors.js";
import { measuredModel } from "../measuredModels.js";
import { floorsNow, measureModel, type MeasuringSettings } from "../measureModel.js";
import { runBenchmark } from "../runBenchmark.js";
import { fitPowerLaw } from "./logSlope.js";
import { growthPage, type Growth } from "./growthPage.js";
import { growthAxes, sweep, type GrowthAxis, type GrowthPoint } from "./sweeps.js";

/** Of every epoch: batches grow with the edges, so that a sweep over them shows the epoch's growth, too. */
const STEPS = 20;

const isAxis = (name: string): name is GrowthAxis => growthAxes.some((axis) => axis === name);

const options = await yargs(hideBin(process.argv))
  .option("models", {
    type: "string",
    default: "lightgcn",
    describe: "Models of interactions, comma separated",
  })
  .option("axes", { type: "string", default: growthAxes.join(","), describe: "What grows, comma separated" })
  .option("threads", {
    type: "number",
    default: 1,
    describe: "Threads of onnxruntime; with one, seconds of processors are those of the work alone",
  })
  .option("epochs", { type: "number", default: 3, describe: "Epochs per point" })
  .option("quick", { type: "boolean", default: false, describe: "Fewer points" })
  .option("out", {
    type: "string",
    default: "runs/bench/growth",
    describe: "Folder of growth.json and growth.html",
  })
  .option("cache", { type: "string", default: "runs/bench/data", describe: "Where generated data is kept" })
  .strict()
  .check(({ axes }) => {
    const unknown = axes.split(",").find((name) => !isAxis(name));
    if (unknown === undefined) return true;
    throw new Error(`--axes knows ${growthAxes.join(", ")}, found "${unknown}"`);
  })
  .parse();

async function dataOf({ users, items, edges }: GrowthPoint): Promise<string> {
  const name = `growth-${users}-${items}-${edges}`;
  const folder = join(resolve(options.cache), name);
  if (!existsSync(folder)) {
    const spec = { users, items, pairs: edges, heldOutUsers: 10, seed: 1, features: {} };
    await writeGenerated(folder, name, spec);
  }
  return folder;
}

async function measureGrowth(model: string, axis: GrowthAxis, settings: MeasuringSettings): Promise<Growth> {
  const points: Growth["points"][number][] = [];
  for (const point of sweep(axis, options.quick)) {
    const set = settingsOf(model, point);
    process.stderr.write(`measuring ${model} with ${point[axis]} ${axis}\n`);
    const { epoch } = await measureModel(
      { name: model, readsFeatures: false, set },
      await dataOf(point),
      settings,
    );
    points.push({
      value: point[axis],
      seconds: epoch.least.processor,
      floor: epoch.floor,
    });
  }
  const law = fitPowerLaw(points.map(({ value, seconds }) => [value, seconds]));
  return { model, axis, points, law };
}

/** The hyper-parameters of a point that the model has. */
function settingsOf(model: string, { edges, dim, layers }: GrowthPoint): string[] {
  const { hyperparameters } = models.get(model)!;
  return Object.entries({ dim, layers, batchSize: Math.ceil(edges / STEPS) })
    .filter(([name]) => Object.hasOwn(hyperparameters, name))
    .map(([name, value]) => `${name}=${value}`);
}

/** After every sweep, so that what is there stays if the next one is interrupted. */
async function write(threads: number, floors: Floors, growths: readonly Growth[]): Promise<void> {
  const { out } = options;
  const content = { format: "mmkit-growth", version: 1, threads, floors, growths };
  await writeFileAtomic(join(out, "growth.json"), `${JSON.stringify(content, null, 2)}\n`);
  const rates = `${(floors.bandwidth / 1e9).toFixed(1)} GB/s, ${(floors.gemm / 1e9).toFixed(0)} GFLOP/s`;
  await writeFileAtomic(join(out, "growth.html"), growthPage(growths, `${threads} thread(s), ${rates}`));
}

async function run(): Promise<true> {
  const { threads, epochs, cache, out } = options;
  const names = options.models.split(",");
  for (const name of names) measuredModel(name);
  const floors = await floorsNow(threads);
  const settings: MeasuringSettings = {
    ...{ threads, epochs, seconds: 120, set: [], floors },
    folders: { shared: ".", cache: resolve(cache) },
  };
  const growths: Growth[] = [];
  for (const name of names) {
    for (const axis of options.axes.split(",").filter(isAxis)) {
      if (axis === "layers" && !Object.hasOwn(models.get(name)!.hyperparameters, "layers")) continue;
      growths.push(await measureGrowth(name, axis, settings));
      await write(threads, floors, growths);
    }
  }
  process.stdout.write(
    markdownTable(
      ["model", "grows", "from", "to", "epoch, first", "epoch, last", "slope"],
      growths.map(({ model, axis, points, law }) => [
        ...[model, axis, String(points[0]!.value), String(points.at(-1)!.value)],
        ...[points[0]!, points.at(-1)!].map(({ seconds }) => `${secondsText(seconds)} s`),
        law.slope.toFixed(2),
      ]),
    ),
  );
  process.stderr.write(`${join(out, "growth.html")}\n`);
  return true;
}

await runBenchmark(run);
