import {
  add,
  bprLoss,
  dropout,
  idEmbeddings,
  infoNce,
  multiply,
  normalise,
  sampledTriples,
  sumOf,
  trainingSettings,
  tripleScores,
  xavierUniform,
  type Declaration,
  type Embeddings,
  type Values,
} from "../../src/index.js";
import { attentionParameters, relationAttention, type KnowledgeView } from "./attention.js";
import { generatedView } from "./generation.js";
import type { kdiffeHyperparameters } from "./hyperparameters.js";
import { interactionGraph } from "./interactionGraph.js";
import { sumOfSquares } from "./sumOfSquares.js";

/** KDiffE as the paper prints it; equation numbers are the paper's. */
export function paperVariant(m: Declaration, h: Values<typeof kdiffeHyperparameters>): void {
  m.axis("dim", h.dim);
  m.axis("relation");
  const contrast = h.cl && h.clWeight > 0;
  const collaborative = contrast && h.guidance === "ckgc" && h.collaborativeWeight > 0;
  m.axis("entity");
  const ego = idEmbeddings(m);
  const entities = m.parameter("entity_embedding", ["entity", "dim"], xavierUniform());
  const attention = attentionParameters(m);

  const { source, modalities, clusters, columns, minItems } = h;
  const recipe = {
    ...{ source, modalities, clusters, columns, minItems },
    ...{ withItems: collaborative, atLeast: contrast ? h.keptEntities : 1 },
  };
  const links = m.sparse("links", "item", "entity", { kind: "knowledgeLinks", ...recipe });
  const relations = m.buffer("link_relations", ["links_entry", "relation"], {
    kind: "linkRelations",
    heads: "item",
    ...recipe,
  });

  // (1) with (2): z_j ← Norm(z_j + Σ a z_e); items without links keep Norm(z_j)
  const attend = relationAttention<"item">(attention);
  const propagate = interactionGraph(m, { ...h, similarityWeight: h.attention ? h.similarityWeight : 0 });
  const view = (knowledge: KnowledgeView<"item">, name: string): Embeddings => {
    const message = add(ego.items, attend(knowledge, ego.items, entities));
    const enhanced = normalise(dropout(m, `${name}/messages`, message, h.messDropout), "dim");
    const items = h.kgResidual > 0 ? add(enhanced, multiply(h.kgResidual, ego.items)) : enhanced;
    return propagate({ users: ego.users, items });
  };
  const training = trainingSettings(h);
  const main = view({ links, relations }, "main");

  // (7) and (15), of whose printed -log(y_ui - y_uj) the sigmoid is missing
  const triples = sampledTriples(m);
  m.loss("bpr", bprLoss(tripleScores(main.users, main.items, triples)));

  // (13): anchors of the main view against all users or items of the generated one
  if (contrast) {
    const other = view(generatedView(m, links, ego, recipe, h, training), "contrast");
    const options = { temperature: h.temperature, candidates: "all", reduce: "mean" } as const;
    const terms = add(
      infoNce(main.users, other.users, triples.users, options),
      infoNce(main.items, other.items, triples.positives, options),
    );
    m.loss("contrast", multiply(h.clWeight, terms));
  }

  // (14)
  if (h.l2 > 0) {
    const tables = [sumOfSquares(ego.users), sumOfSquares(ego.items)];
    const others = [
      sumOfSquares(entities),
      sumOfSquares(attention.weight),
      sumOfSquares(attention.relations),
    ];
    m.loss("l2", multiply(h.l2, sumOf(h.l2Scope === "all" ? [...tables, ...others] : tables)));
  }

  m.embeddings(main.users, main.items);
  m.train(training);
}
