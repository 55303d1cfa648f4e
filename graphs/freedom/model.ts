import {
  add,
  bprLoss,
  defineModel,
  dot,
  gather,
  idEmbeddings,
  itemFeatures,
  linear,
  meanOfLayers,
  multiply,
  propagate,
  propagationLayers,
  propagationOver,
  sampledTriples,
  sumOf,
  symmetricPropagation,
  trainingSettings,
  tripleScores,
  type Declaration,
  type Propagation,
  type Scalar,
  type Tensor,
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
    const items = h.modalities.length === 0 ? final.items : add(final.items, overItemGraph(m, ego.items, h));

    // BPR + λ Σ_m BPR(user, linear_m(F^m) of i and j)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.featureWeight > 0 && h.modalities.length > 0) {
      const user = gather(users, triples.users);
      const terms = h.modalities.map((modality): Scalar => {
        const features = itemFeatures(m, modality, h.featuresTrainable);
        // A bias would cancel between i and j.
        const project = linear(m, `${modality}_projection`, features.axis, "dim", { bias: false });
        return bprLoss({
          positive: dot(user, project(features.rows(triples.positives))),
          negative: dot(user, project(features.rows(triples.negatives))),
        });
      });
      m.loss("features", multiply(h.featureWeight, sumOf(terms)));
    }
    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});

/** Â' of the epoch's draw in training, Â of all interactions in evaluation. */
function interactionStep(m: Declaration, ratio: number): Propagation {
  if (!m.training || ratio === 0) return symmetricPropagation(m);
  const recipe = { kind: "prunedInteractions", ratio, weights: "symmetric" };
  return propagationOver(m.sparse("kept_interactions", "user", "item", recipe, "epoch"));
}

/** G^L x with G = Σ_m w_m G^m, each G^m with k neighbours of weight 1 / k per item. */
function overItemGraph(m: Declaration, start: Items, h: ItemGraphSettings): Items {
  const others = h.modalities.length - 1;
  const shares = h.modalities.map((modality, i) => ({
    modality,
    weight: others === 0 ? 1 : i === 0 ? h.firstWeight : (1 - h.firstWeight) / others,
  }));
  const settings = { kind: "knn", k: h.knnK, includeSelf: true, impute: "mean", weights: "unit" };
  const graphs = shares
    .filter(({ weight }) => weight > 0)
    .map(({ modality, weight }) => ({
      weight,
      matrix: m.sparse(`${modality}_neighbours`, "item", "item", { ...settings, modality }),
    }));
  let items = start;
  for (let layer = 0; layer < h.itemLayers; layer++) {
    items = sumOf(graphs.map(({ weight, matrix }) => multiply(propagate(matrix, items), weight)));
  }
  return items;
}
