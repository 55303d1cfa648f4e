import {
  add,
  bprLoss,
  defineModel,
  dot,
  gather,
  idEmbeddings,
  itemFeatures,
  linear,
  meanAll,
  meanOfLayers,
  multiply,
  negate,
  overNearestItems,
  propagate,
  propagationLayers,
  sampledTriples,
  softplus,
  subtract,
  sumOf,
  symmetricPropagation,
  symmetricPropagationOver,
  trainingSettings,
  tripleScores,
  type Declaration,
  type Propagation,
  type Scalar,
  type Tensor,
  type TowerFeatures,
} from "../../src/index.js";
import { freedomHyperparameters } from "./hyperparameters.js";

type Items = Tensor<["item", "dim"]>;

interface ItemGraphSettings {
  readonly modalities: readonly string[];
  readonly itemLayers: number;
  readonly knnK: number;
  readonly firstWeight: number;
}

/** FREEDOM, freezing and denoising graph structures (Zhou and Shen, ACM MM 2023), as its released code computes it. */
export default defineModel({
  name: "freedom",
  title: "FREEDOM (Zhou and Shen, ACM MM 2023): a frozen item graph and pruned interactions",
  hyperparameters: freedomHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);

    // LGC_L(X) on Â', i += G X_I
    const final = meanOfLayers(propagationLayers(interactionStep(m, h.pruned), ego, h.layers));
    const { users } = final;
    const layers = h.modalities.length === 0 ? [] : overItemGraph(m, ego.items, h);
    const items = layers.length === 0 ? final.items : add(final.items, layers.at(-1)!);

    // BPR + λ Σ_m BPR(user, linear_m(F^m) of i and j)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.featureWeight > 0 && h.modalities.length > 0) {
      const user = gather(users, triples.users);
      const terms = h.modalities.map((modality): Scalar => {
        const features = itemFeatures(m, modality, h.featuresTrainable);
        // A bias would cancel between i and j; by linearity, the difference of the scores is that of the features'.
        const project = linear(m, `${modality}_projection`, features.axis, "dim", { bias: false });
        const apart = subtract(features.rows(triples.positives), features.rows(triples.negatives));
        return meanAll(softplus(negate(dot(user, project(apart)))));
      });
      m.loss("features", multiply(h.featureWeight, sumOf(terms)));
    }
    m.embeddings(users, items);
    if (h.modalities.length > 0) m.itemTower(h.modalities, (features) => untrained(features, layers, h));
    m.train(trainingSettings(h));
  },
});

/** Â' of the epoch's draw in training, Â of all interactions in evaluation. */
function interactionStep(m: Declaration, ratio: number): Propagation {
  if (!m.training || ratio === 0) return symmetricPropagation(m);
  const recipe = { kind: "prunedInteractions", ratio, weights: "binary" };
  return symmetricPropagationOver(m.sparse("kept_interactions", "user", "item", recipe, "epoch"));
}

/** Weights w_m of the modalities' graphs, those that count. */
function graphShares(
  h: ItemGraphSettings,
): readonly { readonly modality: string; readonly weight: number }[] {
  const others = h.modalities.length - 1;
  const shares = h.modalities.map((modality, i) => ({
    modality,
    weight: others === 0 ? 1 : i === 0 ? h.firstWeight : (1 - h.firstWeight) / others,
  }));
  return shares.filter(({ weight }) => weight > 0);
}

/** G^0 x … G^L x with G = Σ_m w_m G^m, each G^m with k neighbours of weight 1 / k per item. */
function overItemGraph(m: Declaration, start: Items, h: ItemGraphSettings): readonly Items[] {
  const settings = { kind: "knn", k: h.knnK, includeSelf: true, impute: "mean", weights: "unit" };
  const graphs = graphShares(h).map(({ modality, weight }) => ({
    weight,
    matrix: m.sparse(`${modality}_neighbours`, "item", "item", { ...settings, modality }),
  }));
  const layers = [start];
  for (let layer = 0; layer < h.itemLayers; layer++) {
    const items = layers.at(-1)!;
    layers.push(sumOf(graphs.map(({ weight, matrix }) => multiply(propagate(matrix, items), weight))));
  }
  return layers;
}

/** The last step over the item graph for new items; without interactions nothing comes from LightGCN. */
function untrained(
  features: TowerFeatures,
  layers: readonly Items[],
  h: ItemGraphSettings,
): Tensor<["block", "dim"]> {
  // One of the k is the item itself, which has no embedding.
  const settings = { k: Math.max(1, h.knnK - 1), weights: "unit" } as const;
  return sumOf(
    graphShares(h).map(({ modality, weight }) =>
      multiply(overNearestItems(features, modality, layers.at(-2)!, settings), weight),
    ),
  );
}
