import type { DenseFeed, Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul, transpose, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { DIM } from "../smallInstance.js";

/** KDiffE's equations as loops over rows; nothing of the compiler is used. */

export const flipped = (graph: SparseValue): SparseValue => ({
  ...{ kind: "sparse", rows: graph.columns, columns: graph.rows },
  entries: graph.entries.map(({ row, column, weight }) => ({ row: column, column: row, weight })),
});

/** (1) and (2): Σ a(e, r, j) z_e, link by link. */
export function attended(feeds: Feeds, view: "link" | "generated", heads: Rows, entities: Rows): Rows {
  const graph = feeds[view === "link" ? "links" : "generated_links"] as SparseValue;
  const mask = feeds[`${view}_relations`] as DenseFeed;
  const count = mask.dims[1]!;
  const relations = rowsOf(feeds["relation_embedding"]);
  // W [d, 2d] is held transposed: row k belongs to the k-th element of [z_e ‖ z_j].
  const weight = rowsOf(feeds["attention/weight"]);
  const logits = graph.entries.map(({ row, column }, link) => {
    const relation = rowsOf(mask, count)[link]!.indexOf(1);
    const both = [...entities[column]!, ...heads[row]!];
    const projected = weight[0]!.map((_, out) => both.reduce((sum, x, k) => sum + x * weight[k]![out]!, 0));
    const product = projected.reduce((sum, x, k) => sum + x * relations[relation]![k]!, 0);
    return product > 0 ? product : 0.2 * product;
  });
  return heads.map((_, head) => {
    const own = graph.entries.flatMap(({ row }, link) => (row === head ? [link] : []));
    const total = own.reduce((sum, link) => sum + Math.exp(logits[link]!), 0);
    return Array.from({ length: DIM }, (__, k) =>
      own.reduce(
        (sum, link) => sum + (Math.exp(logits[link]!) / total) * entities[graph.entries[link]!.column]![k]!,
        0,
      ),
    );
  });
}

export interface PlainSettings {
  readonly layers: number;
  readonly readout: "sum" | "mean" | "last";
  readonly selfLoops: boolean;
  readonly kgResidual: number;
}

/** Final vectors of the main or the generated view, without dropout. */
export function view(feeds: Feeds, name: "link" | "generated", settings: PlainSettings): Sides {
  const ego = rowsOf(feeds["item_embedding"]);
  const message = plus(ego, attended(feeds, name, ego, rowsOf(feeds["entity_embedding"])));
  const enhanced = plus(unitRows(message), times(ego, settings.kgResidual));
  return propagated(feeds, { users: rowsOf(feeds["user_embedding"]), items: enhanced }, settings);
}

/** (3) and (6) with the readout. */
export function propagated(feeds: Feeds, start: Sides, { layers, readout, selfLoops }: PlainSettings): Sides {
  if (layers === 0) return start;
  const graph = feeds["attention_adjacency"] as SparseValue;
  const loops = (name: string, x: Rows): Rows => {
    if (!selfLoops) return times(x, 0);
    const shares = rowsOf(feeds[name], 1);
    return x.map((row, id) => row.map((value) => value * shares[id]![0]!));
  };
  const all = [start];
  for (let layer = 0; layer < layers; layer++) {
    const { users, items } = all.at(-1)!;
    all.push({
      users: plus(propagate(graph, items), loops("user_loops", users)),
      items: plus(propagate(flipped(graph), users), loops("item_loops", items)),
    });
  }
  if (readout === "last") return all.at(-1)!;
  const factor = readout === "mean" ? 1 / (layers + 1) : 1;
  const total = (side: keyof Sides): Rows => times(all.map((layer) => layer[side]).reduce(plus), factor);
  return { users: total("users"), items: total("items") };
}

/** What the denoiser makes of rows x at step t, 1-based, without dropout; `beside` are the rows' guiding vectors. */
export function denoised(feeds: Feeds, x: Rows, t: number, beside: Rows | null): Rows {
  const hidden = (feeds["denoiser/input/bias"] as DenseFeed).data.length;
  const phi = [Math.cos, Math.sin].flatMap((wave) => [0, 1, 2, 3, 4].map((k) => wave(t * 10000 ** (-k / 5))));
  const time = plus(
    matmul([phi], rowsOf(feeds["denoiser/time/weight"], 10)),
    rowsOf(feeds["denoiser/time/bias"], 10),
  );
  const input = x.map((row, i) => [...row, ...time[0]!, ...(beside?.[i] ?? [])]);
  const layer = (rows: Rows, name: string, size: number): Rows => {
    const bias = rowsOf(feeds[`denoiser/${name}/bias`], size)[0]!;
    return matmul(rows, rowsOf(feeds[`denoiser/${name}/weight`], size)).map((row) =>
      row.map((value, k) => value + bias[k]!),
    );
  };
  const activations = layer(input, "input", hidden).map((row) => row.map(Math.tanh));
  return layer(activations, "output", x[0]!.length);
}

/** z̃ of rows: mean of their users' embeddings, zero without users. */
export function guides(
  pairs: readonly (readonly [number, number])[],
  users: Rows,
  rows: readonly number[],
): Rows {
  return rows.map((item) => {
    const own = pairs.filter(([, other]) => other === item).map(([user]) => users[user]!);
    return transpose(users).map((_, k) =>
      own.length === 0 ? 0 : own.reduce((sum, row) => sum + row[k]!, 0) / own.length,
    );
  });
}

/** Mean of the squares of differences, by row. */
export const meanSquares = (a: Rows, b: Rows): number[] =>
  a.map((row, i) => row.reduce((sum, x, k) => sum + (x - b[i]![k]!) ** 2, 0) / row.length);
