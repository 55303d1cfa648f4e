import {
  add,
  bprLoss,
  defineModel,
  idEmbeddings,
  multiply,
  normalise,
  trainingSettings,
  tripleL2,
  tripleScores,
  type Embeddings,
  type Phase,
  type TrainingSettings,
} from "../../src/index.js";
import { backboneEmbeddings } from "../ksi/backbone.js";
import { latticeHyperparameters } from "./hyperparameters.js";
import { itemGraph, type Items, type ItemStep } from "./itemGraph.js";

/**
 * LATTICE, mining latent structures (Zhang et al., ACM MM 2021), as its released code computes it: the first batch of an
 * epoch learns the item graph (phase `graph`), the others use it as it was before that batch (phase `main`).
 */
export default defineModel({
  name: "lattice",
  title: "LATTICE (Zhang et al., ACM MM 2021): an item graph learned from the modalities",
  hyperparameters: latticeHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const cf = backboneEmbeddings(m, ego, {
      ...{ backbone: h.backbone, backboneLayers: h.layers, messageDropout: h.messageDropout },
      cfAdjacency: "rowSelfLoop",
    });
    const settings = trainingSettings(h);
    if (h.modalities.length === 0) {
      rank(m.main, cf, h.l2);
      m.train(settings);
      m.embeddings(cf.users, cf.items);
      return;
    }

    // x̂_i = x_i + h_i / ‖h_i‖ with h = G^L X_I (Eqs. 10 and 11)
    const graph = itemGraph(m, h);
    const withGraph = (step: ItemStep): Embeddings => {
      let items: Items = ego.items;
      for (let layer = 0; layer < h.itemLayers; layer++) items = step(items);
      return { users: cf.users, items: add(cf.items, normalise(items, "dim")) };
    };
    const learning = withGraph(graph.learning);
    const first = m.phase("graph");
    rank(first, learning, h.l2);
    rank(m.main, withGraph(graph.kept), h.l2);
    first.train({ ...settings, sampler: partOf(settings, 0, 1), sharesOptimizerWith: "main" });
    m.train({ ...settings, sampler: partOf(settings, 1, null) });
    m.schedule([...graph.refreshed, "graph", "main"]);
    m.embeddings(learning.users, learning.items);
  },
});

/** BPR + λ_r ½‖·‖²/B of the final rows. */
function rank(phase: Phase, { users, items }: Embeddings, l2: number): void {
  const triples = { users: phase.users(), positives: phase.positives(), negatives: phase.negatives() };
  phase.loss("bpr", bprLoss(tripleScores(users, items, triples)));
  if (l2 > 0) phase.loss("l2", multiply(l2, tripleL2(users, items, triples)));
}

/** The steps of the epoch's one sample from `first` on. */
function partOf({ sampler }: TrainingSettings, first: number, count: number | null): typeof sampler {
  return { ...sampler, stream: "triples", steps: { first, count } };
}
