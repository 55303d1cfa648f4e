import {
  gather,
  matmul,
  meanAll,
  multiply,
  propagate,
  square,
  stopGradient,
  subtract,
  transposed,
  type Declaration,
  type Embeddings,
  type Scalar,
  type Sparse,
  type Tensor,
  type RefreshSettings,
  type TrainingSettings,
} from "../../src/index.js";
import type { KnowledgeView } from "./attention.js";
import { denoiser, type DenoiserSettings } from "./denoiser.js";
import { diffusion } from "./diffusion.js";
import type { NoiseSettings } from "./noiseSchedule.js";

export interface GenerationSettings extends NoiseSettings, DenoiserSettings {
  readonly guidance: "concat" | "scalarShift" | "ckgc" | "none";
  readonly collaborativeWeight: number;
  readonly diffusionLearningRate: number;
  readonly diffusionBatch: number;
  readonly keptEntities: number;
  readonly newEdges: "drop" | "byEntityType";
  readonly keepRate: number;
}

/** Arguments of the recipes that name the links. */
export type LinkArguments = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * The second view of KDiffE: a phase `diffusion` trains a denoiser on the items' rows of the knowledge graph, once over
 * all rows per epoch with an optimizer of its own, and each item's q entities of largest value after the reverse steps
 * become the graph of the epoch. Nothing of it reaches the recommender by a gradient.
 *
 * z̃_j of Eq. 11 is the mean of the users' embeddings over the users of the item, zero without any; the subscript i of
 * the printed sum is read as u, as it is a vector per item.
 */
export function generatedView(
  m: Declaration,
  links: Sparse<"item", "entity">,
  { users, items }: Embeddings,
  recipe: LinkArguments,
  settings: GenerationSettings,
  training: TrainingSettings,
): KnowledgeView<"item"> {
  const phase = m.phase("diffusion");
  const clean = phase.denseRows(links);
  const rows = phase.rows("item");
  const itemUsers = m.sparse("item_users", "item", "user", { kind: "interactions", weights: "rowMean" });
  const guide = gather(propagate(itemUsers, stopGradient(users)), rows);
  const form = { concat: { beside: guide }, scalarShift: { shift: guide }, ckgc: {}, none: {} };
  const { elbo, predicted, generated } = diffusion<"entity">(
    m,
    denoiser<"entity">(m, settings, { name: "denoiser", column: "entity", ...form[settings.guidance] }),
    { name: "diffusion", column: "entity", clean, ids: rows, kept: settings.keptEntities },
    settings,
  );
  const share = settings.guidance === "ckgc" ? settings.collaborativeWeight : 0;
  phase.loss("elbo", multiply(elbo, 1 - share));
  if (share > 0) {
    const own = gather(stopGradient(items), rows);
    const places = m.sparse("item_entities", "item", "entity", {
      kind: "itemEntities",
      heads: "item",
      ...recipe,
    });
    phase.loss("collaborative", multiply(collaborativeLoss(m, predicted, places, users, own), share));
  }
  phase.train({
    ...training,
    sampler: { kind: "rows", axis: "item", batchSize: settings.diffusionBatch },
    learningRate: { ...training.learningRate, base: settings.diffusionLearningRate },
  });
  return chosenLinks(m, "item", generated, recipe, settings);
}

/**
 * DiffKG's collaborative loss: the mean square of (x̂_0[:, items] Yᵀ) Z_U - z, what the predicted items say through their
 * users against the row's own vector.
 *
 * @param itemEntities 1 where an entity is an item
 * @param own z of the rows, a constant
 */
export function collaborativeLoss(
  m: Declaration,
  predicted: Tensor<["batch", "entity"]>,
  itemEntities: Sparse<"item", "entity">,
  users: Embeddings["users"],
  own: Tensor<["batch", "dim"]>,
): Scalar {
  const itemUsers = m.sparse("item_user_sums", "item", "user", { kind: "interactions", weights: "binary" });
  const sums = propagate(transposed(itemEntities), propagate(itemUsers, stopGradient(users)));
  return meanAll(square(subtract(matmul(predicted, sums), own)));
}

/** What becomes of what a denoiser generates. */
export interface GenerationRules {
  readonly newEdges: "drop" | "byEntityType";
  readonly keepRate: number;
  /** Adds the other direction of every link, between entities. */
  readonly reverses?: boolean;
}

/** The links to the entities that were chosen for the rows in this epoch. */
export function chosenLinks<Head extends "item" | "entity">(
  m: Declaration,
  heads: Head,
  generated: Tensor<["batch", "kept"], "int32", "entity">,
  recipe: LinkArguments,
  { newEdges, keepRate, reverses = false }: GenerationRules,
): KnowledgeView<Head> {
  const chosen = m.idBuffer("generated_entities", [heads, "kept"], "entity", { kind: "computed" }, "epoch");
  m.refresh("generated_entities", { values: generated });
  const rules = { ...recipe, newEdges, keepRate, reverses };
  // Before the first epoch, only to have a size: nothing reads it.
  const initially = (kind: string, more: LinkArguments = {}): RefreshSettings => ({
    initial: { kind, ...recipe, ...more },
  });
  const links = m.sparse(
    "generated_links",
    heads,
    "entity",
    { kind: "generatedLinks", ...rules },
    initially("knowledgeLinks"),
  );
  m.refresh("generated_links", { entities: chosen });
  const relations = m.buffer(
    "generated_relations",
    ["generated_links_entry", "relation"],
    { kind: "generatedRelations", heads, ...rules },
    initially("linkRelations", { heads }),
  );
  m.refresh("generated_relations", { entities: chosen });
  m.schedule(["diffusion", "generated_entities", "generated_links", "generated_relations", "main"]);
  return { links, relations };
}
