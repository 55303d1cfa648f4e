/**
 * What one machine can train: `npm run bench:limits -- [--models lightgcn,mf] [--memory 32GB]`. Asks the estimate of memory
 * that guards every run (`mmkit train --memory`) for a large dataset and for ones with twice the users, items or
 * interactions, and how many users fit; nothing is trained.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { byteSize, parseByteSize } from "../../runtime/artifacts/byteSize.js";
import { loadArtifacts } from "../../runtime/artifacts/loadArtifacts.js";
import type { Artifacts } from "../../runtime/artifacts/artifacts.js";
import { planMemory } from "../../runtime/training/memoryPlan.js";
import { models } from "../../graphs/registry.js";
import { markdownTable } from "./benchTable.js";
import { measuredModel } from "./measuredModels.js";
import { runBenchmark } from "./runBenchmark.js";

interface Scale {
  readonly users: number;
  readonly items: number;
  readonly edges: number;
}

/** Cells of a layout over its entries, as on Baby. */
const PADDING = 1.2;
/** What Node and onnxruntime take before any data is there. */
const EMPTY_PROCESS = 150e6;
/** Neighbours and weights of both orientations, as float32 and int32, and the order of the rows. */
const bufferBytes = ({ users, items, edges }: Scale): number => 2 * PADDING * 8 * edges + 4 * (users + items);
/** Ids per interaction and the start of every row, which the dataset holds. */
const datasetBytes = ({ users, edges }: Scale): number => 4 * edges + 3 * 4 * users;

/** Sizes of all axes for a model of interactions, edges spread evenly over the degree groups. */
function sizesFor({ manifest }: Artifacts, { users, items, edges }: Scale): Map<string, number> {
  const sizes = new Map<string, number>([
    ["user", users],
    ["item", items],
  ]);
  for (const [axis, size] of Object.entries(manifest.axes))
    if (typeof size === "number") sizes.set(axis, size);
  for (const buffer of manifest.buffers) {
    if (buffer.kind !== "sparse") continue;
    sizes.set(buffer.entry, edges);
    for (const side of ["rows", "columns"]) {
      for (let group = 0; group < buffer.groups; group++) {
        sizes.set(`${buffer.name}/${side}/group_${group}/rows`, (PADDING * edges) / buffer.groups);
        sizes.set(`${buffer.name}/${side}/group_${group}/width`, 1);
      }
    }
  }
  return sizes;
}

async function peakOf(artifacts: Artifacts, scale: Scale): Promise<number> {
  const hasGraph = artifacts.manifest.buffers.length > 0;
  const plan = await planMemory({
    ...{ artifacts, device: "cpu", sizes: sizesFor(artifacts, scale), buffers: new Map() },
    ...{
      pairs: scale.edges,
      stepsPerEpoch: new Map(),
      stepsPerRun: 32,
      trains: true,
      limit: null,
      limitedBy: "",
    },
    inUse: EMPTY_PROCESS + datasetBytes(scale) + (hasGraph ? bufferBytes(scale) : 0),
  });
  if (plan.peak === null)
    throw new Error(`internal: the sizes of ${artifacts.manifest.model} are not all known`);
  return plan.peak;
}

const options = await yargs(hideBin(process.argv))
  .option("models", {
    type: "string",
    default: "mf,lightgcn",
    describe: "Models of interactions, comma separated",
  })
  .option("memory", { type: "string", default: "32GB", describe: "Memory of the machine" })
  .strict()
  .check(({ memory }) => {
    if (parseByteSize(memory) !== undefined) return true;
    throw new Error(`--memory takes a size such as 32GB, found "${memory}"`);
  })
  .parse();

async function run(): Promise<true> {
  const memory = parseByteSize(options.memory)!;
  const base: Scale = { users: 1_000_000, items: 100_000, edges: 10_000_000 };
  const rows: string[][] = [];
  for (const name of options.models.split(",")) {
    const { set } = measuredModel(name);
    const folder = await mkdtemp(join(tmpdir(), "mmkit-bench-"));
    try {
      const given = Object.fromEntries(set.map((assignment) => assignment.split("=") as [string, string]));
      const numbers = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, Number(value)]));
      await writeArtifacts(buildArtifacts(models.get(name)!, numbers), folder);
      const artifacts = await loadArtifacts(folder);
      const peak = await peakOf(artifacts, base);
      const per = async (kind: keyof Scale): Promise<string> =>
        byteSize(
          Math.round(((await peakOf(artifacts, { ...base, [kind]: 2 * base[kind] })) - peak) / base[kind]),
        );
      // Ten interactions per user and ten users per item.
      const scaled = (users: number): Scale => ({ users, items: users / 10, edges: 10 * users });
      let [low, high] = [1, 1e9];
      while (high - low > 1e4) {
        const middle = (low + high) / 2;
        if ((await peakOf(artifacts, scaled(middle))) <= memory) low = middle;
        else high = middle;
      }
      rows.push([
        name,
        await per("users"),
        await per("items"),
        await per("edges"),
        byteSize(peak),
        `${(low / 1e6).toFixed(2)} million`,
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  process.stdout.write(
    markdownTable(
      [
        "model",
        "per user",
        "per item",
        "per interaction",
        "1 M users, 0.1 M items, 10 M interactions",
        `users in ${options.memory}`,
      ],
      rows,
    ),
  );
  return true;
}

await runBenchmark(run);
