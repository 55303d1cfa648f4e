import type { DenseFeed, Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { ITEMS } from "../smallInstance.js";
import { attended, flipped, propagated } from "./plainKdiffe.js";

/** The released variant as loops over rows; nothing of the compiler is used. */

const scaled = (x: Rows, by: Rows): Rows => x.map((row, id) => row.map((value) => value * by[id]![0]!));

/** Ã x with its diagonal. */
export function step(feeds: Feeds, { users, items }: Sides): Sides {
  const graph = feeds["attention_adjacency"] as SparseValue;
  return {
    users: plus(propagate(graph, items), scaled(users, rowsOf(feeds["user_loops"], 1))),
    items: plus(propagate(flipped(graph), users), scaled(items, rowsOf(feeds["item_loops"], 1))),
  };
}

/** B^m x, each direction with entries of its own. */
export function generatedStep(feeds: Feeds, modality: string, { users, items }: Sides): Sides {
  const [toUsers, toItems] = ["to_users", "to_items"].map(
    (name) => feeds[`${modality}_${name}`] as SparseValue,
  );
  return {
    users: plus(propagate(toUsers!, items), scaled(users, rowsOf(feeds[`${modality}_user_loops`], 1))),
    items: plus(propagate(toItems!, users), scaled(items, rowsOf(feeds[`${modality}_item_loops`], 1))),
  };
}

/** f^m: F W + b. */
export function features(feeds: Feeds, modality: string, transform: "linear" | "matrix" = "linear"): Rows {
  const given = feeds[`${modality}_features`] as DenseFeed;
  const product = matmul(rowsOf(given, given.dims[1]), rowsOf(feeds[`${modality}_transform/weight`]));
  if (transform === "matrix") return product.map((row) => row.map((x) => (x > 0 ? x : 0.2 * x)));
  const bias = rowsOf(feeds[`${modality}_transform/bias`])[0]!;
  return product.map((row) => row.map((x, k) => x + bias[k]!));
}

export const ego = (feeds: Feeds): Sides => ({
  users: rowsOf(feeds["user_embedding"]),
  items: rowsOf(feeds["item_embedding"]),
});

const layered = (feeds: Feeds, start: Sides): Sides =>
  propagated(feeds, start, { layers: 1, readout: "sum", selfLoops: true, kgResidual: 0 });

const added = (...parts: readonly Sides[]): Sides => ({
  users: parts.map(({ users }) => users).reduce(plus),
  items: parts.map(({ items }) => items).reduce(plus),
});

const weighed = ({ users, items }: Sides, by: number): Sides => ({
  users: times(users, by),
  items: times(items, by),
});

/** DiffMM's final vectors. */
export function modalTower(
  feeds: Feeds,
  modalities: readonly string[],
  transform?: "linear" | "matrix",
): Sides {
  const { users, items } = ego(feeds);
  const logits = rowsOf(feeds["modality_logits"], modalities.length)[0]!.map(Math.exp);
  const total = logits.reduce((sum, x) => sum + x, 0);
  const parts = modalities.map((modality, i) => {
    const first = step(feeds, { users, items: unitRows(features(feeds, modality, transform)) });
    const second = step(feeds, { users: first.users, items });
    const third = weighed(generatedStep(feeds, modality, { users, items }), 0.2);
    return weighed(added(first, second, third), logits[i]! / total);
  });
  const fused = added(...parts);
  const residual = { users: unitRows(fused.users), items: unitRows(fused.items) };
  return added(layered(feeds, fused), weighed(residual, 0.5));
}

/** The view of a modality's generated graph. */
export function modalView(feeds: Feeds, modality: string): Sides {
  const start = { users: ego(feeds).users, items: unitRows(features(feeds, modality)) };
  return layered(feeds, generatedStep(feeds, modality, start));
}

/** DiffKG's final vectors on one of the two knowledge graphs. */
export function knowledgeTower(feeds: Feeds, name: "link" | "generated"): Sides {
  const entities = rowsOf(feeds["entity_embedding"]);
  const hop = unitRows(plus(entities, attended(feeds, name, entities, entities)));
  const items = plus(times(entities, 0.5), hop).slice(0, ITEMS);
  return layered(feeds, { users: rowsOf(feeds["user_embedding"]), items });
}

/** What a denoiser makes of a row at step t - 1 = `index`, without dropout. */
export function denoised(feeds: Feeds, name: string, row: readonly number[], index: number): number[] {
  const bias = (part: string): readonly number[] =>
    Array.from((feeds[`${name}/${part}/bias`] as DenseFeed).data, Number);
  const through = (x: readonly number[], part: string): number[] => {
    const b = bias(part);
    const weight = rowsOf(feeds[`${name}/${part}/weight`], b.length);
    return b.map((start, out) => x.reduce((sum, value, k) => sum + value * weight[k]![out]!, start));
  };
  const waves = [Math.cos, Math.sin].flatMap((wave) =>
    [0, 1, 2, 3, 4].map((k) => wave(index * 10000 ** (-k / 5))),
  );
  return through(through([...row, ...through(waves, "time")], "input").map(Math.tanh), "output");
}
