import type { Declaration } from "../authoring/declaration.js";
import { add, meanOf, multiply, propagate, transposed } from "../authoring/operations.js";
import type { Tensor } from "../authoring/tensor.js";

/** Vectors of all users and items. */
export interface Embeddings<Dim extends string = "dim"> {
  readonly users: Tensor<["user", Dim]>;
  readonly items: Tensor<["item", Dim]>;
}

/** One step over the user-item graph: every node receives the weighted vectors of its neighbours. */
export type Propagation = (from: Embeddings) => Embeddings;

/** Entry (u, i) is 1 / √(d_u d_i): D^{-1/2} A D^{-1/2}, no self-loops (LightGCN, Eq. 3). */
export function symmetricPropagation(m: Declaration): Propagation {
  const adjacency = m.sparse("interactions", "user", "item", { kind: "interactions", weights: "symmetric" });
  return ({ users, items }) => ({
    users: propagate(adjacency, items),
    items: propagate(transposed(adjacency), users),
  });
}

/** Mean over the neighbours: D^{-1} A. */
export function meanPropagation(m: Declaration): Propagation {
  const received = rowMatrices(m, "rowMean");
  return ({ users, items }) => ({
    users: propagate(received.users, items),
    items: propagate(received.items, users),
  });
}

/** Mean over the neighbours and the node itself: D^{-1} (A + I) with the degree of A + I (NGCF's and LATTICE's code). */
export function selfLoopPropagation(m: Declaration): Propagation {
  const received = rowMatrices(m, "rowSelfLoop");
  const own = {
    users: m.buffer("user_self_weight", ["user"], { kind: "degree", weights: "selfLoop" }),
    items: m.buffer("item_self_weight", ["item"], { kind: "degree", weights: "selfLoop" }),
  };
  return ({ users, items }) => ({
    users: add(propagate(received.users, items), multiply(users, own.users)),
    items: add(propagate(received.items, users), multiply(items, own.items)),
  });
}

function rowMatrices(m: Declaration, weights: "rowMean" | "rowSelfLoop") {
  return {
    users: m.sparse("user_items", "user", "item", { kind: "interactions", weights }),
    items: m.sparse("item_users", "item", "user", { kind: "interactions", weights }),
  };
}

/** Layers 0..L of repeated propagation. */
export function propagationLayers(step: Propagation, start: Embeddings, layers: number): Embeddings[] {
  const all = [start];
  for (let layer = 0; layer < layers; layer++) all.push(step(all.at(-1)!));
  return all;
}

/** Mean over layers: LightGCN's readout with weights 1 / (L + 1). */
export function meanOfLayers(layers: readonly Embeddings[]): Embeddings {
  return {
    users: meanOf(layers.map((layer) => layer.users)),
    items: meanOf(layers.map((layer) => layer.items)),
  };
}
