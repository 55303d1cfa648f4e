import type { Json } from "../artifacts/manifest.js";
import { nearestName } from "./nearestName.js";
import { RecipeError, type Recipe, type RecipeContext, type RecipeResult } from "./recipe.js";
import { RecipeArguments } from "./recipeArguments.js";
import { computed } from "./recipes/computed.js";
import { degree } from "./recipes/degree.js";
import { featureMask } from "./recipes/featureMask.js";
import { features } from "./recipes/features.js";
import { interactions } from "./recipes/interactions.js";
import { knn } from "./recipes/knn.js";
import { negativeItems } from "./recipes/negativeItems.js";
import { pca } from "./recipes/pca.js";

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
  ["knn", { make: knn, arguments: ["modality", "k", "includeSelf", "impute"] }],
  ["features", { make: features, arguments: ["modality"], defaults: { impute: "mean" } }],
  ["featureMask", { make: featureMask, arguments: ["modality"] }],
  ["pca", { make: pca, arguments: ["modality", "dim"], defaults: { impute: "mean" } }],
  ["negativeItems", { make: negativeItems, arguments: ["perItems", "stream"] }],
]);

/**
 * Makes the contents of a buffer as its recipe says.
 *
 * @throws RecipeError for an unknown kind (with the nearest known one), wrong arguments or a recipe that fails
 */
export async function runRecipe(context: Omit<RecipeContext, "arguments">): Promise<RecipeResult> {
  const { entry } = context;
  const recipe = recipes.get(entry.recipe.kind);
  if (recipe === undefined) {
    throw new RecipeError(
      entry,
      `there is no recipe "${entry.recipe.kind}"`,
      `The recipes are ${[...recipes.keys()].join(", ")}; the nearest is "${nearestName(entry.recipe.kind, recipes.keys())!}"`,
    );
  }
  return recipe.make({
    ...context,
    arguments: new RecipeArguments(entry, recipe.arguments, recipe.defaults),
  });
}
