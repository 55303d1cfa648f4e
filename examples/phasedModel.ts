import {
  add,
  bprLoss,
  defineModel,
  dot,
  gather,
  idEmbeddings,
  matmul,
  meanAll,
  multiply,
  number,
  propagate,
  sampledTriples,
  softplus,
  square,
  stopGradient,
  subtract,
  sumOf,
  trainingHyperparameters,
  trainingSettings,
  transpose,
  transposed,
  tripleScores,
  xavierUniform,
} from "../src/index.js";

/**
 * A model that does everything a schedule can hold: an autoencoder of the items' users with parameters and an optimizer
 * of its own (`codes`), whose codes are a buffer computed row by row every epoch; a memory of the items computed from
 * the embeddings every second epoch; and a second look at the interactions, entry by entry, that shares the optimizer of
 * the main phase (`links`) and starts in epoch 1.
 */
export default defineModel({
  name: "phased",
  title: "Three phases and two refreshed buffers, an example of schedules",
  hyperparameters: {
    ...trainingHyperparameters({ learningRate: 0.02, batchSize: 16 }),
    share: number({ default: 0.5, description: "Weight of codes and memory in the item's vector" }),
  },
  build(m, h) {
    m.axis("dim", 4);
    const settings = trainingSettings(h);
    const ego = idEmbeddings(m);
    const interactions = m.sparse("interactions", "user", "item", {
      kind: "interactions",
      weights: "binary",
    });
    const itemUsers = m.sparse("item_users", "item", "user", { kind: "interactions", weights: "rowMean" });

    const codes = m.phase("codes");
    const decoder = m.parameter("decoder", ["user", "dim"], xavierUniform());
    const rows = codes.denseRows(itemUsers);
    const code = matmul(rows, decoder);
    // The users' embeddings guide the code and are not trained by it.
    const guided = add(code, matmul(rows, stopGradient(ego.users)));
    codes.loss("reconstruction", meanAll(square(subtract(rows, matmul(guided, transpose(decoder))))));
    codes.train({ ...settings, sampler: { kind: "rows", axis: "item", batchSize: 8 } });
    const codeBuffer = m.buffer("item_codes", ["item", "dim"], { kind: "computed" }, "epoch");
    m.refresh("item_codes", { values: guided });

    const memory = m.buffer("memory", ["item", "dim"], { kind: "computed" }, { every: 2 });
    const items = sumOf([ego.items, multiply(h.share, codeBuffer), multiply(h.share, memory)]);
    m.refresh("memory", { values: propagate(transposed(interactions), ego.users) });

    const links = m.phase("links");
    const entry = links.entries(interactions);
    const user = gather(ego.users, entry.rows);
    const margin = subtract(
      dot(user, gather(ego.items, entry.negativeColumns)),
      dot(user, gather(ego.items, entry.columns)),
    );
    links.loss("link", meanAll(softplus(margin)));
    links.train({
      ...settings,
      sampler: { kind: "entries", buffer: "interactions", batchSize: 32 },
      epochs: { from: 1, until: null },
      sharesOptimizerWith: "main",
    });

    m.loss("bpr", bprLoss(tripleScores(ego.users, items, sampledTriples(m))));
    m.train(settings);
    m.schedule(["codes", "item_codes", "memory", "main", "links"]);
    m.embeddings(ego.users, items);
  },
});
