import {
  bprLoss,
  defineModel,
  idEmbeddings,
  itemFeatures,
  matmul,
  meanOfLayers,
  multiply,
  propagationLayers,
  sampledTriples,
  symmetricPropagation,
  trainingSettings,
  tripleNorms,
  tripleScores,
  userAggregation,
  xavierUniform,
} from "../../src/index.js";
import { globalEmbeddings, hypergraphContrast, withGlobal } from "./global.js";
import { lgmrecHyperparameters } from "./hyperparameters.js";
import { localEmbeddings, modalityLayers, projectedFeatures } from "./local.js";

/** LGMRec, local and global graph learning (Guo et al., AAAI 2024), as its released code computes it. */
export default defineModel({
  name: "lgmrec",
  title: "LGMRec (Guo et al., AAAI 2024): local graphs and global hypergraphs of modalities",
  hyperparameters: lgmrecHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const step = symmetricPropagation(m);
    const aggregation = userAggregation(m);
    const features = h.modalities.map((modality) => itemFeatures(m, modality));

    // c = LGC_2(X); f = F^m W^m, the users' mean over their items, two products with Â; local = c + Σ_m norm(f)
    const collaborative = meanOfLayers(propagationLayers(step, ego, h.layers));
    const branches = h.modalities.map((modality, i) => {
      const projected = projectedFeatures(m, modality, features[i]!);
      return modalityLayers(step, aggregation, projected, h.modalityLayers).at(-1)!;
    });
    const local = localEmbeddings(collaborative, branches, "each");

    // H_i = F^m V^m, H_u = R H_i; i ← H_i (H_iᵀ c_I), u = H_u (H_iᵀ c_I)
    const modalities = h.global && (h.alpha > 0 || h.contrastWeight > 0) ? h.modalities : [];
    if (modalities.length > 0) m.axis("hyper", h.hyperedges);
    const global = modalities.map((modality, i) => {
      const { axis, all } = features[i]!;
      const map = m.parameter(`${modality}_hyper`, [axis, "hyper"], xavierUniform());
      return globalEmbeddings(m, modality, matmul(all(), map), collaborative, aggregation, {
        ...h,
        userHyper: "lgmrec",
        userHyperNorm: "sum",
      });
    });
    // local + α norm(Σ_m [u; i])
    const { users, items } = withGlobal(local, global, h.alpha);

    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    const contrast =
      h.contrastWeight > 0 ? hypergraphContrast(global, triples, h.temperature, "sum") : undefined;
    if (contrast !== undefined) m.loss("hcl", multiply(h.contrastWeight, contrast));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleNorms(users, items, triples)));

    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});
