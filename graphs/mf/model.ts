import {
  bprLoss,
  defineModel,
  idEmbeddings,
  integer,
  multiply,
  number,
  sampledTriples,
  trainingHyperparameters,
  trainingSettings,
  tripleL2,
  tripleScores,
} from "../../src/index.js";

/** Matrix factorisation with BPR (Rendle et al., UAI 2009): the score is the dot product of the ID embeddings. */
export default defineModel({
  name: "mf",
  title: "MF-BPR (Rendle et al., UAI 2009): dot products of ID embeddings",
  hyperparameters: {
    dim: integer({ default: 64, minimum: 1, description: "Embedding size" }),
    l2: number({ default: 1e-4, minimum: 0, description: "Weight of ½‖·‖²/B on the rows of the triples" }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    const { users, items } = idEmbeddings(m);
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(users, items, triples)));
    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});
