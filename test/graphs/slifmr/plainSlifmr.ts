import type { Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul, softmaxRows, transpose, unitRows, type Rows } from "../plainMatrix.js";
import { DIM, ITEMS, USERS } from "../smallInstance.js";
import { RELATIONS, smallTriples } from "../smallKnowledge.js";

/** SLIF-MR's equations as loops over nodes, edges and triples; nothing of the compiler is used. */

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const zeros = (rows: number): number[][] =>
  Array.from({ length: rows }, () => new Array<number>(DIM).fill(0));
const mean = (layers: readonly Rows[]): number[][] => times(layers.reduce(plus), 1 / layers.length);

export type Edge = readonly [row: number, column: number, weight: number];

export const edgesOf = (feed: Feeds[string] | undefined): Edge[] =>
  (feed as SparseValue).entries.map(({ row, column, weight }) => [row, column, weight]);

/** D^{-1/2} 𝒢 D^{-1/2} with D the row sums (17). */
export function normalised(edges: readonly Edge[], rows: number): Edge[] {
  const sums = new Array<number>(rows).fill(0);
  for (const [row, , weight] of edges) sums[row]! += weight;
  const scale = sums.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum) : 0));
  return edges.map(([row, column, weight]) => [row, column, weight * scale[row]! * scale[column]!]);
}

const over = (edges: readonly Edge[], x: Rows): number[][] =>
  propagate(
    {
      ...{ kind: "sparse", rows: x.length, columns: x.length },
      entries: edges.map(([row, column, weight]) => ({ row, column, weight })),
    },
    x,
  );

/** Layers 0..L of x over edges of a square graph. */
function layersOver(edges: readonly Edge[], x: Rows, count: number): Rows[] {
  const layers: Rows[] = [x];
  while (layers.length <= count) layers.push(over(edges, layers.at(-1)!));
  return layers;
}

/** (8) and (9): layer 0 plus the mean of the others. */
const residual = ([first, ...deeper]: readonly Rows[]): number[][] => plus(first!, mean(deeper));

/** (18): the edges of A^n over users, then items, and how they are normalised. */
export function correlatedAdjacency(
  interactions: readonly Edge[],
  cosines: readonly Edge[],
  norm: "joint" | "add" | "count",
): Edge[] {
  const both = interactions.flatMap(([user, item]): Edge[] => [
    [user, USERS + item, 1],
    [USERS + item, user, 1],
  ]);
  const shifted = (edges: readonly Edge[]): Edge[] =>
    edges.map(([row, column, weight]) => [USERS + row, USERS + column, weight]);
  if (norm === "joint") return normalised([...both, ...shifted(cosines)], USERS + ITEMS);
  if (norm === "add") {
    return [...normalised(both, USERS + ITEMS), ...shifted(normalised(cosines, ITEMS))];
  }
  const counted = shifted(cosines).map(([row, column]): Edge => [row, column, 1]);
  return normalised([...both, ...counted], USERS + ITEMS);
}

/** (7), (8): x̄ of users and items. */
export function interactionBranch(
  feeds: Feeds,
  { layers = 2, norm = "joint", cosines = [] as readonly Edge[], from = "interactions" } = {},
): { users: number[][]; items: number[][] } {
  const nodes = [...rowsOf(feeds["user_embedding"]), ...rowsOf(feeds["item_embedding"])];
  const edges = correlatedAdjacency(edgesOf(feeds[from]), cosines, norm as "joint" | "add" | "count");
  const all = residual(layersOver(edges, nodes, layers));
  return { users: all.slice(0, USERS), items: all.slice(USERS) };
}

/** (5), (9), (18): x̃ over Σ α_m S^m and the edges of the correlation graphs. */
export function modalityBranch(
  feeds: Feeds,
  { modalities = ["image", "text"], layers = 2, correlated = [] as readonly Edge[] } = {},
): number[][] {
  const logits = rowsOf(feeds["modality_logits"], modalities.length);
  const [weights] = softmaxRows(logits, 1) as [number[]];
  const edges = modalities.flatMap((modality, m) =>
    edgesOf(feeds[`${modality}_neighbours`]).map(([row, column, weight]): Edge => [
      row,
      column,
      weight * weights[m]!,
    ]),
  );
  return residual(layersOver([...edges, ...correlated], rowsOf(feeds["item_embedding"]), layers));
}

interface KnowledgeOptions {
  readonly layers?: number;
  readonly inverse?: boolean;
  readonly kept?: boolean;
  readonly pooling?: "mean0" | "residual";
  /** Correlation edges with what they add to the logit. */
  readonly correlated?: readonly Edge[];
}

/** (10) to (13): x̂ of the items, triple by triple; the attention is that of layer 0. */
export function knowledgeBranch(
  feeds: Feeds,
  { layers = 2, inverse = true, kept = false, pooling = "mean0", correlated = [] }: KnowledgeOptions = {},
): number[][] {
  const start = [...rowsOf(feeds["item_embedding"]), ...rowsOf(feeds["attribute_embedding"])];
  const matrices = rowsOf(feeds["relation_weight"], DIM * DIM).map((flat) =>
    Array.from({ length: DIM }, (_, row) => flat.slice(row * DIM, (row + 1) * DIM)),
  );
  const vectors = rowsOf(feeds["relation_embedding"]);
  if (correlated.length > 0) {
    matrices[RELATIONS] = rowsOf(feeds["correlated_weight"]);
    vectors[RELATIONS] = rowsOf(feeds["correlated_embedding"])[0]!;
  }
  const edges = [
    ...smallTriples(inverse, kept).map(([h, r, t]) => ({ h, r, t, prior: 0 })),
    ...correlated.map(([h, t, prior]) => ({ h, r: RELATIONS, t, prior })),
  ];
  const logits = edges.map(({ h, r, t, prior }) => {
    const [head, tail] = [h, t].map((entity) => matmul([start[entity]!], matrices[r]!)[0]!) as [
      number[],
      number[],
    ];
    return (
      dot(
        tail,
        head.map((x, k) => Math.tanh(x + vectors[r]![k]!)),
      ) + prior
    );
  });
  const sums = start.map((_, entity) =>
    edges.reduce((sum, { h }, e) => sum + (h === entity ? Math.exp(logits[e]!) : 0), 0),
  );
  const attention = edges.map(({ h, t }, e): Edge => [h, t, Math.exp(logits[e]!) / sums[h]!]);
  const all = layersOver(attention, start, layers);
  return (pooling === "mean0" ? mean(all) : residual(all)).slice(0, ITEMS);
}

/** (14), (15) with the weights α [item, branch]. */
export function itemLevelFusion(
  feeds: Feeds,
  branches: readonly Rows[],
): { items: number[][]; alpha: number[][] } {
  const weight = rowsOf(feeds["fusion_weight"], branches.length);
  const [bias] = rowsOf(feeds["fusion_bias"], branches.length) as [number[]];
  const joined = branches[0]!.map((_, item) => branches.flatMap((branch) => branch[item]!));
  const logits = matmul(joined, weight).map((row) => row.map((x, k) => x + bias[k]!));
  const alpha = softmaxRows(logits, Math.sqrt(DIM));
  const items = alpha.map((weights, item) =>
    weights.reduce((sum, a, k) => sum.map((x, d) => x + a * branches[k]![item]![d]!), zeros(1)[0]!),
  );
  return { items, alpha };
}

/** (19) over the given items, as a mean. */
export function inter(
  z: Rows,
  x: Rows,
  ids: readonly number[],
  temperature: number,
  include = false,
): number {
  const [left, right] = [unitRows(z), unitRows(x)];
  const terms = ids.map((i) => {
    const score = (j: number): number => Math.exp(dot(left[i]!, right[j]!) / temperature);
    const others = ids.filter((j) => include || j !== i).reduce((sum, j) => sum + score(j), 0);
    return -Math.log(score(i) / others);
  });
  return terms.reduce((sum, term) => sum + term, 0) / ids.length;
}

/** (21): log of the mean of exp(-t ‖f_i - f_j‖²), or the mean of t ‖f_i - f_j‖² as printed. */
export function intra(z: Rows, ids: readonly number[], t: number, printed = false): number {
  const f = unitRows(z);
  const distances = ids.flatMap((i) =>
    ids.map((j) => Math.hypot(...f[i]!.map((x, k) => x - f[j]![k]!)) ** 2),
  );
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return printed
    ? average(distances.map((distance) => t * distance))
    : Math.log(average(distances.map((distance) => Math.exp(-t * distance))));
}

/** (23): mean of -ln σ(x̄_u·x_i - x̄_u·x_j). */
export const scores = (users: Rows, items: Rows): number[][] => matmul(users, transpose(items));
