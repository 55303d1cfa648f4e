import { createWriteStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import type { FileWriter } from "../../../runtime/data/datasetContents.js";
import { generatedFeatures } from "./generatedFeatures.js";
import { generatedInteractions, type InteractionSpec } from "./generatedInteractions.js";

export interface FeatureSpec {
  /** Features per item, by modality. */
  readonly features: Readonly<Record<string, number>>;
}

function streamed(parts: () => Iterable<string | Buffer>): FileWriter {
  return (path) => pipeline(Readable.from(parts()), createWriteStream(path));
}

function featureFiles(features: FeatureSpec["features"], items: number, seed: number) {
  return Object.entries(features).map(([name, size]): [string, FileWriter] => [
    `${name}.npy`,
    streamed(() => generatedFeatures(items, size, seed, name)),
  ]);
}

/** Writes a dataset that is drawn from a seed, piece by piece. */
export async function writeGenerated(
  folder: string,
  name: string,
  spec: InteractionSpec & FeatureSpec,
): Promise<void> {
  const { users, items, seed, features, pairs, heldOutUsers } = spec;
  await writeDataset(folder, {
    ...{ name, users, items, source: { generated: { pairs, heldOutUsers, seed } } },
    files: {
      "interactions.tsv": streamed(() => generatedInteractions(spec)),
      ...Object.fromEntries(featureFiles(features, items, seed)),
    },
  });
}

/** Gives the interactions of a file features that are drawn from a seed. */
export async function writeWithFeatures(
  folder: string,
  name: string,
  interactions: string,
  spec: FeatureSpec & { readonly users: number; readonly items: number; readonly seed: number },
): Promise<void> {
  const { users, items, seed, features } = spec;
  await writeDataset(folder, {
    ...{ name, users, items, source: { generated: "features" } },
    files: {
      "interactions.tsv": (path) => copyFile(interactions, path),
      ...Object.fromEntries(featureFiles(features, items, seed)),
    },
  });
}
