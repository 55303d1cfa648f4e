import {
  bprLoss,
  defineModel,
  idEmbeddings,
  itemFeatures,
  matmul,
  meanOfLayers,
  multiply,
  sampledTriples,
  trainingSettings,
  tripleNorms,
  tripleScores,
  userAggregation,
  xavierUniform,
} from "../../src/index.js";
import { globalEmbeddings, hypergraphContrast, withGlobal } from "./global.js";
import { lgmrecHyperparameters } from "./hyperparameters.js";
import { localEmbeddings, localLayers, projectedFeatures } from "./local.js";

/** LGMRec, local and global graph learning (Guo et al., AAAI 2024), as its released code computes it. */
export default defineModel({
  name: "lgmrec",
  title: "LGMRec (Guo et al., AAAI 2024): local graphs and global hypergraphs of modalities",
  hyperparameters: lgmrecHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const aggregation = userAggregation(m);
    const features = h.modalities.map((modality) => itemFeatures(m, modality));

    // c = LGC_2(X); f = F^m W^m, the users' mean over their items, two products with Â; local = c + Σ_m norm(f)
    const projected = h.modalities.map((modality, i) => projectedFeatures(m, modality, features[i]!));
    const layers = localLayers(m, ego, projected, aggregation, h);
    const collaborative = meanOfLayers(layers.collaborative);
    const branches = layers.modalities.map((branch) => branch.at(-1)!);
    const local = localEmbeddings(collaborative, branches, "each");

    // H_i = F^m V^m, H_u = R H_i; i ← H_i (H_iᵀ c_I), u = H_u (H_iᵀ c_I)
    const modalities = h.global && (h.alpha > 0 || h.contrastWeight > 0) ? h.modalities : [];
    if (modalities.length > 0) m.axis("hyper", h.hyperedges);
    const dependences = modalities.map((modality, i) => {
      const raw = features[i]!;
      return matmul(raw.all(), m.parameter(`${modality}_hyper`, [raw.axis, "hyper"], xavierUniform()));
    });
    const global = globalEmbeddings(m, dependences, collaborative, aggregation, {
      ...h,
      userHyper: "lgmrec",
      userHyperNorm: "sum",
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
