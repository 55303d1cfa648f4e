import {
  bprLoss,
  defineModel,
  idEmbeddings,
  integer,
  meanOfLayers,
  multiply,
  number,
  propagationLayers,
  sampledTriples,
  symmetricPropagation,
  trainingHyperparameters,
  trainingSettings,
  tripleL2,
  tripleScores,
} from "../../src/index.js";

/** LightGCN: He et al., SIGIR 2020. Mean over the layers of weight-free propagation, BPR and L2 on ego rows. */
export default defineModel({
  name: "lightgcn",
  title: "LightGCN (He et al., SIGIR 2020): weight-free propagation over the user-item graph",
  hyperparameters: {
    dim: integer({ default: 64, minimum: 1, description: "Embedding size" }),
    layers: integer({
      default: 3,
      minimum: 0,
      maximum: 8,
      description: "Propagation layers (searched 1..4)",
    }),
    l2: number({
      default: 1e-4,
      minimum: 0,
      description: "Weight of ½‖·‖²/B on the ego rows of the triples",
    }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const final = meanOfLayers(propagationLayers(symmetricPropagation(m), ego, h.layers));

    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(final.users, final.items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(ego.users, ego.items, triples)));
    m.embeddings(final.users, final.items);
    m.train(trainingSettings(h));
  },
});
