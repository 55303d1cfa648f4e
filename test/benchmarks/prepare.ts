/**
 * Measures what is made of a dataset before training: `npm run bench:prepare -- [--only neighbours,pca,walks]
 * [--items baby|20k|100k] [--threads 2]`. Neighbour graphs and principal components of 4096 features, random walks over
 * the interactions; each in a process of its own, beside the floors measured at the same time.
 */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import type { RecipeCall } from "../../runtime/artifacts/manifest.js";
import { markdownTable, secondsText } from "./benchTable.js";
import { measuredData } from "./data/measuredData.js";
import { inChild } from "./inChild.js";
import { runBenchmark } from "./runBenchmark.js";
import type { Floors } from "./jobs/floors.js";
import type { Preprocessing, PreprocessingRequest } from "./jobs/preprocessing.js";
import { floorSeconds, type Work } from "./work.js";

interface Subject {
  readonly recipe: RecipeCall;
  /** What it has to do at least; null where nobody knows. */
  readonly work: (made: Preprocessing) => Work | null;
}

const COMPONENTS = 64;
/** Vectors that the search for components carries along. */
const EXTRA = 10;

const subjects: Readonly<Record<string, Subject>> = {
  neighbours: {
    recipe: { kind: "knn", modality: "image", k: 10, includeSelf: false, impute: "mean" },
    // Every pair of items once: a product and a sum per feature.
    work: ({ items, features }) => ({ flops: items * (items + 1) * features, bytes: 4 * items * features }),
  },
  pca: {
    recipe: { kind: "pca", modality: "image", dim: COMPONENTS },
    work: ({ items, features, runs }) => {
      const products = runs["recipes/matrix_product"] ?? 0;
      return {
        flops: products * 2 * items * features * (COMPONENTS + EXTRA),
        bytes: products * 4 * items * features,
      };
    },
  },
  walks: {
    recipe: {
      ...{ kind: "walkSimilarity", walk: "rwr", length: 50, walks: 12, restart: 0.15, includeStart: true },
      ...{ share: 1, selfLoops: false, renormalise: false },
    },
    work: () => null,
  },
};

const options = await yargs(hideBin(process.argv))
  .option("only", {
    type: "string",
    default: Object.keys(subjects).join(","),
    describe: "What to make, comma separated",
  })
  .option("items", {
    choices: ["baby", "20k", "100k"] as const,
    default: "baby" as const,
    describe: "Baby's interactions with drawn features, or so many generated items",
  })
  .option("threads", { type: "number", default: availableParallelism(), describe: "Threads of onnxruntime" })
  .option("cache", { type: "string", default: "runs/bench/data", describe: "Where generated data is kept" })
  .strict()
  .check(({ only }) => {
    const unknown = only.split(",").find((name) => !Object.hasOwn(subjects, name));
    if (unknown === undefined) return true;
    throw new Error(`--only knows ${Object.keys(subjects).join(", ")}, found "${unknown}"`);
  })
  .parse();

async function run(): Promise<true> {
  const { threads, items, cache } = options;
  const folders = {
    shared: resolve(process.env["MMKIT_DATA"] ?? join("..", "shared", "data")),
    cache: resolve(cache),
  };
  const data = await measuredData(items === "baby" ? "baby" : `items-${items}`, true, folders);
  const rows: string[][] = [];
  for (const name of options.only.split(",")) {
    const { recipe, work } = subjects[name]!;
    process.stderr.write(`measuring ${name} of ${data}\n`);
    const floorsNow = async () => (await inChild<Floors>("floors", { threads })).value;
    const before = await floorsNow();
    const request: PreprocessingRequest = { data, recipe, threads };
    const { value: made } = await inChild<Preprocessing>("preprocessing", request);
    const after = await floorsNow();
    const floors = {
      bandwidth: Math.max(before.bandwidth, after.bandwidth),
      gemm: Math.max(before.gemm, after.gemm),
    };
    const needed = work(made);
    const floor = needed === null ? null : floorSeconds(needed, floors);
    const { clock, processor } = made.seconds;
    rows.push([
      ...[name, made.items.toLocaleString("en"), String(made.features)],
      ...[secondsText(clock), secondsText(processor)],
      floor === null ? "" : secondsText(floor),
      floor === null ? "" : `${(clock / floor).toFixed(1)}×`,
      ...[byteSize(made.before), byteSize(made.peak)],
    ]);
  }
  process.stdout.write(
    markdownTable(
      [
        ...["made", "items", "features", "seconds", "of processors"],
        ...["floor", "over it", "memory before", "memory at the peak"],
      ],
      rows,
    ),
  );
  return true;
}

await runBenchmark(run);
