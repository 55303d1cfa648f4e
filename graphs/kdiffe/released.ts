import {
  add,
  bprLoss,
  concat,
  infoNce,
  multiply,
  propagate,
  rename,
  sampledTriples,
  sumOf,
  Tensor,
  trainingSettings,
  tripleScores,
  xavierUniform,
  type Declaration,
  type Embeddings,
  type Scalar,
  type Values,
} from "../../src/index.js";
import { knowledgeEncoder } from "../diffkg/encoder.js";
import { entityGraph } from "../diffkg/entityGraph.js";
import { modalityVectors } from "../diffmm/features.js";
import { generatedGraphs, type ModalitySources } from "../diffmm/generation.js";
import { multimodalTower } from "../diffmm/tower.js";
import { attentionParameters, relationAttention, type KnowledgeView } from "./attention.js";
import type { kdiffeHyperparameters } from "./hyperparameters.js";
import { interactionStep, overLayers } from "./interactionGraph.js";
import { entityDiffusion } from "./releasedDiffusion.js";
import { sumOfSquares } from "./sumOfSquares.js";

/**
 * KDiffE as its code computes it (kdiffe.md, section 7): DiffKG's tower over a knowledge graph and DiffMM's over the
 * modalities, both on L̄ and with the same user vectors, whose scores are added.
 *
 * By default with what is a mistake of the code: both views of the knowledge graph are the given one in training, so
 * that they differ by dropout alone; `fixViews` corrects it.
 */
export function releasedVariant(m: Declaration, h: Values<typeof kdiffeHyperparameters>): void {
  if (h.guidance !== "scalarShift" && h.guidance !== "none") {
    const text = `must be scalarShift or none with variant released, but it is ${h.guidance}`;
    throw m.problem("guidance", text);
  }
  m.axis("dim", h.dim);
  m.axis("relation");
  m.axis("entity");
  const users = m.parameter("user_embedding", ["user", "dim"], xavierUniform());
  const entities = m.parameter("entity_embedding", ["entity", "dim"], xavierUniform());
  const attention = attentionParameters(m);
  const step = interactionStep(m, { ...h, similarityWeight: h.attention ? h.similarityWeight : 0 });
  const layers = overLayers(step, h);
  const training = trainingSettings(h);

  // DiffMM's tower, with a table of items of its own
  const hasModalities = h.modalities.length > 0;
  const sources: ModalitySources | undefined = hasModalities
    ? {
        modalities: h.modalities,
        vectors: h.modalities.map((modality) => modalityVectors(m, modality, h.modalityTransform)),
        ego: { users, items: m.parameter("item_embedding", ["item", "dim"], xavierUniform()) },
      }
    : undefined;
  const share = h.collaborativeWeight;
  const generated =
    sources &&
    generatedGraphs(
      m,
      sources,
      {
        ...h,
        kept: h.keptEntities,
        collaborativeWeight: (modality) => (h.complementModalities.includes(modality) ? 1 - share : share),
        isShifted: h.guidance === "scalarShift",
      },
      training,
    );
  const modal =
    sources &&
    multimodalTower(
      m,
      sources,
      generated!,
      { step, layers },
      { generatedWeight: h.generatedWeight, residual: h.kgResidual },
    );

  // DiffKG's tower: items are the first entities
  const { recipe, given, places } = entityGraph(m, h);
  const denoised = entityDiffusion(m, { users, entities, places }, recipe, h, training);
  const encode = knowledgeEncoder(m, relationAttention<"entity">(attention), entities, h);
  const view = (knowledge: KnowledgeView<"entity">, name: string): Embeddings =>
    layers({ users, items: propagate(places, encode(knowledge, name)) });
  const knowledge = view(m.training && !h.fixViews ? given : denoised.view, "generated");

  const triples = sampledTriples(m);
  const scores = [knowledge, ...(modal === undefined ? [] : [modal.main])].map((tower) =>
    tripleScores(tower.users, tower.items, triples),
  );
  m.loss(
    "bpr",
    bprLoss({
      positive: sumOf(scores.map(({ positive }) => positive)),
      negative: sumOf(scores.map(({ negative }) => negative)),
    }),
  );

  if (h.cl && h.clWeight > 0) {
    const options = { temperature: h.temperature, candidates: "all", reduce: "mean" } as const;
    const contrast = (anchors: Embeddings, others: Embeddings): Scalar =>
      add(
        infoNce(anchors.users, others.users, triples.users, options),
        infoNce(anchors.items, others.items, triples.positives, options),
      );
    const views = modal?.views ?? [];
    const terms: Scalar[] =
      h.clMode === "main"
        ? views.map((other) => contrast(knowledge, other))
        : views.flatMap((first, i) => views.slice(i + 1).map((second) => contrast(first, second)));
    // In mode 0 the code computes the term of the knowledge graph and leaves it out of the loss
    if (h.clMode === "main" || h.fixViews) terms.push(contrast(view(given, "given"), knowledge));
    if (terms.length > 0) m.loss("contrast", multiply(h.clWeight, sumOf(terms)));
  }

  if (h.l2 > 0) {
    const regularised = m.parameters.filter(({ name }) =>
      h.l2Scope === "all" ? !/denoiser\//.test(name) : /^(user|item)_embedding$/.test(name),
    );
    const squares = regularised.map(({ node }) => sumOfSquares(new Tensor(node)));
    m.loss("l2", multiply(h.l2, sumOf(squares)));
  }

  m.schedule([...(generated?.schedule ?? []), ...denoised.schedule, "main"]);
  const both = modal === undefined ? knowledge : sideTowers(m, knowledge, modal.main, h.dim);
  m.embeddings(both.users, both.items);
  m.train(training);
}

/** Vectors whose dot product is the sum of the towers' scores. */
function sideTowers(
  m: Declaration,
  first: Embeddings,
  second: Embeddings,
  dim: number,
): Embeddings<"towers"> {
  m.axis("modal_dim", dim);
  m.axis("towers", ["dim", "modal_dim"]);
  const both = <Row extends "user" | "item">(
    left: Tensor<[Row, "dim"]>,
    right: Tensor<[Row, "dim"]>,
  ): Tensor<[Row, "towers"]> =>
    concat("towers", [
      { value: left, along: "dim" },
      { value: rename(right, "dim", "modal_dim"), along: "modal_dim" },
    ]) as unknown as Tensor<[Row, "towers"]>;
  return { users: both(first.users, second.users), items: both(first.items, second.items) };
}
