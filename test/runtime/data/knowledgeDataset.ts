import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "../../../runtime/data/dataset.js";
import { datasetOf } from "./smallDataset.js";

/** [head, relation, tail] */
export type TripleOfIds = readonly [number, number, number];

/** Runs `use` with a dataset in memory whose folder holds the triples of a knowledge graph, and removes the folder. */
export async function withKnowledge<Result>(
  triples: readonly TripleOfIds[],
  use: (dataset: Dataset) => Promise<Result>,
  dataset: Dataset = datasetOf({ users: 2, items: 3 }, { train: [[0, 0]] }),
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "mmkit-knowledge-"));
  try {
    const rows = triples.map((triple) => `${triple.join("\t")}\n`);
    await writeFile(join(folder, "kg_triples.tsv"), ["head\trelation\ttail\n", ...rows].join(""));
    return await use({ ...dataset, folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}
