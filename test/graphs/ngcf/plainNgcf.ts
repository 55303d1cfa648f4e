import type { Feeds } from "../../evaluator/evaluate.js";
import { plus, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul, multiplied, shifted, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { DIM, ITEMS, pairs, USERS } from "../smallInstance.js";

/** NGCF's equations with whole matrices, users above items; nothing of the compiler is used. */

export type Adjacency = "selfLoop" | "mean" | "symmetric";

export interface PlainSettings {
  readonly form: "code" | "paper";
  readonly adjacency: Adjacency;
  readonly slope: number;
  readonly layers: number;
}

/** 1 where an element of a layer's output is kept, 0 where it is dropped, and the rate of dropping. */
export interface Dropping {
  readonly kept: readonly Rows[];
  readonly rate: number;
}

/** D^-1 (A + I), D^-1 A or D^-1/2 A D^-1/2; D holds the sums of the rows, zero rows stay zero. */
function adjacencyMatrix(adjacency: Adjacency): number[][] {
  const nodes = Array.from({ length: USERS + ITEMS }, (_, node) => node);
  const a = nodes.map((row) =>
    nodes.map((column) => (adjacency === "selfLoop" && row === column ? 1 : 0) as number),
  );
  for (const [user, item] of pairs) a[user]![USERS + item] = a[USERS + item]![user] = 1;
  const degrees = a.map((row) => row.reduce((sum, x) => sum + x, 0));
  const divisor = (row: number, column: number): number =>
    adjacency === "symmetric" ? Math.sqrt(degrees[row]! * degrees[column]!) : degrees[row]!;
  return a.map((row, i) => row.map((x, j) => (x === 0 ? 0 : x / divisor(i, j))));
}

const ego = (feeds: Feeds): number[][] => [
  ...rowsOf(feeds["user_embedding"]),
  ...rowsOf(feeds["item_embedding"]),
];

const leaky = (x: Rows, slope: number): number[][] =>
  x.map((row) => row.map((value) => (value > 0 ? value : slope * value)));

/** Layers 0..L of propagation without weights. */
export function plainLayers(feeds: Feeds, adjacency: Adjacency, layers: number): Rows[] {
  const all: Rows[] = [ego(feeds)];
  const matrix = adjacencyMatrix(adjacency);
  for (let layer = 0; layer < layers; layer++) all.push(matmul(matrix, all.at(-1)!));
  return all;
}

/** z^0 and the outputs of layers 1..L, before they are normalised. */
export function ngcfLayers(feeds: Feeds, settings: PlainSettings, dropping?: Dropping): Rows[] {
  const all: Rows[] = [ego(feeds)];
  const matrix = adjacencyMatrix(settings.adjacency);
  for (let layer = 1; layer <= settings.layers; layer++) {
    const z = all.at(-1)!;
    const s = matmul(matrix, z);
    const rows = (name: string): number[][] => rowsOf(feeds[`ngcf/layer_${layer}/${name}`]);
    const affine = (x: Rows, number: number): number[][] =>
      shifted(matmul(x, rows(`w${number}`)), rows(`b${number}`)[0]!);
    const output =
      settings.form === "code"
        ? plus(leaky(affine(s, 1), settings.slope), leaky(affine(multiplied(z, s), 2), settings.slope))
        : leaky(plus(affine(plus(z, s), 1), affine(multiplied(z, s), 2)), settings.slope);
    all.push(
      dropping === undefined
        ? output
        : times(multiplied(output, dropping.kept[layer - 1]!), 1 / (1 - dropping.rate)),
    );
  }
  return all;
}

const sides = (rows: Rows): Sides => ({ users: rows.slice(0, USERS), items: rows.slice(USERS) });

const normalisedLayers = ([first, ...rest]: readonly Rows[]): Rows[] => [first!, ...rest.map(unitRows)];

/** z^0 and the normalised layers, one after another: 4 d numbers for 3 layers. */
export function concatenated(layers: readonly Rows[]): Sides {
  const parts = normalisedLayers(layers);
  return sides(parts[0]!.map((_, node) => parts.flatMap((part) => part[node]!)));
}

/** The layers that `concatenated` has put one after another, users above items. */
export const separated = ({ users, items }: Sides, layers: number): Rows[] =>
  Array.from({ length: layers + 1 }, (_, layer) =>
    [...users, ...items].map((row) => row.slice(layer * DIM, (layer + 1) * DIM)),
  );

const mean = (parts: readonly Rows[]): Sides => sides(times(parts.reduce(plus), 1 / parts.length));

/** LightGCN's readout. */
export const meanOfLayers = (layers: readonly Rows[]): Sides => mean(layers);

/** LATTICE's readout of NGCF: mean of z^0 and the normalised layers, d numbers. */
export const meanOfNormalised = (layers: readonly Rows[]): Sides => mean(normalisedLayers(layers));
