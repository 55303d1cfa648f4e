import {
  add,
  axisSize,
  defineModel,
  divide,
  dot,
  dropout,
  flag,
  frobeniusNorm,
  gather,
  idEmbeddings,
  integer,
  itemFeatures,
  linear,
  meanAll,
  meanOfLayers,
  multiply,
  names,
  normalise,
  number,
  propagationLayers,
  stopGradient,
  subtract,
  sumOf,
  symmetricPropagation,
  trainingHyperparameters,
  trainingSettings,
  xavierNormal,
  type Scalar,
  type Tensor,
} from "../../src/index.js";

type Rows = Tensor<["batch", "dim"]>;

/** BM3, bootstrapped multimodal model (Zhou et al., WWW 2023), as its released code computes it: no negatives. */
export default defineModel({
  name: "bm3",
  title: "BM3 (Zhou et al., WWW 2023): bootstrapped views of users, items and modalities, no negatives",
  hyperparameters: {
    modalities: names({
      default: ["image", "text"],
      description: "Modalities with features; any number, also none",
    }),
    dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
    layers: integer({
      default: 1,
      minimum: 0,
      maximum: 8,
      description: "Propagation layers (1, 2; 1 Baby and Sports, 2 Electronics)",
    }),
    dropout: number({
      default: 0.5,
      minimum: 0,
      maximum: 0.99,
      description: "Dropout p of the targets (0.3, 0.5)",
    }),
    modalityWeight: number({
      default: 2,
      minimum: 0,
      description: "Weight of the modalities' terms (code: 2)",
    }),
    l2: number({
      default: 0.1,
      minimum: 0,
      description: "Weight of unsquared norms of all users and items over I (0.1, 0.01)",
    }),
    featuresTrainable: flag({
      default: false,
      description: "Train the features too, as the released code; items · Σd_m parameters more",
    }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const predictor = linear(m, "predictor", "dim", "dim", { initializer: xavierNormal() });

    // [u; i] = LGC_L(X), i += X_I
    const { users, items: propagated } = meanOfLayers(
      propagationLayers(symmetricPropagation(m), ego, h.layers),
    );
    const items = add(propagated, ego.items);

    // Rows of the batch; targets x̃ are dropped out and without gradient
    const [userIds, itemIds] = [m.users(), m.positives()];
    const target = (name: string, x: Rows): Rows =>
      dropout(m, `${name}/target`, stopGradient<["batch", "dim"]>(x), h.dropout);
    const user = gather(users, userIds);
    const item = gather(items, itemIds);
    const itemTarget = target("item", item);

    // [1 - cos(q(u), ĩ)] + [1 - cos(q(i), ũ)]
    m.loss(
      "interaction",
      add(distance(predictor(user), itemTarget), distance(predictor(item), target("user", user))),
    );

    // 2 Σ_m { [1 - cos(q(f^m), ĩ)] + [1 - cos(q(f^m), f̃^m)] }
    const modalities = h.modalities.map((modality): Scalar => {
      const features = itemFeatures(m, modality, h.featuresTrainable);
      const project = linear(m, `${modality}_projection`, features.axis, "dim", {
        initializer: xavierNormal(),
      });
      // Items that occur several times in a batch are projected once.
      const { ids, places } = m.distinctPlaces();
      const f: Rows = gather(project(features.rows(ids)), places);
      const predicted = predictor(f);
      return add(distance(predicted, itemTarget), distance(predicted, target(modality, f)));
    });
    if (h.modalityWeight > 0 && modalities.length > 0) {
      m.loss("modality", multiply(h.modalityWeight, sumOf(modalities)));
    }

    // λ (‖u_all‖_F + ‖i_all‖_F) / I
    if (h.l2 > 0) {
      const norms: Scalar = add(frobeniusNorm(users), frobeniusNorm(items));
      m.loss("l2", multiply(h.l2, divide(norms, axisSize(items, "item"))));
    }

    // Scores are q(u) · q(i)
    m.embeddings(predictor(users), predictor(items));
    m.train(trainingSettings(h));
  },
});

/** Mean over the batch of 1 - cos(a, b). */
function distance(a: Rows, b: Rows): Scalar {
  return subtract(1, meanAll(dot(normalise(a, "dim"), normalise(b, "dim"))));
}
