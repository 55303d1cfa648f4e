import {
  bprLoss,
  defineModel,
  multiply,
  sampledTriples,
  trainingSettings,
  tripleL2,
  tripleScores,
  xavierUniform,
} from "../../src/index.js";
import { aggregated } from "./aggregation.js";
import { ALL_EDGES, attentionOf, collaborativeGraph, received, usersAndItems } from "./collaborativeGraph.js";
import { kgatHyperparameters } from "./hyperparameters.js";
import { transR } from "./knowledge.js";

/**
 * KGAT, knowledge graph attention network (Wang et al., KDD 2019), as its released code computes it. Equation numbers
 * are the paper's. An epoch ranks (phase `main`), trains TransR on all edges (phase `knowledge`), and computes the
 * attention anew, through which no gradient flows.
 */
export default defineModel({
  name: "kgat",
  title: "KGAT (Wang et al., KDD 2019): attention over interactions and a knowledge graph",
  hyperparameters: kgatHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    const graph = collaborativeGraph(m);

    // Until the first epoch is over, A is the sum over relations of D^-1 A
    const shares = { kind: "tailShares", ...ALL_EDGES };
    const refresh = h.attention ? { initial: shares } : "once";
    const recipe = h.attention ? { kind: "computed" } : shares;
    const attention = m.buffer("attention", ["graph_edges_entry"], recipe, refresh);
    const nodes = aggregated(m, graph.nodes, (z) => received(graph, attention, z), h);
    const { users, items } = usersAndItems(m, nodes);

    // (12)
    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(users, items, triples)));
    if (h.l2 > 0) m.loss("l2", multiply(h.l2, tripleL2(users, items, triples)));
    const settings = trainingSettings(h);
    m.train(settings);
    m.embeddings(users, items);
    if (!h.attention && !h.knowledge) return;

    m.axis("out", h.relationDim);
    const weight = m.parameter("relation_weight", ["relation", "dim", "out"], xavierUniform());
    const relation = m.parameter("relation_embedding", ["relation", "out"], xavierUniform());
    const knowledge = m.phase("knowledge");
    transR(knowledge, graph, weight, relation, h.knowledgeL2);
    knowledge.train({
      ...settings,
      sampler: { kind: "entries", buffer: "graph_edges", batchSize: h.knowledgeBatchSize },
      // Without TransR the attention is one of relations as they were drawn.
      ...(h.knowledge ? {} : { epochs: { from: 0, until: 0 } }),
    });
    if (h.attention) m.refresh("attention", { values: attentionOf(graph, weight, relation) });
    m.schedule(["main", "knowledge", ...(h.attention ? ["attention"] : [])]);
  },
});
