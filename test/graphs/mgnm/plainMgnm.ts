import type { DenseFeed, Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { normalised, lightGcn, plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import {
  matmul,
  multiplied,
  shifted,
  sigmoidOf,
  softmaxRows,
  transpose,
  unitRows,
  type Rows,
  type Sides,
} from "../plainMatrix.js";
import { FEATURES, ITEMS, USERS } from "../smallInstance.js";

/** MGNM's and LGMRec's equations as loops over rows; nothing of the compiler is used. */

export interface PlainSettings {
  readonly modalities: readonly string[];
  readonly localNorm: "sum" | "each";
  readonly hyperInput: "purified" | "projected" | "raw";
  readonly userHyper: "printed" | "lgmrec";
  readonly userHyperNorm: "sum" | "mean";
  readonly hyperLayers: number;
  readonly leaky: boolean;
  readonly alpha: number;
}

export const printed: PlainSettings = {
  modalities: ["image", "text"],
  localNorm: "sum",
  hyperInput: "purified",
  userHyper: "printed",
  userHyperNorm: "sum",
  hyperLayers: 1,
  leaky: false,
  alpha: 0.3,
};

/** As LGMRec's code. */
export const lgmrec: PlainSettings = {
  ...printed,
  localNorm: "each",
  hyperInput: "raw",
  userHyper: "lgmrec",
};

/** The uniform numbers of a step, one row per user and item of every modality in turn. */
export interface PlainNoise {
  readonly gumbel: Rows;
  readonly dropout: Rows;
  readonly keepRate: number;
}

const TEMPERATURE = 0.2;

const flip = (graph: SparseValue): SparseValue => ({
  ...graph,
  rows: graph.columns,
  columns: graph.rows,
  entries: graph.entries.map(({ row, column, weight }) => ({ row: column, column: row, weight })),
});

export const add = (a: Sides, b: Sides): Sides => ({
  users: plus(a.users, b.users),
  items: plus(a.items, b.items),
});
export const scaled = (a: Sides, factor: number): Sides => ({
  users: times(a.users, factor),
  items: times(a.items, factor),
});
export const unit = (a: Sides): Sides => ({ users: unitRows(a.users), items: unitRows(a.items) });

const featuresOf = (feeds: Feeds, modality: string): Rows =>
  rowsOf(feeds[`${modality}_features`], FEATURES[modality]);

const projected = (feeds: Feeds, modality: string): number[][] =>
  matmul(featuresOf(feeds, modality), rowsOf(feeds[`${modality}_projection/weight`]));

/** Layers 0 to `layers` of products with Â. */
function layersFrom(feeds: Feeds, start: Sides, layers: number): Sides[] {
  const graph = normalised(feeds["interactions"] as SparseValue);
  const all = [start];
  for (let layer = 0; layer < layers; layer++) {
    const { users, items } = all.at(-1)!;
    all.push({ users: propagate(graph, items), items: propagate(flip(graph), users) });
  }
  return all;
}

/** Eq. 2. */
export const collaborativeLayers = (feeds: Feeds, layers = 2): Sides[] =>
  layersFrom(
    feeds,
    { users: rowsOf(feeds["user_embedding"]), items: rowsOf(feeds["item_embedding"]) },
    layers,
  );

/** Means over the training items of every user, zeros without any. */
function userMeans(feeds: Feeds, items: Rows): number[][] {
  const sums = propagate(feeds["user_items"] as SparseValue, items);
  const degrees = Array.from((feeds["user_degree"] as DenseFeed).data, Number);
  return sums.map((row, user) => row.map((x) => (degrees[user] === 0 ? 0 : x / degrees[user]!)));
}

/** Eqs. 4 to 7. */
export function branchLayers(feeds: Feeds, modality: string, layers = 2): Sides[] {
  const items = projected(feeds, modality);
  return layersFrom(feeds, { users: userMeans(feeds, items), items }, layers);
}

/** Eq. 8. */
export function local(feeds: Feeds, { modalities, localNorm }: PlainSettings): Sides {
  const collaborative = lightGcn(feeds);
  if (modalities.length === 0) return collaborative;
  const last = modalities.map((modality) => branchLayers(feeds, modality).at(-1)!);
  const part = localNorm === "each" ? last.map(unit).reduce(add) : unit(last.reduce(add));
  return add(collaborative, part);
}

/** Eqs. 9 and 10. */
function purified(feeds: Feeds, modality: string, leaky: boolean): number[][] {
  const of = (name: string, width?: number): Rows => rowsOf(feeds[`${modality}_purifier/${name}`], width);
  const width = (feeds[`${modality}_purifier/b1`] as DenseFeed).data.length;
  const expanded = shifted(matmul(featuresOf(feeds, modality), of("w1", width)), of("b1", width)[0]!);
  const hidden = leaky ? expanded.map((row) => row.map((x) => (x > 0 ? x : 0.01 * x))) : expanded;
  const gate = sigmoidOf(shifted(matmul(hidden, of("w2")), of("b2")[0]!));
  return multiplied(rowsOf(feeds["item_embedding"]), gate);
}

/** Eqs. 11 and 12, before the softmax. */
function dependence(feeds: Feeds, modality: string, settings: PlainSettings): Sides {
  const input = {
    purified: () => purified(feeds, modality, settings.leaky),
    projected: () => projected(feeds, modality),
    raw: () => featuresOf(feeds, modality),
  }[settings.hyperInput]();
  const vectors = feeds[`${modality}_hyper`] as DenseFeed;
  const items = matmul(input, rowsOf(vectors, vectors.dims[1]));
  const users =
    settings.userHyperNorm === "mean"
      ? userMeans(feeds, items)
      : propagate(feeds["user_items"] as SparseValue, items);
  return { users, items };
}

/** softmax((H + g) / τ) with entries dropped, of the rows from `first` on. */
function softened(h: Rows, first: number, noise: PlainNoise | undefined): number[][] {
  if (noise === undefined) return softmaxRows(h, TEMPERATURE);
  const gumbel = (row: number): number[] => noise.gumbel[first + row]!.map((u) => -Math.log(-Math.log(u)));
  const soft = softmaxRows(
    h.map((row, r) => row.map((x, k) => x + gumbel(r)[k]!)),
    TEMPERATURE,
  );
  const rate = Math.fround(1 - noise.keepRate);
  return soft.map((row, r) =>
    row.map((x, k) => (noise.dropout[first + r]![k]! >= rate ? x / noise.keepRate : 0)),
  );
}

/** Eqs. 11 to 14 of every modality, with whole matrices between items and items and users and users. */
export function globals(feeds: Feeds, settings: PlainSettings, noise?: PlainNoise): Sides[] {
  return settings.modalities.map((modality, m) => {
    const h = dependence(feeds, modality, settings);
    const first = m * (USERS + ITEMS);
    const users = softened(h.users, first, noise);
    const items = softened(h.items, first + USERS, noise);
    let state: Sides = lightGcn(feeds);
    for (let layer = 0; layer < settings.hyperLayers; layer++) {
      const square = settings.userHyper === "printed";
      const toUsers = matmul(users, transpose(square ? users : items));
      state = {
        users: matmul(toUsers, square ? state.users : state.items),
        items: matmul(matmul(items, transpose(items)), state.items),
      };
    }
    return state;
  });
}

/** Eq. 17. */
export function finalVectors(feeds: Feeds, settings: PlainSettings, noise?: PlainNoise): Sides {
  const global = globals(feeds, settings, noise).reduce(add);
  return add(local(feeds, settings), scaled(unit(global), settings.alpha));
}
