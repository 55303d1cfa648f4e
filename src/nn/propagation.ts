import type { Declaration } from "../authoring/declaration.js";
import { xavierUniform } from "../authoring/initializers.js";
import {
  add,
  broadcastLike,
  divide,
  maximum,
  meanOf,
  multiply,
  propagate,
  scalar,
  sqrt,
  sum,
  sumNeighbours,
  transposed,
} from "../authoring/operations.js";
import type { Sparse, Tensor } from "../authoring/tensor.js";
import { separated, sideBySide } from "./sideBySide.js";

/** Vectors of all users and items. */
export interface Embeddings<Dim extends string = "dim"> {
  readonly users: Tensor<["user", Dim]>;
  readonly items: Tensor<["item", Dim]>;
}

/** Trainable ID embeddings X_U and X_I [·, dim], Xavier uniform; axis `dim` must be declared. */
export function idEmbeddings(m: Declaration): Embeddings {
  return {
    users: m.parameter("user_embedding", ["user", "dim"], xavierUniform()),
    items: m.parameter("item_embedding", ["item", "dim"], xavierUniform()),
  };
}

/** One step over the user-item graph: every node receives the weighted vectors of its neighbours. */
export type Propagation = (from: Embeddings) => Embeddings;

/** Entry (u, i) is 1 / √(d_u d_i): D^{-1/2} A D^{-1/2}, no self-loops (LightGCN, Eq. 3). */
export function symmetricPropagation(m: Declaration): Propagation {
  return scaledPropagation(interactions(m), degreeBuffers(m, "inverseRoot"));
}

/** The same over the entries of a matrix [user, item], d counting them; its weights do not matter. */
export function symmetricPropagationOver(adjacency: Sparse<"user", "item">): Propagation {
  return ({ users, items }) => {
    const scales = {
      users: inverseRootDegrees(adjacency, items),
      items: inverseRootDegrees(transposed(adjacency), users),
    };
    return scaledPropagation(adjacency, scales)({ users, items });
  };
}

/** Mean over the neighbours: D^{-1} A; zero for a node without any. */
export function meanPropagation(m: Declaration): Propagation {
  const receive = neighbourSums(interactions(m));
  const degrees = degreeBuffers(m, "binary");
  return (from) => {
    const received = receive(from);
    return {
      users: divide(received.users, maximum(degrees.users, 1)),
      items: divide(received.items, maximum(degrees.items, 1)),
    };
  };
}

/** Mean over the neighbours and the node itself: D^{-1} (A + I) with the degree of A + I (NGCF's and LATTICE's code). */
export function selfLoopPropagation(m: Declaration): Propagation {
  const receive = neighbourSums(interactions(m));
  const share = degreeBuffers(m, "selfLoop");
  return (from) => {
    const received = receive(from);
    return {
      users: multiply(add(received.users, from.users), share.users),
      items: multiply(add(received.items, from.items), share.items),
    };
  };
}

function interactions(m: Declaration): Sparse<"user", "item"> {
  return m.sparse("interactions", "user", "item", { kind: "interactions", weights: "binary" });
}

/** Sums over the neighbours. */
function neighbourSums(adjacency: Sparse<"user", "item">): Propagation {
  return ({ users, items }) => ({
    users: sumNeighbours(adjacency, items),
    items: sumNeighbours(transposed(adjacency), users),
  });
}

/** A number per user and one per item. */
interface Degrees {
  readonly users: Tensor<["user"]>;
  readonly items: Tensor<["item"]>;
}

/** S A S with the numbers of S: weights that are products need no product per entry. */
function scaledPropagation(adjacency: Sparse<"user", "item">, scales: Degrees): Propagation {
  const receive = neighbourSums(adjacency);
  return ({ users, items }) => {
    const received = receive({
      users: multiply(users, scales.users),
      items: multiply(items, scales.items),
    });
    return {
      users: multiply(received.users, scales.users),
      items: multiply(received.items, scales.items),
    };
  };
}

/** 1 / √d of every row, d its entries; 1 for a row without any. @param of something of every column */
function inverseRootDegrees<Row extends string, Column extends string, Dim extends string>(
  adjacency: Sparse<Row, Column>,
  of: Tensor<[Column, Dim]>,
): Tensor<[Row]> {
  const ofColumn = sum(of, of.type.axes[1]!.name as Dim) as unknown as Tensor<[Column]>;
  const ones = broadcastLike(scalar(1), ofColumn);
  return divide(1, sqrt(maximum(sumNeighbours(adjacency, ones), 1)));
}

/** One step over a matrix [user, item], which serves both directions. */
export function propagationOver(adjacency: Sparse<"user", "item">): Propagation {
  return ({ users, items }) => ({
    users: propagate(adjacency, items),
    items: propagate(transposed(adjacency), users),
  });
}

/** Of the training interactions: degrees d (`binary`), 1 / (d + 1) (`selfLoop`) or 1 / √d (`inverseRoot`). */
function degreeBuffers(m: Declaration, weights: "binary" | "selfLoop" | "inverseRoot"): Degrees {
  const name = weights === "inverseRoot" ? "scale" : "degree";
  return {
    users: m.buffer(`user_${name}`, ["user"], { kind: "degree", weights }),
    items: m.buffer(`item_${name}`, ["item"], { kind: "degree", weights }),
  };
}

/** Layers 0..L of repeated propagation. */
export function propagationLayers(step: Propagation, start: Embeddings, layers: number): Embeddings[] {
  const all = [start];
  for (let layer = 0; layer < layers; layer++) all.push(step(all.at(-1)!));
  return all;
}

/**
 * Layers 0..L_t of several tables t with the same vectors' size, as `propagationLayers` of each: their columns stand side
 * by side, so that one sparse product per layer and direction serves all tables that have layers left.
 *
 * @param layers L_t, one per table
 */
export function jointPropagationLayers(
  step: Propagation,
  starts: readonly Embeddings[],
  layers: readonly number[],
): Embeddings[][] {
  const all = starts.map((start) => [start]);
  let going: readonly number[] = [];
  let joined: Embeddings | undefined;
  for (let layer = 0; layer < Math.max(0, ...layers); layer++) {
    const next = starts.map((_, t) => t).filter((t) => layers[t]! > layer);
    if (joined === undefined || next.length < going.length) {
      const last = next.map((t) => all[t]!.at(-1)!);
      joined = {
        users: sideBySide(last.map(({ users }) => users)),
        items: sideBySide(last.map(({ items }) => items)),
      };
    }
    going = next;
    joined = step(joined);
    const users = separated(joined.users, going.length);
    const items = separated(joined.items, going.length);
    going.forEach((t, i) => all[t]!.push({ users: users[i]!, items: items[i]! }));
  }
  return all;
}

/** Mean over layers: LightGCN's readout with weights 1 / (L + 1). */
export function meanOfLayers(layers: readonly Embeddings[]): Embeddings {
  return {
    users: meanOf(layers.map((layer) => layer.users)),
    items: meanOf(layers.map((layer) => layer.items)),
  };
}
