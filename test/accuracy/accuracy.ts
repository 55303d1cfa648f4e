/**
 * Trains every experiment with every seed and prints one table: `npm run accuracy -- [--seeds 5] [--only tiktok]`.
 * Finished runs are read from `runs/accuracy`, interrupted ones go on where they stopped.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { train } from "../../runtime/training/trainer.js";
import { experiments, type Experiment } from "./experiments.js";

interface Results {
  readonly bestEpoch: number;
  readonly test: { readonly metrics: Readonly<Record<string, number>> };
}

const columns = ["Recall@10", "Recall@20", "NDCG@10", "NDCG@20"];

const options = await yargs(hideBin(process.argv))
  .option("seeds", { type: "number", default: 5, describe: "Seeds per experiment, from 1" })
  .option("only", { type: "string", describe: "Part of <dataset>/<experiment>; the others are left out" })
  .option("data", {
    type: "string",
    describe: "Folder of the datasets (default: MMKIT_DATA or ../shared/data)",
  })
  .option("threads", { type: "number", describe: "Threads of onnxruntime; 1 is best beside other work" })
  .option("out", { type: "string", default: "runs/accuracy", describe: "Folder of the runs" })
  .strict()
  .parse();

const data = resolve(options.data ?? process.env.MMKIT_DATA ?? "../shared/data");

async function run(experiment: Experiment, seed: number): Promise<Results> {
  const folder = join(options.out, experiment.dataset, `${experiment.name}-seed${seed}`);
  const results = join(folder, "results.json");
  if (!existsSync(results)) {
    const artifacts = join(options.out, experiment.dataset, `${experiment.name}-artifacts`);
    const definition = models.get(experiment.model);
    if (definition === undefined) throw new Error(`internal: no model "${experiment.model}"`);
    await writeArtifacts(buildArtifacts(definition, experiment.hyperparameters), artifacts);
    const started = performance.now();
    await train({
      ...experiment.settings,
      artifacts,
      dataset: join(data, experiment.dataset),
      run: folder,
      seed,
      threads: options.threads ?? null,
      resume: existsSync(join(folder, "checkpoints")),
      onProgress(event) {
        if (event.kind !== "evaluation" || (event.epoch % 10 !== 0 && event.split === "valid")) return;
        const recall = event.metrics["Recall@20"]?.toFixed(4) ?? "";
        const minutes = ((performance.now() - started) / 60_000).toFixed(1);
        process.stderr.write(
          `${folder} epoch ${event.epoch} ${event.split} Recall@20 ${recall} (${minutes} min)\n`,
        );
      },
    });
  }
  return JSON.parse(await readFile(results, "utf8")) as Results;
}

function summary(values: readonly number[]): string {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
  return `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
}

if (!existsSync(data)) {
  process.stderr.write(`No datasets in ${data}. Name their folder with --data or MMKIT_DATA.\n`);
  process.exitCode = 2;
} else {
  const header = ["dataset", "experiment", "seeds", ...columns, "best epochs"];
  const rows = [header, header.map(() => "---")];
  for (const experiment of experiments) {
    const label = `${experiment.dataset}/${experiment.name}`;
    if (options.only !== undefined && !label.includes(options.only)) continue;
    const all: Results[] = [];
    for (let seed = 1; seed <= options.seeds; seed++) all.push(await run(experiment, seed));
    const metrics = columns.map((column) => summary(all.map((results) => results.test.metrics[column]!)));
    const epochs = all.map((results) => String(results.bestEpoch)).join(", ");
    rows.push([experiment.dataset, experiment.name, String(all.length), ...metrics, epochs]);
  }
  process.stdout.write(rows.map((row) => `| ${row.join(" | ")} |\n`).join(""));
}
