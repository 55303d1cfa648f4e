import {
  add,
  bprLoss,
  defineModel,
  idEmbeddings,
  infoNce,
  meanOfLayers,
  multiply,
  propagationLayers,
  sampledTriples,
  symmetricPropagation,
  symmetricPropagationOver,
  trainingSettings,
  tripleL2,
  tripleScores,
  type Declaration,
  type Embeddings,
} from "../../src/index.js";
import { sglHyperparameters } from "./hyperparameters.js";

/** Degree groups of the augmented graphs, of which there are several, each in both orientations. */
const GROUPS = 12;

interface ViewSettings {
  readonly layers: number;
  readonly augmentation: "edges" | "nodes" | "walk";
  readonly dropped: number;
}

/** SGL, self-supervised graph learning (Wu et al., SIGIR 2021). Equation numbers are the paper's; losses are sums. */
export default defineModel({
  name: "sgl",
  title: "SGL (Wu et al., SIGIR 2021): LightGCN with a contrast of two augmented graphs",
  hyperparameters: sglHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const final = meanOfLayers(propagationLayers(symmetricPropagation(m), ego, h.layers));

    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(final.users, final.items, triples), "sum"));

    // (10), (11): λ1 [NCE(z'_u, z''_u; all users) + NCE(z'_i, z''_i; all items)]
    if (h.contrastWeight > 0) {
      const [first, second] = [view(m, "first_view", ego, h), view(m, "second_view", ego, h)];
      const options = { temperature: h.temperature, candidates: "all", reduce: "sum" } as const;
      const contrast = add(
        infoNce(first.users, second.users, triples.users, options),
        infoNce(first.items, second.items, triples.positives, options),
      );
      m.loss("contrast", multiply(h.contrastWeight, contrast));
    }

    // (12): λ2 ‖Θ‖², in the released code ½ of the squares of the batch's ego rows
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(ego.users, ego.items, triples, "sum")));
    m.embeddings(final.users, final.items);
    m.train(trainingSettings(h));
  },
});

/**
 * LGC_L(X) on an augmented graph of the epoch, its degrees those of the interactions that are kept; with `walk` every
 * layer has a graph of its own (Eqs. 7 to 9).
 */
function view(m: Declaration, name: string, ego: Embeddings, h: ViewSettings): Embeddings {
  const step = (stream: string) => {
    const drop = h.augmentation === "nodes" ? "nodes" : "edges";
    const recipe = { kind: "droppedInteractions", drop, ratio: h.dropped, stream, weights: "binary" };
    return symmetricPropagationOver(m.sparse(stream, "user", "item", recipe, "epoch", GROUPS));
  };
  if (h.augmentation !== "walk") {
    return meanOfLayers(h.layers === 0 ? [ego] : propagationLayers(step(name), ego, h.layers));
  }
  const layers = [ego];
  for (let layer = 1; layer <= h.layers; layer++) layers.push(step(`${name}_${layer}`)(layers.at(-1)!));
  return meanOfLayers(layers);
}
