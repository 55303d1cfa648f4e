import {
  axisSize,
  divide,
  floor,
  gather,
  mean,
  multiply,
  stopGradient,
  subtract,
  toFloat,
  toIds,
  type Declaration,
  type Ids,
  type Sparse,
  type Tensor,
  type TrainingSettings,
} from "../../src/index.js";
import type { KnowledgeView } from "./attention.js";
import { denoiser } from "./denoiser.js";
import { diffusion } from "./diffusion.js";
import { chosenLinks, collaborativeLoss, type GenerationSettings, type LinkArguments } from "./generation.js";

/** What the diffusion holds fixed. */
interface Fixed {
  readonly users: Tensor<["user", "dim"]>;
  readonly entities: Tensor<["entity", "dim"]>;
  /** 1 where an entity is an item. */
  readonly places: Sparse<"item", "entity">;
}

/**
 * The generated knowledge graph of the released variant: DiffKG's diffusion over all entities' rows, without their
 * normalisation, and with the guidance of the code: the mean over the dimensions of one user's vector is added to every
 * entry, the user who has the row's number.
 *
 * That number is an entity's; the code fails where there are more entities than users, here they count round.
 */
export function entityDiffusion(
  m: Declaration,
  { users, entities, places }: Fixed,
  recipe: LinkArguments,
  settings: GenerationSettings,
  training: TrainingSettings,
): { readonly view: KnowledgeView<"entity">; readonly schedule: readonly string[] } {
  const allLinks = m.sparse("all_links", "entity", "entity", { kind: "knowledgeLinks", ...recipe });
  const phase = m.phase("diffusion");
  const ids = phase.rows("entity");
  const held = stopGradient(users);
  const shift = mean(gather(held, userOfRow(ids, users)), "dim");
  const rows = {
    ...({ name: "diffusion", column: "entity" } as const),
    clean: phase.denseRows(allLinks),
    ids,
    kept: settings.keptEntities,
  };
  const isShifted = settings.guidance === "scalarShift";
  const { elbo, predicted, generated } = diffusion<"entity">(
    m,
    denoiser<"entity">(m, settings, { name: "denoiser", column: "entity", firstStep: 0, isWide: true }),
    isShifted ? { ...rows, shift: { training: shift, generation: shift } } : rows,
    settings,
  );
  phase.loss("elbo", elbo);
  if (settings.collaborativeWeight > 0) {
    const own = gather(stopGradient(entities), ids);
    const collaborative = collaborativeLoss(m, predicted, places, users, own);
    phase.loss("collaborative", multiply(settings.collaborativeWeight, collaborative));
  }
  phase.train({
    ...training,
    sampler: { kind: "rows", axis: "entity", batchSize: settings.diffusionBatch },
    learningRate: { ...training.learningRate, base: settings.diffusionLearningRate },
  });
  return {
    view: chosenLinks(m, "entity", generated, recipe, { ...settings, reverses: true }),
    schedule: ["diffusion", "generated_entities", "generated_links", "generated_relations"],
  };
}

/** row mod number of users */
function userOfRow(rows: Ids<"entity", ["batch"]>, users: Tensor<["user", "dim"]>): Ids<"user", ["batch"]> {
  const count = axisSize(users, "user");
  const number = toFloat(rows);
  return toIds(subtract(number, multiply(floor(divide(number, count)), count)), "user");
}
