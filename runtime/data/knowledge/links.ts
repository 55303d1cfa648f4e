import type { Dataset } from "../dataset.js";
import { DatasetError } from "../datasetError.js";
import type { DatasetNote } from "../datasetNote.js";
import { withInverses } from "../knowledgeTriples.js";
import { Random } from "../random.js";
import { bucketStarts, stableOrder } from "../sparseMatrix.js";
import { sourceTriples, type SourceRequest, type SourceTriples } from "./source.js";

/** Links by head, tail and relation, each once. */
export interface KnowledgeLinks {
  readonly heads: number;
  readonly entities: number;
  readonly relations: number;
  /** [link] */
  readonly headIds: Int32Array;
  readonly relationIds: Int32Array;
  readonly tailIds: Int32Array;
}

export interface LinkRequest extends SourceRequest {
  /**
   * - `item`: triples whose head is an item; their tails are the entities. A tail that is an item is an entity of its
   *   own beside it.
   * - `entity`: all triples, both ways, (t, r + R, h) beside (h, r, t), and of several relations between the same two
   *   only the first. Items are the first entities.
   */
  readonly heads: "item" | "entity";
  /** With heads `item`: entities k below the number of items are the items, linked or not. */
  readonly withItems: boolean;
  /** Things other than items that fewer than so many items are linked to are left out. */
  readonly minItems: number;
  /** Most links of a head, drawn once; 0 for all. */
  readonly perHead: number;
}

const made = new WeakMap<Dataset, Map<string, Promise<KnowledgeLinks>>>();

/** The links of a dataset, made once however often they are asked for. @throws DatasetError if it has none */
export function knowledgeLinks(
  dataset: Dataset,
  request: LinkRequest,
  note: (note: DatasetNote) => void,
): Promise<KnowledgeLinks> {
  const ofDataset = made.get(dataset) ?? new Map<string, Promise<KnowledgeLinks>>();
  made.set(dataset, ofDataset);
  const key = JSON.stringify(request);
  const known = ofDataset.get(key);
  if (known !== undefined) return known;
  const links = makeLinks(dataset, request, note);
  ofDataset.set(key, links);
  return links;
}

/** Links as columns, [link]. */
export interface Columns {
  readonly headIds: Int32Array;
  readonly relationIds: Int32Array;
  readonly tailIds: Int32Array;
}

async function makeLinks(
  dataset: Dataset,
  request: LinkRequest,
  note: (note: DatasetNote) => void,
): Promise<KnowledgeLinks> {
  const source = await sourceTriples(dataset, request, note);
  const kept = keptNodes(source, dataset.items, request.minItems);
  const isItem = request.heads === "item";
  const all: Columns = {
    headIds: Int32Array.from(source.heads),
    relationIds: Int32Array.from(source.relationIds),
    tailIds: Int32Array.from(source.tails),
  };
  const chosen = select(all, (link) => {
    const head = all.headIds[link]!;
    return kept[head] === 1 && kept[all.tailIds[link]!] === 1 && (!isItem || head < dataset.items);
  });
  if (chosen.headIds.length === 0) {
    throw new DatasetError(
      { file: dataset.folder },
      `no item is linked to anything: of ${all.headIds.length} triples none is left`,
      "Use data with triples whose heads are items, or lower minItems",
    );
  }
  const { idOf, entities } = numbered(source.nodes, chosen, dataset.items, request);
  const oneWay: Columns = {
    headIds: isItem ? chosen.headIds : chosen.headIds.map((node) => idOf[node]!),
    relationIds: chosen.relationIds,
    tailIds: chosen.tailIds.map((node) => idOf[node]!),
  };
  const relations = isItem ? source.relations : 2 * source.relations;
  const size = { heads: isItem ? dataset.items : entities, entities, relations };
  const sorted = sortedLinks(isItem ? oneWay : bothWays(oneWay, source.relations), size);
  const { headIds, tailIds, relationIds } = sorted;
  const distinct = select(sorted, (link) => {
    const isPair = headIds[link] === headIds[link - 1] && tailIds[link] === tailIds[link - 1];
    return !isPair || (isItem && relationIds[link] !== relationIds[link - 1]);
  });
  return { ...size, ...limited(distinct, size.heads, request) };
}

/** [node]: 1 for items and for things that enough items are linked to. */
function keptNodes({ nodes, heads, tails }: SourceTriples, items: number, minItems: number): Uint8Array {
  const linked = Array.from({ length: minItems > 1 ? nodes : 0 }, () => new Set<number>());
  if (minItems > 1) {
    for (let index = 0; index < heads.length; index++) {
      const [head, tail] = [heads[index]!, tails[index]!];
      if (head < items) linked[tail]!.add(head);
      if (tail < items) linked[head]!.add(tail);
    }
  }
  return Uint8Array.from({ length: nodes }, (_, node) =>
    node < items || minItems <= 1 || linked[node]!.size >= minItems ? 1 : 0,
  );
}

/** Entities in order of their nodes; things without links are left out, items only where they are not asked for. */
function numbered(
  nodes: number,
  { headIds, tailIds }: Columns,
  items: number,
  { heads, withItems }: LinkRequest,
): { readonly idOf: Int32Array; readonly entities: number } {
  const occurs = new Uint8Array(nodes);
  if (withItems || heads === "entity") occurs.fill(1, 0, items);
  for (const ids of heads === "entity" ? [headIds, tailIds] : [tailIds]) for (const id of ids) occurs[id] = 1;
  const idOf = new Int32Array(nodes);
  let entities = 0;
  occurs.forEach((there, node) => {
    if (there === 1) idOf[node] = entities++;
  });
  return { idOf, entities };
}

function bothWays({ headIds, relationIds, tailIds }: Columns, relations: number): Columns {
  const both = withInverses({ heads: headIds, relationIds, tails: tailIds }, relations);
  return { headIds: both.heads, relationIds: both.relationIds, tailIds: both.tails };
}

/** Links by head, tail and relation. */
export function sortedLinks(
  { headIds, relationIds, tailIds }: Columns,
  { heads, entities, relations }: Pick<KnowledgeLinks, "heads" | "entities" | "relations">,
): Columns {
  const byRelation = stableOrder(relations, relationIds, null);
  const order = stableOrder(heads, headIds, stableOrder(entities, tailIds, byRelation));
  const chosen = (ids: Int32Array): Int32Array => order.map((index) => ids[index]!);
  return { headIds: chosen(headIds), relationIds: chosen(relationIds), tailIds: chosen(tailIds) };
}

/** The links for which `keep` holds. */
export function select(links: Columns, keep: (link: number) => boolean): Columns {
  const { headIds, relationIds, tailIds } = links;
  const kept = Int32Array.from(headIds, (_, link) => link).filter(keep);
  const chosen = (ids: Int32Array): Int32Array => kept.map((link) => ids[link]!);
  return { headIds: chosen(headIds), relationIds: chosen(relationIds), tailIds: chosen(tailIds) };
}

/** At most `perHead` links of each head, drawn without replacement. */
function limited(links: Columns, heads: number, { perHead, seed }: LinkRequest): Columns {
  if (perHead === 0) return links;
  const random = new Random(seed, "links per head");
  const starts = bucketStarts(heads, links.headIds);
  const drawn = new Uint8Array(links.headIds.length);
  for (let head = 0; head < heads; head++) {
    const own = Int32Array.from({ length: starts[head + 1]! - starts[head]! }, (_, i) => starts[head]! + i);
    if (own.length > perHead) random.shuffle(own);
    for (const link of own.subarray(0, perHead)) drawn[link] = 1;
  }
  return select(links, (link) => drawn[link] === 1);
}
