import {
  axisSize,
  bprLoss,
  defineModel,
  entryWeights,
  idEmbeddings,
  multiply,
  sampledTriples,
  sumOf,
  trainingSettings,
  tripleL2,
  tripleScores,
} from "../../src/index.js";
import { slifmrAblations } from "./ablations.js";
import { consistency } from "./consistency.js";
import { correlationGraphs } from "./correlation.js";
import { fused, type Branch } from "./fusion.js";
import { slifmrHyperparameters } from "./hyperparameters.js";
import { interactionBranch } from "./interactionBranch.js";
import { knowledgeBranch } from "./knowledgeBranch.js";
import { modalityBranch } from "./modalityBranch.js";

/** SLIF-MR (Guo et al., arXiv 2507.09998v1). Equation numbers are the paper's; readings of its gaps are switches. */
export default defineModel({
  name: "slifmr",
  title:
    "SLIF-MR (Guo et al., arXiv 2507.09998): self-loop iterative fusion of interactions, features and knowledge",
  hyperparameters: slifmrHyperparameters,
  ablations: slifmrAblations,
  build(m, h) {
    m.axis("dim", h.dim);
    const ego = idEmbeddings(m);
    const correlation = correlationGraphs(m, h);

    // (7) to (13): three branches from one table of items
    const interactions = interactionBranch(m, ego, correlation, h);
    const branches: Branch[] = [{ name: "interactions", items: interactions.items }];
    if (h.mm && h.modalities.length > 0) {
      branches.push({ name: "modalities", items: modalityBranch(m, ego.items, correlation, h) });
    }
    if (h.kg) branches.push({ name: "knowledge", items: knowledgeBranch(m, ego.items, correlation, h) });

    // (14) to (16)
    const unified = fused(m, branches, h);
    correlation?.from(unified.items);

    // (23)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(interactions.users, unified.items, triples)));

    // (19) to (22)
    const terms = consistency(m, unified.items, h);
    if (h.inter && h.beta > 0) {
      m.loss("inter", multiply(h.beta, sumOf(branches.map(({ items }) => terms.inter(items)))));
    }
    if (h.intra && h.gamma > 0) {
      m.loss("intra", multiply(h.gamma, sumOf(branches.map(({ items }) => terms.intra(items)))));
    }
    // (24)
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(ego.users, ego.items, triples)));

    unified.weights.forEach((weight, i) => {
      m.monitor(`weight_${branches[i]!.name}`, weight);
    });
    const graphs = correlation === undefined ? [] : [correlation.newest, ...correlation.joined];
    for (const { matrix } of new Set(graphs)) {
      const weights = entryWeights(matrix);
      const entry = weights.type.axes[0]!.name;
      m.monitor(`${entry.replace(/_entry$/, "")}_edges`, axisSize(weights, entry));
    }
    m.embeddings(interactions.users, unified.items);
    m.train(trainingSettings(h));
  },
});
