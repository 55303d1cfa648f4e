import type { Declaration } from "../authoring/declaration.js";
import { zeros } from "../authoring/initializers.js";
import { add, divide, gather, maximum, sumNeighbours } from "../authoring/operations.js";
import type { Ids, Tensor } from "../authoring/tensor.js";
import { separated, sideBySide } from "./sideBySide.js";

type FeatureAxis = `${string}_feature`;

/** Features of one modality, of all items or of some. */
export interface ItemFeatures {
  /** Their axis, `<modality>_feature`. */
  readonly axis: FeatureAxis;
  /** [item, axis] */
  all(): Tensor<["item", FeatureAxis]>;
  /** The rows of some items, [row, axis]: cheaper than all where only a batch is needed. */
  rows<Row extends string>(ids: Ids<"item", [Row]>): Tensor<[Row, FeatureAxis]>;
}

/**
 * Features of a modality, items without any standing at the mean of the others.
 *
 * @param trainable true adds a parameter `<modality>_shift` [item, axis] that starts from zeros: the features
 *   themselves are then trained, as toolkits do that keep them in an embedding table (equal but for weight decay,
 *   which pulls towards the given features instead of zero); it costs items · size parameters with their moments
 */
export function itemFeatures(m: Declaration, modality: string, trainable = false): ItemFeatures {
  const given: Tensor<["item", FeatureAxis]> = m.features(modality);
  const axis: FeatureAxis = `${modality}_feature`;
  if (!trainable) return { axis, all: () => given, rows: (ids) => gather(given, ids) };
  const shift = m.parameter(`${modality}_shift`, ["item", axis], zeros());
  return {
    axis,
    all: () => add(given, shift),
    rows: (ids) => add(gather(given, ids), gather(shift, ids)),
  };
}

/** What users receive from the items of their training sets; zero for a user without any. */
export interface UserAggregation {
  /** R x of each table x [item, dim], by one sparse product. */
  sum: Aggregate;
  /** R_d x. */
  mean: Aggregate;
}

type Aggregate = <Dim extends string>(tables: readonly Tensor<["item", Dim]>[]) => Tensor<["user", Dim]>[];

/** R x and R_d x with the binary interactions R [user, item] and R_d its rows divided by the users' degrees. */
export function userAggregation(m: Declaration): UserAggregation {
  const matrix = m.sparse("user_items", "user", "item", { kind: "interactions", weights: "binary" });
  const degree = maximum(m.buffer("user_degree", ["user"], { kind: "degree", weights: "binary" }), 1);
  const received = <Dim extends string>(tables: readonly Tensor<["item", Dim]>[]): Tensor<["user", Dim]> =>
    sumNeighbours(matrix, sideBySide(tables));
  return {
    sum: (tables) => (tables.length === 0 ? [] : separated(received(tables), tables.length)),
    mean: (tables) => (tables.length === 0 ? [] : separated(divide(received(tables), degree), tables.length)),
  };
}
