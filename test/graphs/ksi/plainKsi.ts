import type { DenseFeed, Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { matmul, type Sides } from "../plainMatrix.js";
import { DIM, triples } from "../smallInstance.js";

/** KSI's equations as loops over rows; nothing of the compiler is used. */

export type Rows = readonly (readonly number[])[];

export const rowsOf = (feed: Feeds[string] | undefined, width = DIM): number[][] => {
  const { data } = feed as DenseFeed;
  const values = Array.from(data, Number);
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
};

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const unit = (row: readonly number[]): number[] =>
  row.map((x) => x / Math.max(Math.sqrt(dot(row, row)), 1e-12));
export const plus = (a: Rows, b: Rows): number[][] => a.map((row, i) => row.map((x, k) => x + b[i]![k]!));
export const times = (a: Rows, factor: number): number[][] => a.map((row) => row.map((x) => x * factor));

export function propagate({ rows, entries }: SparseValue, x: Rows): number[][] {
  const result = Array.from({ length: rows }, () => x[0]!.map(() => 0));
  for (const { row, column, weight } of entries) {
    x[column]!.forEach((value, k) => (result[row]![k]! += weight * value));
  }
  return result;
}

const flip = ({ rows, columns, entries }: SparseValue): SparseValue => ({
  kind: "sparse",
  rows: columns,
  columns: rows,
  entries: entries.map(({ row, column, weight }) => ({ row: column, column: row, weight })),
});

/** D^{-1/2} A D^{-1/2} of the entries of a graph, whatever they weigh. */
export function normalised(graph: SparseValue): SparseValue {
  const degree = (side: "row" | "column", id: number): number =>
    graph.entries.filter((entry) => entry[side] === id).length;
  const entries = graph.entries.map(({ row, column }) => ({
    ...{ row, column },
    weight: 1 / Math.sqrt(degree("row", row) * degree("column", column)),
  }));
  return { ...graph, entries };
}

/** Eqs. 5 to 7: ‖cov(rows of unit norm) - I‖². */
export function redundancy(x: Rows): number {
  const normed = x.map(unit);
  const mean = normed[0]!.map((_, k) => normed.reduce((sum, row) => sum + row[k]!, 0) / normed.length);
  let total = 0;
  for (let a = 0; a < mean.length; a++) {
    for (let b = 0; b < mean.length; b++) {
      const products = normed.map((row) => (row[a]! - mean[a]!) * (row[b]! - mean[b]!));
      const covariance = products.reduce((sum, value) => sum + value, 0) / (normed.length - 1);
      total += (covariance - (a === b ? 1 : 0)) ** 2;
    }
  }
  return total;
}

/** a = softmax(ã). */
export function modalityWeights(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((weight) => weight / total);
}

/** LightGCN's mean over layers 0 to 2. */
export function lightGcn(feeds: Feeds): { users: number[][]; items: number[][] } {
  const graph = normalised(feeds["interactions"] as SparseValue);
  let [users, items] = [rowsOf(feeds["user_embedding"]), rowsOf(feeds["item_embedding"])];
  let [userSum, itemSum] = [users, items];
  for (let layer = 0; layer < 2; layer++) {
    [users, items] = [propagate(graph, items), propagate(flip(graph), users)];
    [userSum, itemSum] = [plus(userSum, users), plus(itemSum, items)];
  }
  return { users: times(userSum, 1 / 3), items: times(itemSum, 1 / 3) };
}

/** Eqs. 4 and 9: X_I and its propagations over a modality's graph, 0 to L. */
export function itemLayers(feeds: Feeds, modality: string, layers: number): number[][][] {
  const all = [rowsOf(feeds["item_embedding"])];
  const graph = feeds[`${modality}_neighbours`] as SparseValue;
  for (let layer = 0; layer < layers; layer++) all.push(propagate(graph, all.at(-1)!));
  return all;
}

/** KSI-GCN, layers 0 to L: ReLU(𝒢 H W). */
function gcnLayers(feeds: Feeds, modality: string, layers: number): number[][][] {
  const all = [rowsOf(feeds["item_embedding"])];
  const graph = feeds[`${modality}_neighbours`] as SparseValue;
  for (let layer = 1; layer <= layers; layer++) {
    const weight = rowsOf(feeds[`${modality}_conv/layer_${layer}/weight`]);
    const received = matmul(propagate(graph, all.at(-1)!), weight);
    all.push(received.map((row) => row.map((x) => Math.max(x, 0))));
  }
  return all;
}

/** KSI-GAT, layers 0 to L: item i receives Σ_j softmax_j(LeakyReLU(a·z_i + b·z_j)) z_j of its neighbours j, z = H W. */
function gatLayers(feeds: Feeds, modality: string, layers: number): number[][][] {
  const all = [rowsOf(feeds["item_embedding"])];
  const { entries } = feeds[`${modality}_neighbours`] as SparseValue;
  for (let layer = 1; layer <= layers; layer++) {
    const path = `${modality}_conv/layer_${layer}`;
    const z = matmul(all.at(-1)!, rowsOf(feeds[`${path}/weight`]));
    const receiving = rowsOf(feeds[`${path}/receiving_attention`])[0]!;
    const sending = rowsOf(feeds[`${path}/sending_attention`])[0]!;
    const received = z.map((own, item) => {
      const neighbours = entries.filter(({ row }) => row === item).map(({ column }) => z[column]!);
      const powers = neighbours.map((neighbour) => {
        const logit = dot(receiving, own) + dot(sending, neighbour);
        return Math.exp(logit > 0 ? logit : 0.2 * logit);
      });
      const total = powers.reduce((sum, power) => sum + power, 0);
      return own.map((_, k) => neighbours.reduce((sum, row, n) => sum + (powers[n]! / total) * row[k]!, 0));
    });
    all.push(received);
  }
  return all;
}

/** Layers of a modality's item graph, and what is fused of them: the last, or their mean in KSI-LightGCN. */
export interface PlainStates {
  readonly layers: readonly number[][][];
  readonly output: number[][];
}

export function itemStates(feeds: Feeds, modality: string, layers: number, itemConv = "rgnn"): PlainStates {
  const layersOf: Record<string, typeof itemLayers> = { gcn: gcnLayers, gat: gatLayers };
  const all = (layersOf[itemConv] ?? itemLayers)(feeds, modality, layers);
  const output = itemConv === "lightgcn" ? times(all.reduce(plus), 1 / all.length) : all.at(-1)!;
  return { layers: all, output };
}

/** Eqs. 16 and 17: the vectors that are scored, from the backbone's and the modalities'. */
export function withFused(
  { users, items }: Sides,
  outputs: readonly Rows[],
  weights: readonly number[],
): { users: Rows; items: number[][] } {
  const weighted = outputs.map((output, m) => times(output, weights[m]!));
  return { users, items: plus(items, weighted.reduce(plus).map(unit)) };
}

/** The same of LightGCN and KSI's own item graphs. */
export function finalVectors(
  feeds: Feeds,
  modalities: readonly string[],
  layers: number,
  weights: readonly number[],
): { users: Rows; items: number[][] } {
  const outputs = modalities.map((modality) => itemStates(feeds, modality, layers).output);
  return withFused(lightGcn(feeds), outputs, weights);
}

/** Eq. 19. */
export function bpr({ users, items }: { users: Rows; items: Rows }): number {
  const losses = triples.users.map((user, n) => {
    const positive = dot(users[user]!, items[triples.positives[n]!]!);
    const negative = dot(users[user]!, items[triples.negatives[n]!]!);
    return Math.log(1 + Math.exp(negative - positive));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** Readings of Eq. 15. */
export interface PlainContrast {
  readonly similarity: "cosine" | "dot";
  readonly scope: "batch" | "all";
  readonly reduce: "mean" | "sum";
}

/** Eq. 15 of one modality without a_m; anchors are the distinct positives of the batch, or all items. */
export function contrast(
  feeds: Feeds,
  modality: string,
  h: Rows,
  temperature: number,
  { similarity, scope, reduce }: PlainContrast = { similarity: "cosine", scope: "batch", reduce: "mean" },
): number {
  const scaled = (rows: Rows): Rows => (similarity === "cosine" ? rows.map(unit) : rows);
  const [states, features] = [scaled(h), scaled(rowsOf(feeds[`${modality}_pca`]))];
  const { dims } = feeds[`${modality}_negatives`] as DenseFeed;
  const negatives = rowsOf(feeds[`${modality}_negatives`], dims[1]);
  const anchors = scope === "all" ? h.map((_, item) => item) : [...new Set(triples.positives)];
  const losses = anchors.map((item) => {
    const score = (candidate: number): number =>
      Math.exp(dot(states[item]!, features[candidate]!) / temperature);
    const pool = [item, ...negatives[item]!].map(score);
    return -Math.log(score(item) / pool.reduce((sum, value) => sum + value, 0));
  });
  const total = losses.reduce((sum, loss) => sum + loss, 0);
  return reduce === "mean" ? total / anchors.length : total;
}
