import type { BufferEntry, Json } from "../artifacts/manifest.js";
import { nearestName } from "./nearestName.js";
import { RecipeError, type Recipe, type RecipeContext, type RecipeResult } from "./recipe.js";
import { RecipeArguments } from "./recipeArguments.js";

export interface RecipeEntry {
  readonly make: Recipe;
  /** Names of the arguments that a call must have. */
  readonly arguments: readonly string[];
  /** Arguments that a call may leave out. */
  readonly defaults?: Readonly<Record<string, Json>>;
}

/** Recipes by their kind. */
export type RecipeTable = ReadonlyMap<string, RecipeEntry>;

/**
 * The recipe of a buffer and what it is called with.
 *
 * @throws RecipeError for an unknown kind (with the nearest known one), an unknown or a missing argument
 */
export function recipeIn(
  table: RecipeTable,
  entry: BufferEntry,
): { readonly make: Recipe; readonly arguments: RecipeArguments } {
  const recipe = table.get(entry.recipe.kind);
  if (recipe === undefined) {
    throw new RecipeError(
      entry,
      `there is no recipe "${entry.recipe.kind}"`,
      `The recipes are ${[...table.keys()].join(", ")}; the nearest is "${nearestName(entry.recipe.kind, table.keys())!}"`,
    );
  }
  return { make: recipe.make, arguments: new RecipeArguments(entry, recipe.arguments, recipe.defaults) };
}

/** What makes the contents of buffers. @throws RecipeError as {@link recipeIn}, and if the recipe fails */
export type RunRecipe = (context: Omit<RecipeContext, "arguments">) => Promise<RecipeResult>;

/** Runs the recipes of a table. */
export function recipesOf(table: RecipeTable): RunRecipe {
  return async (context) => {
    const recipe = recipeIn(table, context.entry);
    return recipe.make({ ...context, arguments: recipe.arguments });
  };
}
