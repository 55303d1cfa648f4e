import {
  divide,
  entryColumns,
  entryRows,
  entryWeights,
  gather,
  greater,
  maximum,
  multiply,
  propagate,
  sqrt,
  sumEntries,
  toFloat,
  type Declaration,
  type RefreshSettings,
  type Sparse,
  type Tensor,
} from "../../src/index.js";

/** Degree groups of graphs of nearest items, whose rows have equally many entries and only the columns differ. */
export const GROUPS = 3;

export type Items = Tensor<["item", "dim"]>;

export interface CorrelationSettings {
  readonly selfLoop: boolean;
  readonly selfLoopEvery: number;
  readonly neighbours: number;
  readonly accumulate: "replace" | "window" | "ema" | "sum" | "unbounded";
  readonly accumulateWindow: number;
  readonly accumulateDecay: number;
  readonly accumulateKeep: number;
}

/** A graph 𝒢 of items, whose entries form an axis of their own. */
export interface ItemGraph {
  readonly matrix: Sparse<"item", "item">;
  /** 𝒢 x. */
  readonly times: (x: Items) => Items;
  /** Its weights, [entry]. */
  readonly weights: () => Tensor<[string]>;
}

/** The correlation graphs of an epoch, all empty before the first is made. */
export interface Correlation {
  /** 𝒢̃ of the newest: cosines, not normalised. */
  readonly cosines: Sparse<"item", "item">;
  /** 𝒢 of the newest. */
  readonly newest: ItemGraph;
  /** Those that join S and the knowledge graph. */
  readonly joined: readonly ItemGraph[];
  /** Says what the graphs are made from: the unified vectors. */
  readonly from: (items: Items) => void;
}

/** x^{-1/2}, 0 where x is not positive. */
export function inverseRoot<Row extends string>(x: Tensor<[Row]>): Tensor<[Row]> {
  return divide(toFloat(greater(x, 0)), sqrt(maximum(x, 1e-12)));
}

/** D^{-1/2} 𝒢̃ D^{-1/2} times `factor`, D the row sums of 𝒢̃ (Eq. 17). */
function normalised(matrix: Sparse<"item", "item">, factor = 1): ItemGraph {
  const scale = inverseRoot(sumEntries(matrix, entryWeights(matrix)));
  const outer = multiply(scale, factor);
  return {
    matrix,
    times: (x) => multiply(propagate(matrix, multiply(x, scale)), outer),
    weights: () =>
      multiply(
        entryWeights(matrix),
        multiply(gather(outer, entryRows(matrix)), gather(scale, entryColumns(matrix))),
      ),
  };
}

/**
 * The item-item graph 𝒢 of the N nearest items by cosine of the unified vectors at the end of an epoch, without gradient
 * (SLIF-MR, Eqs. 16 to 18): made before every T_s-th epoch, empty in the first.
 *
 * A takes the newest graph. What S and the knowledge graph take of older ones is not bounded in print; `accumulate` has
 * the readings. In a window an edge that several graphs have counts once for each.
 */
export function correlationGraphs(m: Declaration, settings: CorrelationSettings): Correlation | undefined {
  if (!settings.selfLoop) return undefined;
  const { accumulate: mode, accumulateWindow: count, selfLoopEvery: every, neighbours: k } = settings;
  const initial = { kind: "empty" };
  const buffers: string[] = [];
  // Where several graphs are made, all are of one moment's vectors: those of a graph already made would be others.
  const kept =
    mode === "replace" ? null : m.buffer("unified_items", ["item", "dim"], { kind: "computed" }, { every });
  const declare = (name: string, call: object, refresh: RefreshSettings): Sparse<"item", "item"> => {
    buffers.push(name);
    const recipe = { kind: "nearest", k, ...call };
    return m.sparse(name, "item", "item", recipe, { initial, ...refresh }, GROUPS);
  };
  const cosines = declare("correlation", { weights: "cosine" }, { every, from: every });
  const newest = normalised(cosines);

  const joined = (): ItemGraph[] => {
    if (mode === "replace") return [newest];
    if (mode === "window") {
      return Array.from({ length: count }, (_, place) => {
        const turn = { every: every * count, from: every * (1 + place) };
        return normalised(declare(`correlation_${place}`, { weights: "cosine" }, turn), 1 / count);
      });
    }
    const { accumulateDecay: decay, accumulateKeep: keep } = settings;
    const call = { weights: "symmetric", accumulate: mode, decay, keep };
    const matrix = declare("accumulated_correlation", call, { every, from: every });
    return [{ matrix, times: (x) => propagate(matrix, x), weights: () => entryWeights(matrix) }];
  };
  return {
    cosines,
    newest,
    joined: joined(),
    from: (items) => {
      if (kept !== null) m.refresh("unified_items", { values: items });
      for (const buffer of buffers) m.refresh(buffer, { vectors: kept ?? items });
    },
  };
}
