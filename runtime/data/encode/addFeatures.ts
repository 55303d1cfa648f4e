import { access, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../artifacts/atomicWrite.js";
import type { Json } from "../../artifacts/manifest.js";
import { DATASET_VERSION } from "../datasetSchema.js";
import { MISSING_FILE } from "../missingItems.js";
import { writeNpy } from "../npy.js";

/** Features to be put into a dataset folder. */
export interface NewFeatures {
  readonly modality: string;
  readonly items: number;
  readonly size: number;
  /** [items, size]; rows of missing items are zeros. */
  readonly data: Float32Array;
  readonly missing: readonly number[];
  readonly precision: "float16" | "float32";
  /** How they were made, for dataset.json. */
  readonly made: Json;
}

async function readOrNull(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  });
}

/** missing.tsv with the lines of one modality replaced; null if no line is left. */
function missingLines(earlier: string | null, modality: string, missing: readonly number[]): string | null {
  const header = "item_id\tmodality";
  const [first = header, ...rows] = (earlier ?? "").split(/\r?\n/).filter((line) => line !== "");
  const names = first.split("\t");
  const at = names.indexOf("modality");
  const kept = rows.filter((line) => line.split("\t")[at] !== modality);
  const item = names.indexOf("item_id");
  const added = missing.map((id) =>
    names.map((_, column) => (column === item ? id : column === at ? modality : "")).join("\t"),
  );
  return kept.length + added.length === 0 ? null : `${[first, ...kept, ...added].join("\n")}\n`;
}

/**
 * Puts a modality into a dataset folder: `<modality>.npy`, its lines of missing.tsv, and in dataset.json how it was made
 * and, if the modalities are stated there, its name. Each file is replaced as a whole, the features first: until the
 * others follow, rows of zeros say the same as missing.tsv.
 */
export async function addFeatures(folder: string, features: NewFeatures): Promise<void> {
  const { modality, items, size, data, missing, precision, made } = features;
  await writeNpy(
    join(folder, `${modality}.npy`),
    { dtype: "float32", shape: [items, size], data },
    { precision },
  );
  await rm(join(folder, `${modality}.safetensors`), { force: true });

  const missingFile = join(folder, MISSING_FILE);
  const lines = missingLines(await readOrNull(missingFile), modality, missing);
  const hasFile = await access(missingFile).then(
    () => true,
    () => false,
  );
  if (lines !== null) await writeFileAtomic(missingFile, lines);
  else if (hasFile) await rm(missingFile);

  const descriptionFile = join(folder, "dataset.json");
  const text = await readOrNull(descriptionFile);
  const stated = (
    text === null ? { format: "mmkit-dataset", version: DATASET_VERSION } : JSON.parse(text)
  ) as Record<string, Json>;
  const modalities = stated["modalities"] as readonly string[] | undefined;
  const description = {
    ...stated,
    ...(modalities === undefined ? {} : { modalities: [...new Set([...modalities, modality])].sort() }),
    features: { ...(stated["features"] as Record<string, Json> | undefined), [modality]: made },
  };
  await writeFileAtomic(descriptionFile, `${JSON.stringify(description, null, 2)}\n`);
}
