import {
  add,
  broadcastLike,
  entryWeights,
  meanOfLayers,
  multiply,
  propagateWith,
  propagationLayers,
  scalar,
  sum,
  sumEntries,
  sumNeighbours,
  transposed,
  type Declaration,
  type Embeddings,
  type Propagation,
  type Sparse,
  type Tensor,
} from "../../src/index.js";
import { inverseRoot, type Correlation } from "./correlation.js";

export interface InteractionSettings {
  readonly layers: number;
  readonly interactionsDropped: number;
  readonly correlationNorm: "joint" | "add" | "count";
}

/** R: every interaction is an entry of weight 1; in training those that Eq. 6 keeps in the epoch. */
function interactionMatrix(m: Declaration, dropped: number): Sparse<"user", "item"> {
  const weights = "binary";
  if (!m.training || dropped === 0) {
    return m.sparse("interactions", "user", "item", { kind: "interactions", weights });
  }
  const recipe = { kind: "prunedInteractions", ratio: dropped, weights };
  return m.sparse("kept_interactions", "user", "item", recipe, "epoch");
}

/** 1 for every row of `like`. */
function ones<Row extends string>(like: Tensor<[Row, "dim"]>): Tensor<[Row]> {
  return broadcastLike(scalar(1), sum(like, "dim") as Tensor<[Row]>);
}

/** 1 for every entry. */
function onePerEntry(matrix: Sparse<"item", "item">): Tensor<[string]> {
  return broadcastLike(scalar(1), entryWeights(matrix));
}

/**
 * One step over A^n = [[0, R], [Rᵀ, 𝒢]] (SLIF-MR, Eqs. 7 and 18). Eq. 7 counts neighbours, the entries of 𝒢 are
 * normalised already; the readings of how both go together are
 *
 * - `joint`: D^{-1/2} A D^{-1/2}, A with ones for R and the cosines for 𝒢, D its row sums
 * - `add`: Eq. 7 for R alone, and 𝒢 x̄ added for the items
 * - `count`: Eq. 7 with every entry of R and 𝒢 counted as one neighbour
 */
function correlatedPropagation(
  interactions: Sparse<"user", "item">,
  correlation: Correlation | undefined,
  norm: InteractionSettings["correlationNorm"],
  like: Embeddings,
): Propagation {
  const block = norm === "add" ? undefined : correlation?.cosines;
  const values =
    block === undefined ? undefined : norm === "joint" ? entryWeights(block) : onePerEntry(block);
  const perUser = sumNeighbours(interactions, ones(like.items));
  const ofUsers = sumNeighbours(transposed(interactions), ones(like.users));
  const perItem = block === undefined ? ofUsers : add(ofUsers, sumEntries(block, values!));
  const userScale = inverseRoot(perUser);
  const itemScale = inverseRoot(perItem);
  return ({ users, items }) => {
    const scaled = { users: multiply(users, userScale), items: multiply(items, itemScale) };
    const fromUsers = sumNeighbours(transposed(interactions), scaled.users);
    const received =
      block === undefined ? fromUsers : add(fromUsers, propagateWith(block, values!, scaled.items));
    const own = multiply(received, itemScale);
    const added =
      norm === "add" && correlation !== undefined ? add(own, correlation.newest.times(items)) : own;
    return { users: multiply(sumNeighbours(interactions, scaled.items), userScale), items: added };
  };
}

/** x̄: layer 0 plus the mean of the layers 1..L (SLIF-MR, Eq. 8). */
export function interactionBranch(
  m: Declaration,
  ego: Embeddings,
  correlation: Correlation | undefined,
  settings: InteractionSettings,
): Embeddings {
  const interactions = interactionMatrix(m, settings.interactionsDropped);
  const step = correlatedPropagation(interactions, correlation, settings.correlationNorm, ego);
  const [first, ...deeper] = propagationLayers(step, ego, settings.layers);
  const mean = meanOfLayers(deeper);
  return { users: add(first!.users, mean.users), items: add(first!.items, mean.items) };
}
