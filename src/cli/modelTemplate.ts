/** A model to start from: LightGCN, written with nothing but the public API. @param name lower case */
export function modelTemplate(name: string): string {
  return `// ${name}: a model of your own, to begin with LightGCN (He et al., SIGIR 2020).
//   mmkit build ./${name}.ts --out artifacts/${name}
//   mmkit train ./${name}.ts --data <dataset folder> --out runs/${name}
import {
  bprLoss,
  defineModel,
  integer,
  meanOf,
  multiply,
  number,
  propagate,
  trainingHyperparameters,
  trainingSettings,
  transposed,
  tripleL2,
  tripleScores,
  xavierUniform,
} from "mmkit";

export default defineModel({
  name: "${name}",
  title: "LightGCN, a model of my own",
  // What \`--set name=value\` may change: default, range and meaning of each; unknown names are refused.
  hyperparameters: {
    dim: integer({ default: 64, minimum: 1, description: "Embedding size" }),
    layers: integer({ default: 2, minimum: 0, maximum: 8, description: "Propagation layers" }),
    l2: number({ default: 1e-4, minimum: 0, description: "Weight of the L2 penalty" }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 1024 }),
  },
  build(m, h) {
    // Axes have names. The sizes of "user" and "item" come from the data, so the compiled files fit any dataset.
    m.axis("dim", h.dim);
    const users = m.parameter("user_embedding", ["user", "dim"], xavierUniform());
    const items = m.parameter("item_embedding", ["item", "dim"], xavierUniform());

    // A sparse matrix that the runtime makes from the training interactions: 1 / sqrt(degree u * degree i).
    const graph = m.sparse("interactions", "user", "item", { kind: "interactions", weights: "symmetric" });

    // Every layer hands the vectors one step further along the edges; the mean of all layers is the result.
    const layers = [{ users, items }];
    for (let layer = 0; layer < h.layers; layer++) {
      const last = layers[layer]!;
      layers.push({ users: propagate(graph, last.items), items: propagate(transposed(graph), last.users) });
    }
    const final = {
      users: meanOf(layers.map((layer) => layer.users)),
      items: meanOf(layers.map((layer) => layer.items)),
    };

    // Sampled triples (a user, an item of theirs, an item not of theirs); gradients follow by themselves.
    const triples = { users: m.users(), positives: m.positives(), negatives: m.negatives() };
    m.loss("bpr", bprLoss(tripleScores(final.users, final.items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(users, items, triples)));

    // A user's score of an item is the dot product of these vectors.
    m.embeddings(final.users, final.items);
    m.train(trainingSettings(h));
  },
});
`;
}
