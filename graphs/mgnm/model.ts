import {
  bprLoss,
  defineModel,
  dynamicDeredundancy,
  idEmbeddings,
  itemFeatures,
  matmul,
  meanOfLayers,
  multiply,
  sampledTriples,
  sumOf,
  trainingSettings,
  tripleL2,
  tripleNorms,
  tripleScores,
  userAggregation,
  xavierUniform,
  type Declaration,
  type ItemFeatures,
  type Tensor,
  type Values,
} from "../../src/index.js";
import { globalEmbeddings, hypergraphContrast, withGlobal } from "../lgmrec/global.js";
import { localEmbeddings, localLayers, projectedFeatures } from "../lgmrec/local.js";
import { mgnmAblations } from "./ablations.js";
import { mgnmHyperparameters } from "./hyperparameters.js";
import { purified } from "./purifier.js";

type Items = Tensor<["item", "dim"]>;
type Settings = Values<typeof mgnmHyperparameters>;

/** MGNM (Mo et al., arXiv 2411.01561). Equation numbers are the paper's; readings of its gaps are switches. */
export default defineModel({
  name: "mgnm",
  title: "MGNM (Mo et al., arXiv 2411.01561): LGMRec with feature purifier and dynamic de-redundancy",
  hyperparameters: mgnmHyperparameters,
  ablations: mgnmAblations,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const aggregation = userAggregation(m);
    const features = h.modalities.map((modality) => itemFeatures(m, modality));

    // (4): Ê_i^m = E_i^m W_m; (2), (5) to (7): Ê_u^m is the mean over the user's items, then L and K propagations
    const projected = h.modalities.map((modality, i) => projectedFeatures(m, modality, features[i]!));
    const layers = localLayers(m, ego, projected, aggregation, h);
    // (3): E_loc^id is the mean of layers 0..L; E_loc^m the last of layers 0..K
    const collaborative = meanOfLayers(layers.collaborative);
    const branches = layers.modalities.map((branch) => branch.at(-1)!);

    // (8): E_loc = E_loc^id + Form(Σ_m E_loc^m)
    const local = localEmbeddings(collaborative, branches, h.localNorm);

    // (9) to (14), per modality; the start values of (13) and (14) are E_loc^id, as in LGMRec
    const contrasted = h.hcl && h.omega > 0 && h.modalities.length > 1;
    const modalities = h.global && (h.alpha > 0 || contrasted) ? h.modalities : [];
    if (modalities.length > 0) m.axis("hyper", h.hyperedges);
    const dependences = modalities.map((modality, i) =>
      itemDependence(m, modality, features[i]!, projected[i]!, ego.items, h),
    );
    const global = globalEmbeddings(m, dependences, collaborative, aggregation, h);

    // (15), (17): E* = E_loc + α Norm(E_glo), E_glo summed over the modalities
    const { users, items } = withGlobal(local, global, h.alpha);

    // (18)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));

    // (16): ω (L_u^HCL + L_i^HCL)
    const contrast = contrasted ? hypergraphContrast(global, triples, h.temperature, h.hclReduce) : undefined;
    if (contrast !== undefined) m.loss("hcl", multiply(h.omega, contrast));

    // (23): β L_ddr on the layers of (2), δ L_ddr_mm on those of (7), summed over the modalities
    const reduced = layers.collaborative.slice(h.ddrFrom);
    if (h.ddr && h.beta > 0 && reduced.length > 0) {
      m.loss("ddr", multiply(h.beta, dynamicDeredundancy(reduced)));
    }
    const reducedBranches = layers.modalities.map((branch) => branch.slice(h.ddrFrom));
    if (h.ddrMm && h.delta > 0 && h.modalities.length > 0 && reducedBranches[0]!.length > 0) {
      m.loss("ddr_mm", multiply(h.delta, sumOf(reducedBranches.map(dynamicDeredundancy))));
    }

    // (19)
    if (h.lambda > 0) {
      const regulariser =
        h.l2 === "lgmrec" ? tripleNorms(users, items, triples) : tripleL2(ego.users, ego.items, triples);
      m.loss("l2", multiply(h.lambda, regulariser));
    }

    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});

/** (11): H_i^m = Ë_i^m T^{mᵀ}, [item, hyper], with T^m [B, d] stored transposed (`raw`: [B, d_m]). */
function itemDependence(
  m: Declaration,
  modality: string,
  features: ItemFeatures,
  projected: Items,
  ids: Items,
  h: Settings,
): Tensor<["item", "hyper"]> {
  const name = `${modality}_hyper`;
  if (h.hyperInput === "raw") {
    return matmul(features.all(), m.parameter(name, [features.axis, "hyper"], xavierUniform()));
  }
  const input = h.hyperInput === "projected" ? projected : purified(m, modality, features, ids, h);
  return matmul(input, m.parameter(name, ["dim", "hyper"], xavierUniform()));
}
