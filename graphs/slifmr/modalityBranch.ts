import {
  add,
  meanOf,
  modalityWeights,
  multiply,
  propagate,
  sumOf,
  type Declaration,
} from "../../src/index.js";
import { GROUPS, type Correlation, type Items } from "./correlation.js";

export interface ModalitySettings {
  readonly modalities: readonly string[];
  readonly layers: number;
  readonly knnK: number;
}

/**
 * x̃: the item ID embeddings over S^n = Σ_m α_m S^m + 𝒢, layer 0 plus the mean of the layers 1..L (SLIF-MR, Eqs. 2 to 5,
 * 9 and 18). S^m is the graph of the K nearest other items by cosine of raw features, normalised; the row and column of
 * an item without features stay empty. S is never made: the weighted results are added up.
 */
export function modalityBranch(
  m: Declaration,
  items: Items,
  correlation: Correlation | undefined,
  { modalities, layers, knnK }: ModalitySettings,
): Items {
  const weights = modalityWeights(m, modalities);
  const graphs = modalities.map((modality) =>
    m.sparse(
      `${modality}_neighbours`,
      "item",
      "item",
      { kind: "knn", modality, k: knnK, includeSelf: false, impute: "zero" },
      "once",
      GROUPS,
    ),
  );
  const step = (x: Items): Items =>
    sumOf([
      ...graphs.map((graph, i): Items => multiply(propagate(graph, x), weights[i]!)),
      ...(correlation?.joined ?? []).map((graph) => graph.times(x)),
    ]);
  const deeper = [step(items)];
  while (deeper.length < layers) deeper.push(step(deeper.at(-1)!));
  return add(items, meanOf(deeper));
}
