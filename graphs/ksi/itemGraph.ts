import {
  add,
  entryColumns,
  entryRows,
  gather,
  leakyRelu,
  matmul,
  meanOf,
  normalise,
  overNearestItems,
  propagate,
  propagateWith,
  relu,
  rename,
  scope,
  softmaxEntries,
  sum,
  sumOf,
  multiply,
  xavierUniform,
  type Declaration,
  type Scalar,
  type Tensor,
  type TowerFeatures,
} from "../../src/index.js";

export interface ItemGraphSettings {
  readonly itemConv: "rgnn" | "gcn" | "lightgcn" | "gat";
  readonly itemLayers: number;
  readonly knnK: number;
  readonly knnIncludeSelf: boolean;
  readonly impute: "mean" | "neighbours" | "zero";
}

type Items = Tensor<["item", "dim"]>;

/** States of a modality's item graph: layers 0..L and the one that is fused. */
export interface ItemStates {
  /** H^{m,(0)} … H^{m,(L)}, [item, dim] each. */
  readonly layers: readonly Items[];
  /** H^{m,(L)}; the mean over layers for `lightgcn`. */
  readonly output: Items;
}

/**
 * Propagates the item ID embeddings over the frozen k-NN graph of a modality (KSI, Eqs. 1 to 4 and 9): the graph is
 * D^{-1/2} Ŝ D^{-1/2} of the k largest clipped cosines per row.
 *
 * `gcn` is ReLU(𝒢 H W), `gat` one-head attention on the k-NN edges with LeakyReLU 0.2 (Fig. 2(a)).
 */
export function itemStates(
  m: Declaration,
  modality: string,
  start: Items,
  settings: ItemGraphSettings,
): ItemStates {
  if (settings.itemLayers === 0) return { layers: [start], output: start };
  const graph = m.sparse(`${modality}_neighbours`, "item", "item", {
    kind: "knn",
    modality,
    k: settings.knnK,
    includeSelf: settings.knnIncludeSelf,
    impute: settings.impute,
  });
  const weight = (layer: number): Tensor<["dim", "out"]> => {
    m.axis("out", m.size("dim") as number);
    return m.parameter(`${modality}_conv/layer_${layer}/weight`, ["dim", "out"], xavierUniform());
  };
  const transform = (x: Items, layer: number): Items => rename(matmul(x, weight(layer)), "out", "dim");

  const gat = (x: Items, layer: number): Items => {
    const z = transform(x, layer);
    const logit = (side: string): Tensor<["item"]> => {
      const vector = m.parameter(
        `${modality}_conv/layer_${layer}/${side}_attention`,
        ["dim"],
        xavierUniform(),
      );
      return sum(multiply(z, vector), "dim");
    };
    const receiving = gather(logit("receiving"), entryRows(graph));
    const sending = gather(logit("sending"), entryColumns(graph));
    const attention = softmaxEntries(graph, leakyRelu(add(receiving, sending), 0.2));
    return propagateWith(graph, attention, z);
  };

  const convolve = (x: Items, layer: number): Items => {
    if (settings.itemConv === "gcn") return relu(propagate(graph, transform(x, layer)));
    return settings.itemConv === "gat" ? gat(x, layer) : propagate(graph, x);
  };
  const layers = [start];
  scope(`${modality}_graph`, () => {
    for (let layer = 1; layer <= settings.itemLayers; layer++) layers.push(convolve(layers.at(-1)!, layer));
  });
  return { layers, output: settings.itemConv === "lightgcn" ? meanOf(layers) : layers.at(-1)! };
}

/**
 * Vectors of items without interactions, h / ‖h‖ with h = Σ_m a_m h^m of the items nearest by each modality: the last step
 * over the item graphs, for items that stand in none.
 *
 * @param weights a_m
 */
export function untrainedItems(
  features: TowerFeatures,
  settings: ItemGraphSettings & { readonly modalities: readonly string[] },
  states: readonly ItemStates[],
  weights: readonly Scalar[],
): Tensor<["block", "dim"]> {
  // One of the k is the item itself, which has no embedding.
  const k = Math.max(1, settings.knnK - (settings.knnIncludeSelf ? 1 : 0));
  const fused = settings.modalities.map((modality, i) => {
    const nearest = overNearestItems(features, modality, states[i]!.layers.at(-2)!, { k, weights: "cosine" });
    return multiply(nearest, weights[i]!);
  });
  return normalise(sumOf(fused), "dim");
}
