import {
  add,
  bprLoss,
  defineModel,
  idEmbeddings,
  infoNce,
  itemFeatures,
  linear,
  meanOfLayers,
  multiply,
  propagate,
  propagationLayers,
  sampledTriples,
  sigmoid,
  symmetricPropagation,
  trainingSettings,
  tripleL2,
  tripleScores,
  type Declaration,
  type Embeddings,
  type Tensor,
} from "../../src/index.js";
import { behaviourAwareFuser } from "./fuser.js";
import { mgcnHyperparameters } from "./hyperparameters.js";

type Items = Tensor<["item", "dim"]>;

interface ItemViewSettings {
  readonly itemLayers: number;
  readonly knnK: number;
  readonly featuresTrainable: boolean;
}

/** MGCN, multi-view graph convolution (Yu et al., ACM MM 2023), as its released code computes it. */
export default defineModel({
  name: "mgcn",
  title: "MGCN (Yu et al., ACM MM 2023): purified modalities, item graphs and a behaviour-aware fuser",
  hyperparameters: mgcnHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const step = symmetricPropagation(m);

    // c = LGC_2(X)
    const behaviour = meanOfLayers(propagationLayers(step, ego, h.layers));

    // e^m of items; e^m of users = R̂ e^m with R̂ the user-item block of Â
    const views = h.modalities.map((modality): Embeddings => {
      const items = itemView(m, modality, ego.items, h);
      return { users: step({ users: ego.users, items }).users, items };
    });

    let [users, items] = [behaviour.users, behaviour.items];
    const triples = sampledTriples(m);
    if (views.length > 0) {
      const fuse = behaviourAwareFuser(m, h.modalities);
      const side: Embeddings = {
        users: fuse(
          views.map((view) => view.users),
          behaviour.users,
        ),
        items: fuse(
          views.map((view) => view.items),
          behaviour.items,
        ),
      };
      users = add(behaviour.users, side.users);
      items = add(behaviour.items, side.items);

      // w [NCE(side_i, c_i; batch; τ) + NCE(side_u, c_u; batch; τ)]
      if (h.contrastWeight > 0) {
        const options = { temperature: h.temperature, candidates: "batch", reduce: "mean" } as const;
        const contrast = add(
          infoNce(side.items, behaviour.items, triples.positives, options),
          infoNce(side.users, behaviour.users, triples.users, options),
        );
        m.loss("contrast", multiply(h.contrastWeight, contrast));
      }
    }

    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(users, items, triples)));
    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});

/**
 * Behaviour-guided purifier and item view of one modality: e = X_I ⊙ σ(gate(linear(F))), then e ← G e with G the
 * symmetrically normalised k-NN graph of the given features, values their cosines.
 */
function itemView(m: Declaration, modality: string, ids: Items, h: ItemViewSettings): Items {
  const features = itemFeatures(m, modality, h.featuresTrainable);
  const transform = linear(m, `${modality}_transform`, features.axis, "dim");
  const gate = linear(m, `${modality}_gate`, "dim", "dim");
  let items: Items = multiply(ids, sigmoid(gate(transform(features.all()))));
  if (h.itemLayers === 0) return items;
  const graph = m.sparse(`${modality}_neighbours`, "item", "item", {
    kind: "knn",
    modality,
    k: h.knnK,
    includeSelf: true,
    impute: "mean",
  });
  for (let layer = 0; layer < h.itemLayers; layer++) items = propagate(graph, items);
  return items;
}
