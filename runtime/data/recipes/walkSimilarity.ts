import type { Dataset } from "../dataset.js";
import { hostTensor } from "../hostTensor.js";
import { walkSimilarities, type WalkSettings } from "../randomWalks.js";
import { requireDense, requireSparse, type Recipe, type RecipeContext } from "../recipe.js";
import { columnDegrees, entryRows, rowDegrees, type SparsePattern } from "../sparseMatrix.js";

/** Arguments of both recipes. */
export const walkArguments = [
  ...["walk", "length", "walks", "restart", "includeStart"],
  ...["share", "selfLoops", "renormalise"],
] as const;

const computed = new WeakMap<Dataset, Map<string, Float32Array>>();

function pattern({ users, items, train }: Dataset): SparsePattern {
  return { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
}

/** S of every training interaction, computed once per dataset and settings, its statistics noted then. */
function similarities(context: RecipeContext): Float32Array {
  const { arguments: given, dataset } = context;
  const settings: WalkSettings = {
    walk: given.choice("walk", ["rwr", "backtrack"]),
    length: given.count("length"),
    walks: given.count("walks"),
    restart: given.ratio("restart"),
    includeStart: given.flag("includeStart"),
    seed: context.seed,
  };
  const ofDataset = computed.get(dataset) ?? new Map<string, Float32Array>();
  computed.set(dataset, ofDataset);
  const key = JSON.stringify(settings);
  const known = ofDataset.get(key);
  if (known !== undefined) return known;
  const values = walkSimilarities(pattern(dataset), settings);
  ofDataset.set(key, values);
  context.note({ kind: "walkSimilarity", count: values.length, message: statistics(values) });
  return values;
}

/** Mean and quantiles, to compare with kdiffe.md, section 2. */
function statistics(values: Float32Array): string {
  const sorted = values.slice().sort();
  const at = (share: number): string => sorted[Math.round(share * (sorted.length - 1))]!.toFixed(3);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return (
    `similarity of the visits of random walks over ${values.length} interactions: mean ${mean.toFixed(3)}, ` +
    `5% ${at(0.05)}, median ${at(0.5)}, 95% ${at(0.95)}, largest ${at(1)}`
  );
}

interface Weights {
  /** 1 + ξS of every interaction. */
  readonly attention: Float64Array;
  readonly users: Float64Array;
  readonly items: Float64Array;
}

/** Weights before normalisation, and the degrees that normalise them. */
function weights(context: RecipeContext): Weights {
  const { arguments: given, dataset } = context;
  const share = given.within("share", 0, Number.MAX_VALUE);
  const matrix = pattern(dataset);
  const s = share === 0 ? null : similarities(context);
  const attention = Float64Array.from(matrix.columnIds, (_, entry) => 1 + share * (s?.[entry] ?? 0));
  const loop = given.flag("selfLoops") ? 1 : 0;
  if (!given.flag("renormalise")) {
    const shifted = (degrees: Int32Array): Float64Array => Float64Array.from(degrees, (d) => d + loop);
    return { attention, users: shifted(rowDegrees(matrix)), items: shifted(columnDegrees(matrix)) };
  }
  const users = new Float64Array(matrix.rows).fill(loop);
  const items = new Float64Array(matrix.columns).fill(loop);
  entryRows(matrix).forEach((user, entry) => {
    users[user]! += attention[entry]!;
    items[matrix.columnIds[entry]!]! += attention[entry]!;
  });
  return { attention, users, items };
}

/**
 * The attention-aware adjacency D_u^-1/2 (A + ξS) D_v^-1/2 on the training interactions (KDiffE, Eq. 4), [user, item]: S is
 * the Jaccard similarity of the nodes that random walks from both ends visit (runtime/data/randomWalks.ts), `share` ξ.
 *
 * D are the degrees of A (printed), with `selfLoops` of A + I; with `renormalise` the row and column sums of A + ξS (+ I).
 * The diagonal that self-loops add is `walkSelfLoops`.
 */
export const walkSimilarity: Recipe = (context) => {
  requireSparse(context, ["user", "item"]);
  const { attention, users, items } = weights(context);
  const matrix = pattern(context.dataset);
  const userIds = entryRows(matrix);
  const values = Float32Array.from(
    attention,
    (weight, entry) => weight / Math.sqrt(users[userIds[entry]!]! * items[matrix.columnIds[entry]!]!),
  );
  return { kind: "sparse", matrix: { ...matrix, values } };
};

/** 1 / D of every user or item, float32 [user] or [item], with the arguments of `walkSimilarity`; 0 where D is 0. */
export const walkSelfLoops: Recipe = (context) => {
  const [axis] = requireDense(context, "float32", ["user", "item"]);
  const { users, items } = weights(context);
  const degrees = axis === "user" ? users : items;
  const diagonal = Float32Array.from(degrees, (degree) => (degree === 0 ? 0 : 1 / degree));
  return { kind: "dense", tensor: hostTensor("float32", [diagonal.length], diagonal) };
};
