import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { writeFolderAtomic } from "../../artifacts/atomicWrite.js";
import type { Json } from "../../artifacts/manifest.js";
import { loadDataset, type Dataset } from "../dataset.js";
import { DatasetError } from "../datasetError.js";
import { readInteractions } from "../interactions.js";
import { loadKnowledgeGraph } from "../knowledgeGraph.js";
import type { ModalityFeatures } from "../modalityFeatures.js";
import { nearestName } from "../nearestName.js";
import { writeNpy } from "../npy.js";
import { checkRates, type CorruptionRates } from "./corruptionRates.js";
import { interactionNoise } from "./interactionNoise.js";
import { knowledgeNoise } from "./knowledgeNoise.js";
import { missingFeatures } from "./missingFeatures.js";
import { rewriteTsv } from "./rewriteTsv.js";

/** How many of how many were changed. */
export interface ChangedCount {
  readonly rate: number;
  readonly changed: number;
  readonly of: number;
}

/** What was done to a dataset; dataset.json of the result keeps it under `source`. */
export interface Corruption {
  readonly transform: "corrupt";
  readonly seed: number;
  /** The dataset that was corrupted. */
  readonly of: { readonly name: string; readonly checksum: string };
  readonly interactions?: ChangedCount;
  readonly knowledge?: ChangedCount;
  readonly missing?: Readonly<Record<string, ChangedCount>>;
}

export interface CorruptedDataset {
  readonly folder: string;
  readonly name: string;
  readonly corruption: Corruption;
  /** Files of the source that mmkit does not know and copied as they are. */
  readonly copiedUnread: readonly string[];
}

const DESCRIPTION = "dataset.json";
const INTERACTIONS = "interactions.tsv";
const TRIPLES = "kg_triples.tsv";
const ENTITIES = "kg_entities.tsv";

/** New files by name. */
type Files = Map<string, (file: string) => Promise<void>>;

function text(content: string): (file: string) => Promise<void> {
  return (file) => writeFile(file, content);
}

async function corruptInteractions(
  dataset: Dataset,
  rate: number,
  seed: number,
  files: Files,
): Promise<ChangedCount> {
  const file = join(dataset.folder, INTERACTIONS);
  const rows = await readInteractions(file);
  const { kept, itemIds, candidates, replaced } = interactionNoise(file, rows, dataset.items, rate, seed);
  files.set(INTERACTIONS, text(rewriteTsv(await readFile(file, "utf8"), "item_id", kept, itemIds)));
  return { rate, changed: replaced.length, of: candidates };
}

async function corruptKnowledge(
  dataset: Dataset,
  rate: number,
  seed: number,
  files: Files,
): Promise<ChangedCount> {
  const file = join(dataset.folder, TRIPLES);
  if (dataset.files[TRIPLES] === undefined) {
    throw new DatasetError(
      { file },
      "the dataset has no knowledge graph, so there are no triples to corrupt",
      "Leave the rate of knowledge out or add the file",
    );
  }
  const graph = await loadKnowledgeGraph(dataset);
  const { kept, tails, replaced } = knowledgeNoise(file, graph, rate, seed);
  files.set(TRIPLES, text(rewriteTsv(await readFile(file, "utf8"), "tail", kept, tails)));
  if (graph.entityTable === null) {
    // Without a table the triples fix the number of entities, and a replaced tail may have been the last one.
    const ids = Array.from(Array(graph.entities).keys());
    files.set(ENTITIES, text(["entity_id", ...ids, ""].join("\n")));
  }
  return { rate, changed: replaced.length, of: kept.length };
}

function corruptFeatures(features: ModalityFeatures, rate: number, seed: number, files: Files): ChangedCount {
  const { name, rows, size } = features;
  const { data, candidates, lost } = missingFeatures(features, rate, seed);
  files.set(`${name}.npy`, (file) => writeNpy(file, { dtype: "float32", shape: [rows, size], data }));
  return { rate, changed: lost.length, of: candidates };
}

/** @throws DatasetError naming every modality the dataset does not have, with the nearest it has */
function featuresOf(dataset: Dataset, names: readonly string[]): ModalityFeatures[] {
  const known = [...dataset.modalities.keys()];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const nearest = nearestName(unknown[0]!, known);
    throw new DatasetError(
      { file: dataset.folder },
      `the dataset has no features of modality ${unknown.map((name) => `"${name}"`).join(", ")}; ` +
        `it has ${known.length === 0 ? "none" : known.join(", ")}`,
      nearest === null ? "Leave the modality out" : `Did you mean "${nearest}"`,
    );
  }
  return names.map((name) => dataset.modalities.get(name)!);
}

function nameOf(name: string, { interactions, knowledge, missing = {} }: CorruptionRates): string {
  const changes = [
    interactions === undefined ? [] : [`interactions ${interactions}`],
    knowledge === undefined ? [] : [`knowledge ${knowledge}`],
    Object.entries(missing).map(([modality, rate]) => `missing ${modality} ${rate}`),
  ];
  return `${name} (${changes.flat().join(", ")})`;
}

/** @throws DatasetError if one folder lies in the other, or they are the same */
function checkApart(source: string, target: string): void {
  const [from, to] = [`${resolve(source)}${sep}`, `${resolve(target)}${sep}`];
  if (!from.startsWith(to) && !to.startsWith(from)) return;
  throw new DatasetError(
    { file: target },
    `the folder is, holds or lies in the dataset that is read (${source})`,
    "Write to a folder elsewhere",
  );
}

/**
 * Writes a copy of a dataset for the robustness studies of SLIF-MR (Fig. 7): with replaced interactions, replaced tails
 * of triples and deleted features, each at a rate of its own; see {@link interactionNoise}, {@link knowledgeNoise} and
 * {@link missingFeatures}. What has no rate is copied unchanged. dataset.json states what was done, to which dataset.
 *
 * The same dataset, rates and seed give the same bytes, and each corruption is independent of the others' rates.
 *
 * @param folder the dataset
 * @param out written as a whole, in place of what is there
 * @throws CorruptionRatesError, DatasetError before anything is written
 */
export async function corruptDataset(
  folder: string,
  out: string,
  rates: CorruptionRates,
  seed: number,
): Promise<CorruptedDataset> {
  checkRates(rates, seed);
  checkApart(folder, out);
  const dataset = await loadDataset(folder);
  const { interactions, knowledge, missing } = rates;
  const deprived = featuresOf(dataset, Object.keys(missing ?? {}));
  const files: Files = new Map();
  const corruption: Corruption = {
    transform: "corrupt",
    seed,
    of: { name: dataset.name, checksum: dataset.checksum },
    ...(interactions === undefined
      ? {}
      : { interactions: await corruptInteractions(dataset, interactions, seed, files) }),
    ...(knowledge === undefined
      ? {}
      : { knowledge: await corruptKnowledge(dataset, knowledge, seed, files) }),
    ...(missing === undefined
      ? {}
      : {
          missing: Object.fromEntries(
            deprived.map((features) => [
              features.name,
              corruptFeatures(features, missing[features.name]!, seed, files),
            ]),
          ),
        }),
  };
  const name = nameOf(dataset.name, rates);
  const described = await describe(dataset, name, corruption);
  files.set(DESCRIPTION, text(`${JSON.stringify(described, null, 2)}\n`));

  const replacedFiles = [...files.keys(), ...deprived.map(({ file }) => basename(file))];
  const copied = (await readdir(folder))
    .filter((entry) => !entry.startsWith(".") && !replacedFiles.includes(entry))
    .sort();
  await writeFolderAtomic(out, async (temporary) => {
    for (const entry of copied) {
      await cp(join(folder, entry), join(temporary, entry), { recursive: true, dereference: true });
    }
    for (const [file, write] of files) await write(join(temporary, file));
  });
  const copiedUnread = copied.filter((entry) => dataset.files[entry] === undefined);
  return { folder: out, name, corruption, copiedUnread };
}

/** What dataset.json of the source states, with sizes that corruption does not change and where the data come from. */
async function describe(
  dataset: Dataset,
  name: string,
  corruption: Corruption,
): Promise<Readonly<Record<string, unknown>>> {
  const stated =
    dataset.files[DESCRIPTION] === undefined
      ? {}
      : (JSON.parse(await readFile(join(dataset.folder, DESCRIPTION), "utf8")) as Record<string, Json>);
  const { source } = stated as { readonly source?: Json };
  return {
    ...stated,
    name,
    users: dataset.users,
    items: dataset.items,
    source: { ...corruption, ...(source === undefined ? {} : { source }) },
  };
}
