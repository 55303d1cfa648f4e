import {
  add,
  and,
  axisSize,
  broadcastLike,
  divide,
  dot,
  equal,
  exp,
  gather,
  greater,
  log,
  logSumExp,
  matmul,
  multiply,
  normalise,
  not,
  positions,
  rename,
  square,
  stack,
  stopGradient,
  subtract,
  sum,
  sumAll,
  toFloat,
  transpose,
  where,
  type Declaration,
  type Scalar,
  type Tensor,
} from "../../src/index.js";
import type { Items } from "./correlation.js";

export interface ConsistencySettings {
  readonly temperature: number;
  readonly infoNceDenominator: "exclude" | "include";
  readonly uniformityScale: number;
  readonly intraLoss: "uniformity" | "printed";
  readonly contrastScope: "batch" | "sample" | "all";
}

/** Vectors of the items that are compared with one another. */
type Vectors = Tensor<["compared", "dim"]>;
type Products = Tensor<["compared", "other"]>;

interface Compared {
  readonly rows: (x: Items) => Vectors;
  /** As numbers, exact up to 2^24. */
  readonly ids: Tensor<["compared"]>;
  /** They add up to 1; 0 for padding. */
  readonly weights: Tensor<["compared"]>;
}

/** Cosines over τ stay within ±1/τ; up to here their exponentials neither overflow nor vanish in single precision. */
const SAFE_EXPONENT = 60;

/** Stands for what the denominator leaves out. */
const LEFT_OUT = -1e9;

/** Losses of one branch against the unified vectors (`inter`), and of one branch with itself (`intra`). */
export interface Consistency {
  inter(branch: Items): Scalar;
  intra(branch: Items): Scalar;
}

/** The items of `contrastScope`. */
function comparedItems(
  m: Declaration,
  unified: Items,
  scope: ConsistencySettings["contrastScope"],
): Compared {
  if (scope === "all") {
    const numbers: Tensor<["item"]> = positions(unified, "item");
    const ids = rename(numbers, "item", "compared");
    const weights = broadcastLike(divide(1, axisSize(unified, "item")), ids);
    return { rows: (x) => rename(x, "item", "compared"), ids, weights };
  }
  if (scope === "batch") {
    const { ids, weights } = m.distinctPositives();
    return {
      rows: (x) => rename(gather(x, ids), "distinct", "compared"),
      ids: rename(toFloat(ids), "distinct", "compared"),
      weights: rename(weights, "distinct", "compared"),
    };
  }
  const negatives = m.negatives();
  const ids = rename(toFloat(negatives), "batch", "compared");
  const weights = broadcastLike(divide(1, axisSize(ids, "compared")), ids);
  return { rows: (x) => rename(gather(x, negatives), "batch", "compared"), ids, weights };
}

/** Log of the denominators of Eq. 19, and 1 where there is one: an item alone in its batch has none, and no loss. */
function logDenominator(
  logits: Products,
  mask: Tensor<["compared", "other"], "bool">,
  temperature: number,
): { readonly total: Tensor<["compared"]>; readonly exists: Tensor<["compared"]> } {
  if (1 / temperature > SAFE_EXPONENT) {
    const total = logSumExp(where(mask, logits, LEFT_OUT), "other");
    return { total, exists: toFloat(greater(total, LEFT_OUT / 2)) };
  }
  const sums: Tensor<["compared"]> = sum(multiply(exp(logits), toFloat(mask)), "other");
  const exists: Tensor<["compared"]> = toFloat(greater(sums, 0));
  return { total: log(add(sums, subtract(1, exists))), exists };
}

/** Consistency over the items of `contrastScope`, as means where the paper has sums over all items. */
export function consistency(m: Declaration, unified: Items, settings: ConsistencySettings): Consistency {
  const { rows, ids, weights } = comparedItems(m, unified, settings.contrastScope);
  const { temperature, infoNceDenominator, uniformityScale: t, intraLoss } = settings;
  const otherIds = rename(ids, "compared", "other");
  const otherWeights = rename(weights, "compared", "other");
  const unit = (x: Items): Vectors => normalise(rows(x), "dim");
  const products = (left: Vectors, right: Vectors): Products =>
    matmul(left, transpose(rename(right, "compared", "other")));

  /** True where the denominator of Eq. 19 has the other item. */
  const counted = (like: Products): Tensor<["compared", "other"], "bool"> => {
    const isThere = greater(broadcastLike(otherWeights, like), 0);
    if (infoNceDenominator === "include") return isThere;
    return and(isThere, not(equal(broadcastLike(ids, like), otherIds)));
  };

  const target = stopGradient(unit(unified));
  return {
    // (19): -log [ exp(s_ii / τ) / Σ_{j≠i} exp(s_ij / τ) ]; only the branch is moved
    inter: (branch) => {
      const anchors = multiply(unit(branch), 1 / temperature);
      const logits = products(anchors, target);
      const mask = counted(logits);
      const { total, exists } = logDenominator(logits, mask, temperature);
      return sumAll(multiply(subtract(total, dot(anchors, target)), multiply(weights, exists)));
    },
    // (21): log of the mean of exp(-t ‖f_i - f_j‖²), or as printed the mean of t ‖f_i - f_j‖² = t (2 - 2 ‖mean f‖²)
    intra: (branch) => {
      const vectors = unit(branch);
      if (intraLoss === "printed") {
        const centre = sum(multiply(vectors, weights), "compared");
        return multiply(t, subtract(2, multiply(2, sumAll(square(centre)))));
      }
      const kernel = exp(products(multiply(vectors, 2 * t), vectors));
      const sums = matmul(kernel, transpose(stack("one", [otherWeights])));
      return subtract(log(sumAll(multiply(sum(sums, "one"), weights))), 2 * t);
    },
  };
}
