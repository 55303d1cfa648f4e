import type { Manifest } from "../runtime/artifacts/manifest.js";
import { RecipeError } from "../runtime/data/recipe.js";
import { recipes } from "../runtime/data/recipes.js";
import { recipeIn } from "../runtime/data/recipeTable.js";
import type { Declaration } from "../src/authoring/declaration.js";
import { DeclarationError } from "../src/ir/errors.js";

/** @throws DeclarationError at a buffer whose recipe the runtime does not have or cannot call */
export function checkRecipes(
  { buffers }: Pick<Manifest, "buffers">,
  declarations: readonly Declaration[],
): void {
  const declared = declarations.flatMap((declaration) => declaration.buffers);
  for (const entry of buffers) {
    const { refresh } = entry;
    const calls = [
      entry.recipe,
      ...(refresh === "once" || refresh.initial === null ? [] : [refresh.initial]),
    ];
    try {
      for (const recipe of calls) recipeIn(recipes, { ...entry, recipe });
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error;
      const { node } = declared.find(({ name }) => name === entry.name)!;
      const text = `recipe "${error.recipe}": ${error.problem}. ${error.fix}`;
      throw new DeclarationError(`buffer "${entry.name}"`, text, node.location);
    }
  }
}
