import {
  bprLoss,
  choice,
  concat,
  defineModel,
  idEmbeddings,
  integer,
  meanPropagation,
  multiply,
  normalise,
  number,
  sampledTriples,
  selfLoopPropagation,
  symmetricPropagation,
  trainingHyperparameters,
  trainingSettings,
  tripleL2,
  tripleScores,
  type Tensor,
} from "../../src/index.js";
import { ngcfLayers } from "./layers.js";

const propagations = {
  selfLoop: selfLoopPropagation,
  mean: meanPropagation,
  symmetric: symmetricPropagation,
};

/** NGCF (Wang et al., SIGIR 2019): concatenation of layer 0 and the normalised layers 1..L, BPR and L2 on final rows. */
export default defineModel({
  name: "ngcf",
  title: "NGCF (Wang et al., SIGIR 2019): propagation with weights and element-wise interaction",
  hyperparameters: {
    dim: integer({ default: 64, minimum: 1, description: "Embedding size of every layer" }),
    layers: integer({ default: 3, minimum: 1, maximum: 8, description: "Propagation layers" }),
    form: choice({
      of: ["code", "paper"],
      default: "code",
      description: "Layer as in the released code or as printed",
    }),
    adjacency: choice({
      of: ["selfLoop", "mean", "symmetric"],
      default: "selfLoop",
      description: "D^-1 (A + I), D^-1 A or D^-1/2 A D^-1/2",
    }),
    slope: number({ default: 0.2, minimum: 0, maximum: 1, description: "Slope of LeakyReLU" }),
    messageDropout: number({
      default: 0.1,
      minimum: 0,
      maximum: 0.99,
      description: "Dropout of layer outputs",
    }),
    l2: number({
      default: 1e-5,
      minimum: 0,
      description: "Weight of ½‖·‖²/B on the final rows of the triples",
    }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const layers = ngcfLayers(m, propagations[h.adjacency](m), ego, h);
    const users = readout(layers.map((layer) => layer.users));
    const items = readout(layers.map((layer) => layer.items));

    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(users, items, triples)));
    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});

/** Layer 0 and the normalised further layers, one after another along the vector. */
function readout<Row extends string>(layers: readonly Tensor<[Row, "dim"]>[]): Tensor<[Row, "vector"]> {
  const parts = layers.map((layer, l) => ({
    value: l === 0 ? layer : normalise(layer, "dim"),
    along: "dim" as const,
  }));
  return concat("vector", parts) as Tensor<[Row, "vector"]>;
}
