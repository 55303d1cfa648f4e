/**
 * Measures models on data: `npm run bench -- [--models lightgcn,bm3|all] [--data baby,tiktok|all] [--threads 2]
 * [--baseline earlier.json] [--quick]`. Without options, the seven models of README's table on Baby. Every figure is of
 * a process of its own and stands beside what the machine, measured at the same time, needs at least.
 */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { models } from "../../graphs/registry.js";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { describeEnvironment } from "../../runtime/training/environment.js";
import { benchText } from "./benchTable.js";
import { compareWith, comparisonText, readBenchFile } from "./comparison.js";
import { dataNames, MissingDataError } from "./data/measuredData.js";
import { MeasurementError } from "./inChild.js";
import { measuredModel, targetModels } from "./measuredModels.js";
import { measureModel } from "./measureModel.js";
import { runBenchmark } from "./runBenchmark.js";
import type { BenchFile, Failure, Measurement } from "./measurement.js";

const options = await yargs(hideBin(process.argv))
  .option("models", {
    type: "string",
    default: targetModels.join(","),
    describe: "Models, comma separated, or all",
  })
  .option("data", {
    type: "string",
    default: "baby",
    describe: `Any of ${dataNames.join(", ")}, a dataset folder, or all`,
  })
  .option("threads", { type: "number", default: availableParallelism(), describe: "Threads of onnxruntime" })
  .option("set", {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "A hyper-parameter of every model, name=value; batchSize is 2048 and dim 64 without it",
  })
  .option("epochs", { type: "number", default: 7, describe: "Most epochs of a model" })
  .option("seconds", {
    type: "number",
    default: 60,
    describe: "Of training after which no further epoch begins (but for the second)",
  })
  .option("quick", { type: "boolean", default: false, describe: "Two epochs and one ranking of everything" })
  .option("out", {
    type: "string",
    default: "runs/bench/bench.json",
    describe: "JSON of everything measured",
  })
  .option("baseline", { type: "string", describe: "An earlier JSON: ratios to it are printed" })
  .option("print", { type: "string", describe: "Only print the tables of such a file; nothing is measured" })
  .option("cache", { type: "string", default: "runs/bench/data", describe: "Where generated data is kept" })
  .strict()
  .parse();

function names(text: string, all: readonly string[]): readonly string[] {
  return text === "all" ? all : text.split(",").filter((name) => name !== "");
}

const isExpected = (error: unknown): error is Error =>
  error instanceof MeasurementError || error instanceof MissingDataError;

/** Tables of what was measured, and of its ratios to the baseline. */
function print({ measurements, failures }: BenchFile, baseline: BenchFile | null): void {
  process.stdout.write(benchText(measurements, failures));
  if (baseline === null) return;
  process.stdout.write(comparisonText(options.baseline!, compareWith(baseline.measurements, measurements)));
}

async function run(): Promise<readonly Failure[]> {
  const { threads, set, quick } = options;
  const baseline = options.baseline === undefined ? null : await readBenchFile(options.baseline);
  if (options.print !== undefined) {
    print(await readBenchFile(options.print), baseline);
    return [];
  }
  const own = set.map((assignment) => assignment.split("=")[0]!);
  const chosen = names(options.models, [...models.keys()]).map((name) => measuredModel(name, own));
  const folders = {
    shared: resolve(process.env["MMKIT_DATA"] ?? join("..", "shared", "data")),
    cache: resolve(options.cache),
  };
  const settings = {
    ...{ threads, set, folders },
    epochs: quick ? 2 : options.epochs,
    seconds: quick ? 0 : options.seconds,
  };
  const startedAt = new Date().toISOString();
  const environment = { ...(await describeEnvironment({ epoch: 0, seed: 1, threads, device: "cpu" })) };
  const measurements: Measurement[] = [];
  const failures: Failure[] = [];
  const file: BenchFile = {
    ...{ format: "mmkit-bench", version: 1, startedAt, environment, measurements, failures },
  };
  for (const data of names(options.data, dataNames)) {
    for (const model of chosen) {
      process.stderr.write(`measuring ${model.name} on ${data}\n`);
      try {
        measurements.push(await measureModel(model, data, settings));
      } catch (error) {
        if (!isExpected(error)) throw error;
        const kind = error instanceof MeasurementError ? error.kind : error.name;
        failures.push({ model: model.name, data, error: kind, message: error.message });
      }
      await writeFileAtomic(options.out, `${JSON.stringify(file, null, 2)}\n`);
    }
  }
  print(file, baseline);
  return failures;
}

await runBenchmark(async () => (await run()).length === 0);
