import {
  defineModel,
  dot,
  gather,
  logSumExp,
  matmul,
  meanAll,
  multiply,
  softplus,
  square,
  subtract,
  sumAll,
  transpose,
  trainingHyperparameters,
  trainingSettings,
  number,
  zeros,
} from "../../src/index.js";

/**
 * The vector v of somebody new, trained among the frozen item vectors X from what they clicked:
 *
 *     mean over the clicked items i of -log softmax(X v)_i
 *   + unwanted · mean over pairs of a clicked and an unwanted item of softplus(v·x_unwanted - v·x_clicked)
 *   + pull / 2 · mean(X²) · ‖v - v₀‖²
 *
 * The first term sets each click against all items, unseen ones included, without sampling: catalogues that fit into a
 * page are small. The second adds a constant where nothing is unwanted and each clicked item is paired with itself. The
 * last keeps few clicks from leading far away from v₀, the fold-in of the clicks; the mean square of the item vectors'
 * values makes its weight mean the same whatever their scale. The loss is convex, so that enough
 * steps lead to the same vector from anywhere.
 *
 * A batch holds pairs (clicked, unwanted) of one visitor, id 0.
 */
export const visitorModel = defineModel({
  name: "visitor",
  title: "The vector of somebody new, trained in their page",
  hyperparameters: {
    pull: number({ default: 24, minimum: 0, description: "Weight of ½ mean(X²)‖v - v₀‖²" }),
    unwanted: number({
      default: 5,
      minimum: 0,
      description: "Weight of the pairs with unwanted items; set by hand, so that one unwanted item shows",
    }),
    ...trainingHyperparameters({ learningRate: 0.03, batchSize: 1 }),
  },
  build(m, h) {
    m.axis("dim");
    const items = m.buffer("catalogue", ["item", "dim"], { kind: "computed" });
    const start = m.buffer("start", ["user", "dim"], { kind: "computed" });
    const visitor = m.parameter("visitor", ["user", "dim"], zeros());
    const user = gather(visitor, m.users());
    const clicked = dot(user, gather(items, m.positives()));
    const all = gather(logSumExp(matmul(visitor, transpose(items)), "item"), m.users());
    m.loss("choice", meanAll(subtract(all, clicked)));
    const unwanted = softplus(subtract(dot(user, gather(items, m.negatives())), clicked));
    m.loss("unwanted", multiply(h.unwanted, meanAll(unwanted)));
    const weight = multiply(h.pull / 2, meanAll(square(items)));
    m.loss("pull", multiply(weight, sumAll(square(subtract(visitor, start)))));
    m.embeddings(visitor, items);
    m.train(trainingSettings(h));
  },
});
