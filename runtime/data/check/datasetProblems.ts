import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadDataset } from "../dataset.js";
import { readDatasetDescription } from "../datasetDescription.js";
import { DatasetError } from "../datasetError.js";
import { featureFiles } from "../featureFiles.js";
import { readInteractions } from "../interactions.js";
import { loadKnowledgeGraph } from "../knowledgeGraph.js";
import { readFeatures } from "../modalityFeatures.js";
import { readTextTable } from "../textTable.js";

/**
 * Everything that keeps a folder from being loaded, each file looked at by itself, so that one problem does not hide
 * another: at most one per file, and what only shows when the files are put together. Empty if the folder loads.
 */
export async function datasetProblems(folder: string): Promise<readonly DatasetError[]> {
  const problems: DatasetError[] = [];
  const attempt = async <Result>(read: () => Result | Promise<Result>): Promise<Result | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      if (problems.every(({ message }) => message !== error.message)) problems.push(error);
      return null;
    }
  };
  const present = (await readdir(folder).catch(() => [])).sort();
  if (present.length > 0) {
    const at = (name: string): string => join(folder, name);
    const description = await attempt(() => readDatasetDescription(at("dataset.json")));
    await attempt(() => readInteractions(at("interactions.tsv")));
    const files = await attempt(() => featureFiles(folder, present, description?.modalities ?? null));
    for (const [name, file] of files ?? []) await attempt(() => readFeatures(at(file), name));
    for (const [name, id] of [
      ["items.tsv", "item_id"],
      ["users.tsv", "user_id"],
    ] as const) {
      if (present.includes(name)) await attempt(() => readTextTable(at(name), id));
    }
  }
  const dataset = await attempt(() => loadDataset(folder));
  if (dataset !== null && present.includes("kg_triples.tsv"))
    await attempt(() => loadKnowledgeGraph(dataset));
  return problems;
}
