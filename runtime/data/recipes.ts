import type { Json } from "../artifacts/manifest.js";
import type { BufferEntry } from "../artifacts/manifest.js";
import { nearestName } from "./nearestName.js";
import { RecipeError, type Recipe, type RecipeContext, type RecipeResult } from "./recipe.js";
import { RecipeArguments } from "./recipeArguments.js";
import { computed } from "./recipes/computed.js";
import { degree } from "./recipes/degree.js";
import { droppedInteractions } from "./recipes/droppedInteractions.js";
import { empty } from "./recipes/empty.js";
import { featureMask } from "./recipes/featureMask.js";
import { features } from "./recipes/features.js";
import { generatedLinks, generatedRelations } from "./recipes/generatedLinks.js";
import { headRelations } from "./recipes/headRelations.js";
import { interactions } from "./recipes/interactions.js";
import { knn } from "./recipes/knn.js";
import { itemEntities, knowledgeLinks, linkArguments, linkRelations } from "./recipes/knowledgeLinks.js";
import { nearest } from "./recipes/nearest.js";
import { negativeItems } from "./recipes/negativeItems.js";
import { pairRelations } from "./recipes/pairRelations.js";
import { pca } from "./recipes/pca.js";
import { prunedInteractions } from "./recipes/prunedInteractions.js";
import { tailShares } from "./recipes/tailShares.js";
import { tripleRelations } from "./recipes/tripleRelations.js";
import { triples } from "./recipes/triples.js";
import { walkArguments, walkSelfLoops, walkSimilarity } from "./recipes/walkSimilarity.js";

interface RecipeEntry {
  readonly make: Recipe;
  /** Names of the arguments that a call must have. */
  readonly arguments: readonly string[];
  /** Arguments that a call may leave out. */
  readonly defaults?: Readonly<Record<string, Json>>;
}

/** Every recipe by its kind. */
export const recipes: ReadonlyMap<string, RecipeEntry> = new Map<string, RecipeEntry>([
  ["computed", { make: computed, arguments: [] }],
  ["interactions", { make: interactions, arguments: ["weights"] }],
  ["degree", { make: degree, arguments: ["weights"] }],
  [
    "knn",
    { make: knn, arguments: ["modality", "k", "includeSelf", "impute"], defaults: { weights: "cosine" } },
  ],
  ["features", { make: features, arguments: ["modality"], defaults: { impute: "mean" } }],
  ["featureMask", { make: featureMask, arguments: ["modality"] }],
  ["pca", { make: pca, arguments: ["modality", "dim"], defaults: { impute: "mean" } }],
  ["negativeItems", { make: negativeItems, arguments: ["perItems", "stream"] }],
  ["prunedInteractions", { make: prunedInteractions, arguments: ["ratio", "weights"] }],
  ["droppedInteractions", { make: droppedInteractions, arguments: ["drop", "ratio", "stream", "weights"] }],
  ["triples", { make: triples, arguments: ["inverse"], defaults: { ratio: 0, interactions: false } }],
  ["prunedTriples", { make: triples, arguments: ["inverse", "ratio"], defaults: { interactions: false } }],
  ["tripleRelations", { make: tripleRelations, arguments: ["inverse"], defaults: { ratio: 0 } }],
  ["headRelations", { make: headRelations, arguments: ["inverse"], defaults: { interactions: false } }],
  ["pairRelations", { make: pairRelations, arguments: ["inverse"], defaults: { interactions: false } }],
  ["tailShares", { make: tailShares, arguments: ["inverse"], defaults: { interactions: false } }],
  [
    "nearest",
    {
      make: nearest,
      arguments: ["k"],
      defaults: { includeSelf: false, weights: "symmetric", accumulate: "replace", decay: 0.5, keep: 50 },
    },
  ],
  ["empty", { make: empty, arguments: [] }],
  ["knowledgeLinks", { make: knowledgeLinks, arguments: ["source"], defaults: linkArguments }],
  ["itemEntities", { make: itemEntities, arguments: ["source", "heads"], defaults: linkArguments }],
  ["linkRelations", { make: linkRelations, arguments: ["source", "heads"], defaults: linkArguments }],
  [
    "generatedLinks",
    {
      make: generatedLinks,
      arguments: ["source", "newEdges", "keepRate"],
      defaults: { ...linkArguments, reverses: false },
    },
  ],
  [
    "generatedRelations",
    {
      make: generatedRelations,
      arguments: ["source", "heads", "newEdges", "keepRate"],
      defaults: { ...linkArguments, reverses: false },
    },
  ],
  ["walkSimilarity", { make: walkSimilarity, arguments: walkArguments }],
  ["walkSelfLoops", { make: walkSelfLoops, arguments: walkArguments }],
]);

/**
 * The recipe of a buffer and what it is called with.
 *
 * @throws RecipeError for an unknown kind (with the nearest known one), an unknown or a missing argument
 */
export function recipeOf(entry: BufferEntry): { readonly make: Recipe; readonly arguments: RecipeArguments } {
  const recipe = recipes.get(entry.recipe.kind);
  if (recipe === undefined) {
    throw new RecipeError(
      entry,
      `there is no recipe "${entry.recipe.kind}"`,
      `The recipes are ${[...recipes.keys()].join(", ")}; the nearest is "${nearestName(entry.recipe.kind, recipes.keys())!}"`,
    );
  }
  return { make: recipe.make, arguments: new RecipeArguments(entry, recipe.arguments, recipe.defaults) };
}

/**
 * Makes the contents of a buffer as its recipe says.
 *
 * @throws RecipeError as `recipeOf`, and if the recipe fails
 */
export async function runRecipe(context: Omit<RecipeContext, "arguments">): Promise<RecipeResult> {
  const recipe = recipeOf(context.entry);
  return recipe.make({ ...context, arguments: recipe.arguments });
}
