import {
  add,
  bprLoss,
  defineModel,
  idEmbeddings,
  modalityWeights,
  multiply,
  normalise,
  redundancy,
  sampledTriples,
  stopGradient,
  sumOf,
  trainingSettings,
  tripleL2,
  tripleScores,
  type Scalar,
} from "../../src/index.js";
import { ksiAblations } from "./ablations.js";
import { backboneEmbeddings } from "./backbone.js";
import { featureContrast } from "./contrast.js";
import { ksiHyperparameters } from "./hyperparameters.js";
import { itemStates, untrainedItems } from "./itemGraph.js";

/** KSI, Knowledge Soft Integration (Ouyang et al., arXiv 2305.07419v2). Equation numbers are the paper's. */
export default defineModel({
  name: "ksi",
  title: "KSI (Ouyang et al., IEEE TMM): soft integration of multimodal knowledge into a backbone",
  hyperparameters: ksiHyperparameters,
  ablations: ksiAblations,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const backbone = backboneEmbeddings(m, ego, h);

    // Without SEI there is no item graph: SSI then acts on X_I and nothing is added to the backbone.
    const layers = h.sei ? h.itemLayers : 0;
    const states = h.modalities.map((modality) =>
      itemStates(m, modality, ego.items, { ...h, itemLayers: layers }),
    );
    const contrast = h.ssi && h.alpha > 0;
    // a = softmax(ã)
    const weights = h.sei || contrast ? modalityWeights(m, h.modalities) : [];
    const auxiliary = h.detachModalWeightsInAux ? weights.map((weight) => stopGradient(weight)) : weights;

    // (16), (17): x̂_i ← x̂_i + h_i / ‖h_i‖ with h_i = Σ_m a_m h_i^{m,(L)}
    let items = backbone.items;
    if (h.sei && states.length > 0) {
      const fused = sumOf(states.map((state, i) => multiply(state.output, weights[i]!)));
      items = add(items, normalise(fused, "dim"));
    }

    // (19)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(backbone.users, items, triples)));

    // (15)
    if (contrast && states.length > 0) {
      const terms = states.map((state, i) =>
        multiply(featureContrast(m, h.modalities[i]!, state.output, h), auxiliary[i]!),
      );
      m.loss("ssi", multiply(h.alpha, sumOf(terms)));
    }

    // (11) and (10); layer 0 is X_I for every modality and Σ a_m = 1, so its term stands once
    if (h.sei && h.rr && h.beta > 0) {
      const rr: Scalar[] = [];
      if (h.rrUser) rr.push(redundancy(ego.users, h.rrNorm));
      if (h.rrItem) {
        const deeper = states.flatMap((state, i) =>
          state.layers.slice(1).map((layer) => multiply(redundancy(layer, h.rrNorm), auxiliary[i]!)),
        );
        const perModality = states.length === 0 ? 1 : layers + 1;
        rr.push(multiply(sumOf([redundancy(ego.items, h.rrNorm), ...deeper]), 1 / perModality));
      }
      if (rr.length > 0) m.loss("redundancy", multiply(h.beta, sumOf(rr)));
    }
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(ego.users, ego.items, triples)));

    m.embeddings(backbone.users, items);
    if (h.sei && layers > 0 && h.itemConv === "rgnn" && h.modalities.length > 0) {
      // (16), (17) for an item without interactions, of which the backbone knows nothing
      m.itemTower(h.modalities, (features) => untrainedItems(features, h, states, weights));
    }
    m.train(trainingSettings(h));
  },
});
