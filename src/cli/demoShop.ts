import { readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultCatalogue } from "../../examples/catalogue/catalogueOptions.js";
import { generateCatalogue, type Catalogue } from "../../examples/catalogue/generateCatalogue.js";
import { writeCatalogue } from "../../examples/catalogue/writeCatalogue.js";
import type { Shop } from "../../examples/demo/shop.js";
import { exportInference } from "../../exports/inference.js";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { packageRoot } from "../onnx/packageRoot.js";
import { trainOnCatalogue } from "./catalogueTraining.js";
import { DEMO_FILE } from "./demoPage.js";
import type { Streams } from "./streams.js";

/** In the order in which the page loads them; it begins with the first. */
const trained = [
  { name: "ksi", title: "KSI" },
  { name: "lightgcn", title: "LightGCN" },
] as const;

type Measured = Pick<Shop, "models" | "popularityRecall20">;

/** demo.json of the working folder, once everything is there. */
interface DemoRecord {
  /** Of mmkit. */
  readonly version: string;
  readonly epochs: number;
  readonly measured: Measured;
}

export interface DemoShop {
  readonly catalogue: Catalogue;
  readonly measured: Measured;
  /** Folders of the exports by name. */
  readonly exports: ReadonlyMap<string, string>;
  /** Folder of the dataset. */
  readonly dataset: string;
  /** Whether it was made now; false if an earlier one was still there. */
  readonly isNew: boolean;
}

async function readRecord(file: string): Promise<Partial<DemoRecord>> {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(await readFile(file, "utf8")) as Partial<DemoRecord>;
  } catch (error) {
    // Cut short or changed: the folder is made anew.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

async function ownVersion(): Promise<string> {
  const text = await readFile(join(packageRoot(), "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Exports a run in half precision as well. @returns float16, half the bytes, unless it finds less than float32 */
async function exportForPage(run: string, out: string): Promise<"float32" | "float16"> {
  const { precisions } = await exportInference({ run, out, quantize: ["float16"], largestLoss: 1 });
  const [full, half] = [precisions.float32, precisions.float16].map(
    (entry) => entry?.measured?.metrics["Recall@20"],
  );
  return half !== undefined && full !== undefined && half >= full ? "float16" : "float32";
}

/**
 * Generates the shop, trains its models and exports them below `work`, unless that is done already.
 *
 * @throws what training and exporting throw
 */
export async function makeDemo(
  work: string,
  { epochs, force }: { readonly epochs: number; readonly force: boolean },
  streams: Streams,
): Promise<DemoShop> {
  const file = join(work, DEMO_FILE);
  const dataset = join(work, "catalogue");
  const exports = new Map(trained.map(({ name }) => [name as string, join(work, "exports", name)]));
  const found = { exports, dataset };
  const record = await readRecord(file);
  const version = await ownVersion();
  const isCurrent = record.version === version && record.epochs === epochs;
  if (!force && isCurrent && record.measured !== undefined) {
    return {
      ...found,
      catalogue: generateCatalogue(defaultCatalogue),
      measured: record.measured,
      isNew: false,
    };
  }
  // Nothing here is complete until the record says so.
  await writeFileAtomic(file, `${JSON.stringify({ version, epochs })}\n`);
  await rm(join(work, "page"), { recursive: true, force: true });
  streams.stderr.write(`generating the shop in ${dataset}\n`);
  const catalogue = await writeCatalogue(dataset, { force: true });
  const models = [];
  let popularityRecall20 = 0;
  for (const { name, title } of trained) {
    const run = join(work, "runs", name);
    const results = await trainOnCatalogue(name, { catalogue: dataset, run, epochs }, streams);
    const precision = await exportForPage(run, exports.get(name)!);
    models.push({ folder: name, name: title, precision, recall20: results.test!.metrics["Recall@20"]! });
    popularityRecall20 = results.popularityTest!.metrics["Recall@20"]!;
  }
  const measured = { models, popularityRecall20 };
  await writeFileAtomic(file, `${JSON.stringify({ version, epochs, measured } satisfies DemoRecord)}\n`);
  return { ...found, catalogue, measured, isNew: true };
}
