import {
  bprLoss,
  broadcastLike,
  concat,
  defineModel,
  dot,
  flag,
  gather,
  integer,
  multiply,
  names,
  number,
  rowNorms,
  scalar,
  slice,
  trainingHyperparameters,
  trainingSettings,
  xavierUniform,
  type Tensor,
} from "../../src/index.js";
import { itemVectors } from "./items.js";

/** VBPR (He and McAuley, AAAI 2016) in the form that multimodal papers compare with: features of all modalities. */
export default defineModel({
  name: "vbpr",
  title: "VBPR (He and McAuley, AAAI 2016): matrix factorisation with projected item features",
  hyperparameters: {
    modalities: names({
      default: ["image", "text"],
      description: "Modalities whose features are joined (the original: image only); any number, also none",
    }),
    dim: integer({
      default: 64,
      minimum: 1,
      description: "Size of the ID and of the feature part; vectors have 2·dim",
    }),
    biases: flag({
      default: false,
      description: "Item bias and global feature bias of the original paper, which the toolkits leave out",
    }),
    l2: number({
      default: 0.1,
      minimum: 0,
      description: "Weight of unsquared norms of the batch's rows over B (2, 1, 1e-1 … 1e-5)",
    }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    m.axis("one", 1);
    const width = (h.modalities.length > 0 ? 2 : 1) * h.dim;
    m.axis("factor", width);
    m.axis("joined", h.biases ? width + 1 : width);
    const factors = m.parameter("user_embedding", ["user", "factor"], xavierUniform());
    const items = itemVectors(m, h.modalities, h.biases);

    // s = u · [x_i | F_i W + b] (+ β_i + β' F_i)
    const user = gather(factors, m.users());
    const own = scored(user, h.biases);
    // Items that occur several times in a batch are projected once.
    const drawn = m.drawnItems();
    const rows = items.rows(drawn.ids);
    const positive = gather(rows, drawn.positives);
    const negative = gather(rows, drawn.negatives);
    m.loss("bpr", bprLoss({ positive: dot(own, positive), negative: dot(own, negative) }));
    if (h.l2 > 0) {
      const rows = [positive, negative].map((x) => (h.biases ? slice(x, "joined", 0, width, "factor") : x));
      m.loss("l2", multiply(h.l2, rowNorms([user, ...rows] as Tensor<["batch", string]>[])));
    }
    m.embeddings(scored(factors, h.biases), items.all());
    if (h.modalities.length > 0) m.itemTower(h.modalities, (features) => items.untrained(features));
    m.train(trainingSettings(h));
  },
});

/** Users' factors as they meet the items' vectors: with a last element 1 where items end in their bias. */
function scored<Row extends string>(
  factors: Tensor<[Row, "factor"]>,
  biases: boolean,
): Tensor<[Row, "joined"]> {
  const parts: { value: Tensor<[Row, string]>; along: string }[] = [{ value: factors, along: "factor" }];
  if (biases) {
    const one = broadcastLike(scalar(1), slice(factors, "factor", 0, 1, "one")) as Tensor<[Row, "one"]>;
    parts.push({ value: one, along: "one" });
  }
  return concat("joined", parts) as unknown as Tensor<[Row, "joined"]>;
}
