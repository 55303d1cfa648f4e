import type { Dataset } from "../dataset.js";
import { DatasetError } from "../datasetError.js";
import type { DatasetNote } from "../datasetNote.js";
import { kMeans } from "../kMeans.js";
import { knowledgeGraphOf } from "../knowledgeGraph.js";
import { requireModality } from "../dataset.js";
import { nearestName } from "../nearestName.js";
import { Random } from "../random.js";

/**
 * Where links between items and other things come from.
 *
 * - `file`: kg_triples.tsv of the dataset
 * - `hub`: one thing per modality, to which every item is linked (the graph released with KDiffE, which tells items
 *   apart by nothing)
 * - `clusters`: per modality, the k-means clusters of the features; items without features have none
 * - `metadata`: columns of items.tsv; a text is a list separated by commas, equal entries of a column are one thing
 */
export const knowledgeSources = ["file", "hub", "clusters", "metadata"] as const;

export interface SourceRequest {
  readonly source: (typeof knowledgeSources)[number];
  /** Of `hub` and `clusters`. */
  readonly modalities: readonly string[];
  /** Of `clusters`: clusters per modality. */
  readonly clusters: number;
  /** Of `metadata`. */
  readonly columns: readonly string[];
  readonly seed: number;
}

/** Triples over nodes: node k below the number of items is item k, other things follow, so that no id means two. */
export interface SourceTriples {
  readonly nodes: number;
  readonly relations: number;
  /** [triple] */
  readonly heads: ArrayLike<number>;
  readonly relationIds: ArrayLike<number>;
  readonly tails: ArrayLike<number>;
}

/** Collects triples whose heads are items; the things of one relation are numbered as they appear. */
class ItemTriples implements SourceTriples {
  readonly heads: number[] = [];
  readonly relationIds: number[] = [];
  readonly tails: number[] = [];
  nodes: number;

  constructor(
    items: number,
    readonly relations: number,
  ) {
    this.nodes = items;
  }

  /** A new thing. */
  node(): number {
    return this.nodes++;
  }

  add(item: number, relation: number, thing: number): void {
    this.heads.push(item);
    this.relationIds.push(relation);
    this.tails.push(thing);
  }
}

/**
 * @throws DatasetError if the dataset lacks what the source is made of: triples, features of a modality, columns of
 *   items.tsv, or any modality or column is named at all
 */
export async function sourceTriples(
  dataset: Dataset,
  request: SourceRequest,
  note: (note: DatasetNote) => void,
): Promise<SourceTriples> {
  switch (request.source) {
    case "file": {
      const { entities, relations, heads, relationIds, tails } = await knowledgeGraphOf(dataset);
      return { nodes: entities, relations, heads, relationIds, tails };
    }
    case "hub":
      return hub(dataset, named(dataset, request, "modalities"));
    case "clusters":
      return clustered(dataset, named(dataset, request, "modalities"), request, note);
    case "metadata":
      return metadata(dataset, named(dataset, request, "columns"));
  }
}

/** @throws DatasetError for an empty list */
function named(
  { folder }: Dataset,
  request: SourceRequest,
  list: "modalities" | "columns",
): readonly string[] {
  if (request[list].length > 0) return request[list];
  throw new DatasetError(
    { file: folder },
    `knowledge from "${request.source}" is made of ${list}, but none are named`,
    `Name some ${list}`,
  );
}

function hub(dataset: Dataset, modalities: readonly string[]): SourceTriples {
  const triples = new ItemTriples(dataset.items, modalities.length);
  modalities.forEach((_, relation) => {
    const thing = triples.node();
    for (let item = 0; item < dataset.items; item++) triples.add(item, relation, thing);
  });
  return triples;
}

function clustered(
  dataset: Dataset,
  modalities: readonly string[],
  { clusters, seed }: SourceRequest,
  note: (note: DatasetNote) => void,
): SourceTriples {
  const triples = new ItemTriples(dataset.items, modalities.length);
  modalities.forEach((name, relation) => {
    const { data, size, missing } = requireModality(dataset, name);
    const lacks = new Set(missing);
    const items = Int32Array.from({ length: dataset.items }, (_, item) => item).filter(
      (item) => !lacks.has(item),
    );
    const most = Math.min(clusters, items.length);
    const { clusterOf, moved } = kMeans(data, size, items, most, new Random(seed, "clusters", name));
    if (moved > 0) {
      const message = `k-means of ${name}: ${moved} items still changed their cluster in the last round`;
      note({ kind: "clusters", count: moved, message });
    }
    const first = triples.nodes;
    for (let cluster = 0; cluster < most; cluster++) triples.node();
    items.forEach((item, index) => {
      triples.add(item, relation, first + clusterOf[index]!);
    });
  });
  return triples;
}

function metadata(dataset: Dataset, columns: readonly string[]): SourceTriples {
  const table = dataset.itemTable;
  if (table === null) {
    throw new DatasetError(
      { file: `${dataset.folder}/items.tsv` },
      "there is no items.tsv to take knowledge from",
      "Write one with a row per item, or choose another source of knowledge",
    );
  }
  const unknown = columns.find((column) => !table.columns.includes(column));
  if (unknown !== undefined) {
    throw new DatasetError(
      { file: table.file, line: 1 },
      `there is no column "${unknown}" (there are ${table.columns.join(", ")})`,
      `Name a column of it; the nearest is "${nearestName(unknown, table.columns) ?? "none"}"`,
    );
  }
  const triples = new ItemTriples(dataset.items, columns.length);
  columns.forEach((column, relation) => {
    const things = new Map<string, number>();
    for (let item = 0; item < dataset.items; item++) {
      const entries = (table.text(column, item) ?? "").split(",").map((entry) => entry.trim());
      for (const entry of new Set(entries.filter((text) => text !== ""))) {
        const thing = things.get(entry) ?? triples.node();
        things.set(entry, thing);
        triples.add(item, relation, thing);
      }
    }
  });
  return triples;
}
