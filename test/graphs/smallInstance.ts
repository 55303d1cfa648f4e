import type { Declaration } from "../../src/authoring/declaration.js";
import type { BatchEntry } from "../../runtime/artifacts/manifest.js";
import { declare, resolveHyperparameters, type ModelDefinition } from "../../src/authoring/model.js";
import { inputName, type Node } from "../../src/ir/node.js";
import { evaluateSize, type TensorType } from "../../src/ir/types.js";
import { models } from "../../graphs/registry.js";
import { dense, sparse, type DenseFeed, type Feeds } from "../evaluator/evaluate.js";
import { randomNumbers } from "../evaluator/graphBuilder.js";
import type { SparseValue } from "../evaluator/value.js";
import { smallItemEntities, smallLinkMatrix, smallLinkRelations } from "./smallLinks.js";
import { smallWalks, type SmallWalks } from "./smallWalks.js";
import {
  ATTRIBUTES,
  distinctPairs,
  JOINED_RELATIONS,
  joinedTriples,
  RELATIONS,
  smallHeadRelations,
  smallJoinedTails,
  smallTails,
} from "./smallKnowledge.js";

export const USERS = 7;
export const ITEMS = 9;
export const DIM = 4;
const BATCH = 6;
const NEGATIVES = 3;
/** Sizes of the features by modality. */
export const FEATURES: Readonly<Record<string, number>> = { image: 5, text: 3, audio: 4 };

/** [user, item]; user 6 and item 8 have none. */
export const pairs: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [0, 4],
  [1, 1],
  [2, 2],
  [2, 3],
  [2, 5],
  [2, 7],
  [3, 0],
  [3, 6],
  [4, 1],
  [4, 2],
  [5, 7],
];

export const triples = {
  users: [0, 2, 2, 4, 3, 0],
  positives: [1, 2, 7, 1, 0, 4],
  negatives: [8, 0, 1, 5, 8, 3],
};

const joined = { users: USERS, pairs };
const joinedTails = smallJoinedTails(joined);

/** Entries of the collaborative graph in a batch of TransR, and wrong tails. */
export const edges = { ids: [0, 7, 12, 19, 30, 47], negatives: [3, 0, 11, 15, 1, 8] };

type Pairs = readonly (readonly [number, number])[];

const degrees = (list: Pairs, side: 0 | 1, size: number): number[] =>
  Array.from({ length: size }, (_, id) => list.filter((pair) => pair[side] === id).length);
const userDegrees = degrees(pairs, 0, USERS);
const itemDegrees = degrees(pairs, 1, ITEMS);

/** A third of the pairs left out, which ones depends on the seed. */
const kept = (seed: number): Pairs => pairs.filter((_, index) => (index + seed) % 3 > 0);

function interactions(weights: string, row: string, list: Pairs = pairs): SparseValue {
  const [ofUsers, ofItems] = [degrees(list, 0, USERS), degrees(list, 1, ITEMS)];
  const triplesOf = list.map(([user, item]): [number, number, number] => {
    const [own, other] = row === "user" ? [ofUsers[user]!, ofItems[item]!] : [ofItems[item]!, ofUsers[user]!];
    const weight: Record<string, number> = {
      binary: 1,
      symmetric: 1 / Math.sqrt(own * other),
      rowMean: 1 / own,
      rowSelfLoop: 1 / (own + 1),
    };
    const value = weight[weights];
    if (value === undefined) throw new Error(`no small instance of interactions with weights ${weights}`);
    return row === "user" ? [user, item, value] : [item, user, value];
  });
  return row === "user" ? sparse(USERS, ITEMS, triplesOf) : sparse(ITEMS, USERS, triplesOf);
}

/** Three neighbours per item, itself among them or not; item 8 has none. */
function neighbours(includeSelf: boolean, seed: number, unit: boolean): SparseValue {
  const weights = unit ? new Array<number>(ITEMS * 3).fill(1 / 3) : randomNumbers(seed, ITEMS * 3, 0.1, 0.5);
  const entries = Array.from({ length: ITEMS - 1 }, (_, item) =>
    [0, 1, 2].map((n): [number, number, number] => {
      const step = includeSelf ? n * seed : n * seed + 1;
      return [item, (item + step) % ITEMS, weights[item * 3 + n]!];
    }),
  ).flat();
  return sparse(ITEMS, ITEMS, entries);
}

/** Two neighbours per item but the last, of cosines from 0.1 to 0.9; other graphs for other seeds. */
function nearest(seed: number): SparseValue {
  const cosines = randomNumbers(seed + 100, ITEMS * 2, 0.1, 0.9);
  const entries = Array.from({ length: ITEMS - 1 }, (_, item) =>
    [0, 1].map((n): [number, number, number] => [
      item,
      (item + 1 + n + (seed % 3)) % ITEMS,
      cosines[item * 2 + n]!,
    ]),
  ).flat();
  return sparse(ITEMS, ITEMS, entries);
}

/** Two items of each user, some of which are others' too, and self-loops; weights of any size, as some are dropped. */
function generatedGraph({ type }: Node, seed: number): DenseFeed | SparseValue {
  if (type.kind !== "sparse") {
    const size = type.axes[0]!.name === "user" ? USERS : ITEMS;
    return dense([size], randomNumbers(seed + 50, size, 0, 0.9));
  }
  const values = randomNumbers(seed + 60, 2 * USERS, 0, 0.9);
  const entries = Array.from({ length: USERS }, (_, user) =>
    [(2 * user) % ITEMS, (2 * user + 3) % ITEMS].map((item, n): [number, number, number] => {
      const value = values[2 * user + n]!;
      return type.row.name === "user" ? [user, item, value] : [item, user, value];
    }),
  ).flat();
  return type.row.name === "user" ? sparse(USERS, ITEMS, entries) : sparse(ITEMS, USERS, entries);
}

function bufferFeed(
  recipe: Readonly<Record<string, unknown>>,
  node: Node,
  seed: number,
  known: ReadonlyMap<string, number>,
): DenseFeed | SparseValue {
  const row = node.type.kind === "sparse" ? node.type.row.name : node.type.axes[0]!.name;
  switch (recipe["kind"]) {
    case "interactions":
      return interactions(recipe["weights"] as string, row);
    case "prunedInteractions":
    case "droppedInteractions":
      return interactions(recipe["weights"] as string, row, kept(seed));
    case "degree": {
      const own = row === "user" ? userDegrees : itemDegrees;
      return dense(
        [own.length],
        own.map((degree) => {
          if (recipe["weights"] === "selfLoop") return Math.fround(1 / (degree + 1));
          if (recipe["weights"] === "inverseRoot") return degree === 0 ? 0 : 1 / Math.sqrt(degree);
          return degree;
        }),
      );
    }
    case "generatedInteractions":
    case "generatedLoops":
      return generatedGraph(node, seed);
    case "nearest":
      return recipe["includeSelf"] === true ? neighbours(true, seed % 3, false) : nearest(seed);
    case "computed": {
      const all = new Map([...known, ["graph_edges_entry", joinedTails.entries.length]]);
      const dims = (node.type as TensorType).axes.map((axis) => evaluateSize(axis.size, all));
      const count = dims.reduce((product, size) => product * size, 1);
      return dense(dims, randomNumbers(seed, count, 0.2, 0.9));
    }
    case "knn": {
      const seedOf = recipe["modality"] === "image" ? 1 : 2;
      return neighbours(recipe["includeSelf"] as boolean, seedOf, recipe["weights"] === "unit");
    }
    case "features": {
      const size = FEATURES[recipe["modality"] as string]!;
      return dense([ITEMS, size], randomNumbers(size, ITEMS * size, -1, 1));
    }
    case "pca":
      return dense([ITEMS, DIM], randomNumbers(seed, ITEMS * DIM));
    case "negativeItems": {
      const others = Array.from({ length: ITEMS * NEGATIVES }, (_, cell) => {
        const item = Math.floor(cell / NEGATIVES);
        return (item + 1 + (((cell % NEGATIVES) * 2 + seed) % (ITEMS - 1))) % ITEMS;
      });
      return dense([ITEMS, NEGATIVES], others);
    }
    case "headRelations":
      return smallHeadRelations(
        recipe["inverse"] as boolean,
        recipe["interactions"] === true ? joined : undefined,
      );
    case "pairRelations": {
      const ids = distinctPairs(joinedTriples(joined)).map(([, relation]) => relation);
      return dense([ids.length], ids);
    }
    case "tailShares": {
      const { entries } = joinedTails;
      const shares = entries.map(({ row }) => 1 / entries.filter((other) => other.row === row).length);
      return dense([shares.length], shares);
    }
    case "triples":
      if (recipe["interactions"] === true) return joinedTails;
      return smallTails(recipe["inverse"] as boolean, false);
    case "prunedTriples":
      return smallTails(recipe["inverse"] as boolean, true);
    case "walkSimilarity":
    case "walkSelfLoops":
      return smallWalks(recipe as unknown as SmallWalks, pairs, row);
    case "knowledgeLinks":
    case "generatedLinks":
      return smallLinkMatrix(recipe, row);
    case "itemEntities":
      return smallItemEntities;
    case "linkRelations":
    case "generatedRelations":
      return smallLinkRelations(recipe);
    default:
      throw new Error(`no small instance of recipe ${String(recipe["kind"])}`);
  }
}

/** Rows that a phase over items or entities is fed. */
export const batchRows = [8, 0, 1, 2, 5, 3];
/** Rows that a phase over users is fed. */
export const batchUsers = [6, 0, 1, 2, 5, 3];

function batchFeed({ source, buffer }: BatchEntry, { type }: Node, feeds: Feeds): DenseFeed {
  if (source === "denseRow") {
    const { rows, columns, entries } = feeds[buffer!] as SparseValue;
    const cells = (rows === USERS ? batchUsers : batchRows).flatMap((row) => {
      const cell = new Array<number>(columns).fill(0);
      for (const entry of entries) if (entry.row === row) cell[entry.column] = entry.weight;
      return cell;
    });
    return dense([BATCH, columns], cells);
  }
  const distinct = [...new Set(triples.positives)];
  const drawn = [...new Set([...triples.positives, ...triples.negatives])];
  if (source === "drawnItem") return dense([drawn.length + 1], [...drawn, 0]);
  const padded = Array.from({ length: BATCH }, (_, i) => distinct[i] ?? 0);
  const values: Record<string, readonly number[]> = {
    user: triples.users,
    row: (type as TensorType).indexes === "user" ? batchUsers : batchRows,
    positive: triples.positives,
    negative: triples.negatives,
    uniquePositive: padded,
    distinctPlace: triples.positives.map((id) => distinct.indexOf(id)),
    positivePlace: triples.positives.map((id) => drawn.indexOf(id)),
    negativePlace: triples.negatives.map((id) => drawn.indexOf(id)),
    entry: edges.ids,
    entryRow: edges.ids.map((id) => joinedTails.entries[id]!.row),
    entryColumn: edges.ids.map((id) => joinedTails.entries[id]!.column),
    negativeColumn: edges.negatives,
    uniquePositiveWeight: padded.map((_, i) => (i < distinct.length ? Math.fround(1 / distinct.length) : 0)),
    distinctPositive: padded,
    distinctPositiveWeight: padded.map((_, i) =>
      i < distinct.length ? Math.fround(1 / distinct.length) : 0,
    ),
  };
  return dense([BATCH], values[source]!);
}

/** Sizes of the axes that the data fixes. */
export const sizes: ReadonlyMap<string, number> = new Map([
  ["user", USERS],
  ["item", ITEMS],
  ["attribute", ATTRIBUTES],
  ["relation", RELATIONS],
  ...Object.entries(FEATURES).map(([modality, size]): [string, number] => [`${modality}_feature`, size]),
]);

/** A declared model with everything it is fed. */
export interface SmallInstance {
  readonly declaration: Declaration;
  readonly parameters: readonly Node[];
  readonly inputs: readonly Node[];
  readonly feeds: Feeds;
  /** Sizes of the axes that the data fixes. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** A model on 7 users, 9 items and 4 dimensions. Parameters of one name hold the same values in every model. */
export function smallInstance(
  name: string,
  hyperparameters: Readonly<Record<string, unknown>> = {},
  training = true,
): SmallInstance {
  const model = models.get(name) as ModelDefinition;
  const given = { dim: DIM, ...hyperparameters };
  const declaration = declare(model, resolveHyperparameters(model, given), training);
  const feeds: Record<string, DenseFeed | SparseValue> = {};
  const own = new Map(sizes);
  declaration.buffers.forEach(({ name: buffer, node, recipe }, i) => {
    const feed = bufferFeed(recipe, node, i, own);
    feeds[buffer] = feed;
    if (recipe.kind === "knowledgeLinks") own.set("entity", (feed as SparseValue).columns);
    if (recipe["interactions"] === true) own.set("relation", JOINED_RELATIONS);
  });
  declaration.parameters.forEach(({ name: parameter, axes }) => {
    const dims = axes.map((axis) => evaluateSize(axis.size, own));
    const seed = Buffer.from(parameter).reduce((hash, byte) => (hash * 31 + byte) % 1_000_003, 7);
    feeds[parameter] = dense(
      dims,
      randomNumbers(
        seed,
        dims.reduce((a, b) => a * b, 1),
        -0.8,
        0.8,
      ),
    );
  });
  const batches = declaration.phases.flatMap((phase) => phase.batches);
  for (const { entry, node } of batches) feeds[entry.name] = batchFeed(entry, node, feeds);
  for (const node of declaration.scalars) {
    feeds[inputName(node)] =
      inputName(node) === "random_key" ? dense([], [0x1234567890abcdefn]) : dense([], [3]);
  }
  const parameters = declaration.parameters.map(({ node }) => node);
  const data = [...declaration.buffers, ...batches].map(({ node }) => node);
  const inputs = [...parameters, ...data, ...declaration.scalars];
  return { declaration, parameters, inputs, feeds, sizes: own };
}

/** A loss term of a phase. */
export function lossTerm(instance: SmallInstance, name: string, phase = "main"): Node {
  const { losses } = instance.declaration.phases.find((candidate) => candidate.name === phase)!;
  const found = losses.find((loss) => loss.name === name);
  if (found === undefined) throw new Error(`the model has no loss "${name}"`);
  return found.node;
}
