import type { RecipeTable } from "./recipeTable.js";
import { computed } from "./recipes/computed.js";
import { droppedInteractions } from "./recipes/droppedInteractions.js";
import { generatedInteractions, generatedLoops } from "./recipes/generatedInteractions.js";
import { negativeItems } from "./recipes/negativeItems.js";
import { prunedInteractions } from "./recipes/prunedInteractions.js";

/** Recipes that draw from the interactions or keep what the model computed: they need no files, so pages run them too. */
export const drawnRecipes: RecipeTable = new Map([
  ["computed", { make: computed, arguments: [] }],
  ["generatedInteractions", { make: generatedInteractions, arguments: ["keepRate"] }],
  ["generatedLoops", { make: generatedLoops, arguments: ["keepRate"] }],
  ["negativeItems", { make: negativeItems, arguments: ["perItems", "stream"] }],
  ["prunedInteractions", { make: prunedInteractions, arguments: ["ratio", "weights"] }],
  ["droppedInteractions", { make: droppedInteractions, arguments: ["drop", "ratio", "stream", "weights"] }],
]);
