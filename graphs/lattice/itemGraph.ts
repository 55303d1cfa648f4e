import {
  divide,
  entryDot,
  itemFeatures,
  linear,
  maximum,
  multiply,
  normalise,
  propagate,
  propagateWith,
  slice,
  softmax,
  sqrt,
  sum,
  sumEntries,
  sumOf,
  zeros,
  type Declaration,
  type Scalar,
  type Sparse,
  type Tensor,
} from "../../src/index.js";

export interface ItemGraphSettings {
  readonly modalities: readonly string[];
  readonly featureDim: number;
  readonly knnK: number;
  readonly originalShare: number;
  readonly featuresTrainable: boolean;
}

export type Items = Tensor<["item", "dim"]>;

/** One step over the item graph: G x. */
export type ItemStep = (x: Items) => Items;

export interface ItemGraph {
  /** G of the present parameters, with gradient. */
  readonly learning: ItemStep;
  /** G of the parameters at the epoch's start, without. */
  readonly kept: ItemStep;
  /** The buffers that the epoch begins with, in the order in which they are made. */
  readonly refreshed: readonly string[];
}

/** The graph of a modality that is learned. */
interface LearnedGraph {
  /** The k nearest by cosine of the projected features at the epoch's start, which are its stored weights. */
  readonly nearest: Sparse<"item", "item">;
  /** Cosines of the present projected features, [entry]. */
  readonly cosines: Tensor<[string]>;
  readonly buffer: string;
}

/** Row sums are at least the cosine of an item with itself, unless its projected features vanish. */
const LEAST_SUM = 1e-12;

/**
 * LATTICE's item graph (Eqs. 1 to 9): G = λ Σ_m α_m G0^m + (1 - λ) symN(Σ_m α_m S^m), α the softmax of a weight per
 * modality, G0^m the symmetrically normalised k-NN graph of the raw features, S^m the cosines of the k nearest by
 * projected features, symN with row sums on both sides.
 *
 * Which items are nearest is found anew at the start of every epoch, as no gradient flows through it.
 */
export function itemGraph(m: Declaration, h: ItemGraphSettings): ItemGraph {
  m.axis("modality", h.modalities.length);
  const weights = softmax(m.parameter("modality_logits", ["modality"], zeros()), "modality");
  const keptWeights = m.buffer("modality_weights", ["modality"], { kind: "computed" }, "epoch");
  m.refresh("modality_weights", { values: weights });

  const original = h.originalShare > 0 ? originalGraphs(m, h) : [];
  const learned = h.originalShare < 1 ? learnedGraphs(m, h) : [];
  const step = (alpha: readonly Scalar[], overLearned: ItemStep): ItemStep => {
    return (x) => {
      const parts: Items[] = [];
      if (original.length > 0) {
        const all = sumOf(original.map((graph, i) => multiply(propagate(graph, x), alpha[i]!)));
        parts.push(multiply(all, h.originalShare));
      }
      if (learned.length > 0) parts.push(multiply(overLearned(x), 1 - h.originalShare));
      return sumOf(parts);
    };
  };
  const present = parted(weights, h.modalities.length);
  const before = parted(keptWeights, h.modalities.length);
  if (learned.length === 0) {
    const none: ItemStep = (x) => x;
    return { learning: step(present, none), kept: step(before, none), refreshed: ["modality_weights"] };
  }

  const scale = inverseRoot(
    sumOf(learned.map(({ nearest, cosines }, i) => multiply(sumEntries(nearest, cosines), present[i]!))),
  );
  const keptScale = m.buffer("learned_scale", ["item"], { kind: "computed" }, "epoch");
  m.refresh("learned_scale", { values: scale });
  return {
    learning: step(present, (x) => {
      const scaled: Items = multiply(x, scale);
      const received = learned.map(({ nearest, cosines }, i) =>
        multiply(propagateWith(nearest, cosines, scaled), present[i]!),
      );
      return multiply(sumOf(received), scale);
    }),
    kept: step(before, (x) => {
      const scaled: Items = multiply(x, keptScale);
      const received = learned.map(({ nearest }, i) => multiply(propagate(nearest, scaled), before[i]!));
      return multiply(sumOf(received), keptScale);
    }),
    refreshed: [...learned.map(({ buffer }) => buffer), "modality_weights", "learned_scale"],
  };
}

function originalGraphs(m: Declaration, h: ItemGraphSettings): Sparse<"item", "item">[] {
  const settings = { kind: "knn", k: h.knnK, includeSelf: true, impute: "mean" };
  return h.modalities.map((modality) =>
    m.sparse(`${modality}_neighbours`, "item", "item", { ...settings, modality }),
  );
}

function learnedGraphs(m: Declaration, h: ItemGraphSettings): LearnedGraph[] {
  m.axis("projected", h.featureDim);
  return h.modalities.map((modality) => {
    const features = itemFeatures(m, modality, h.featuresTrainable);
    const projected = linear(m, `${modality}_projection`, features.axis, "projected")(features.all());
    const buffer = `${modality}_nearest`;
    const recipe = { kind: "nearest", k: h.knnK, includeSelf: true, weights: "cosine" };
    const refresh = { initial: { kind: "empty" }, atEvaluation: true };
    const nearest = m.sparse(buffer, "item", "item", recipe, refresh);
    m.refresh(buffer, { vectors: projected });
    const unit = normalise(projected, "projected");
    return { nearest, cosines: entryDot(nearest, unit, unit), buffer };
  });
}

/** The elements of a vector over modalities, one by one. */
function parted(vector: Tensor<["modality"]>, count: number): Scalar[] {
  return Array.from({ length: count }, (_, i) => sum(slice(vector, "modality", i, 1, "chosen"), "chosen"));
}

function inverseRoot(x: Tensor<["item"]>): Tensor<["item"]> {
  const inverse: Tensor<["item"]> = divide(1, sqrt(maximum(x, LEAST_SUM)));
  return inverse;
}
