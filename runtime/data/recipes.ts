import { drawnRecipes } from "./drawnRecipes.js";
import { recipesOf, type RecipeEntry } from "./recipeTable.js";
import { degree } from "./recipes/degree.js";
import { empty } from "./recipes/empty.js";
import { featureMask } from "./recipes/featureMask.js";
import { features } from "./recipes/features.js";
import { generatedLinks, generatedRelations } from "./recipes/generatedLinks.js";
import { headRelations } from "./recipes/headRelations.js";
import { interactions } from "./recipes/interactions.js";
import { knn } from "./recipes/knn.js";
import { itemEntities, knowledgeLinks, linkArguments, linkRelations } from "./recipes/knowledgeLinks.js";
import { nearest } from "./recipes/nearest.js";
import { pairRelations } from "./recipes/pairRelations.js";
import { pca } from "./recipes/pca.js";
import { tailShares } from "./recipes/tailShares.js";
import { tripleRelations } from "./recipes/tripleRelations.js";
import { triples } from "./recipes/triples.js";
import { walkArguments, walkSelfLoops, walkSimilarity } from "./recipes/walkSimilarity.js";

/** Every recipe by its kind. */
export const recipes: ReadonlyMap<string, RecipeEntry> = new Map<string, RecipeEntry>([
  ...drawnRecipes,
  ["interactions", { make: interactions, arguments: ["weights"] }],
  ["degree", { make: degree, arguments: ["weights"] }],
  [
    "knn",
    { make: knn, arguments: ["modality", "k", "includeSelf", "impute"], defaults: { weights: "cosine" } },
  ],
  ["features", { make: features, arguments: ["modality"], defaults: { impute: "mean" } }],
  ["featureMask", { make: featureMask, arguments: ["modality"] }],
  ["pca", { make: pca, arguments: ["modality", "dim"], defaults: { impute: "mean" } }],
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

/** Makes the contents of a buffer as its recipe says. */
export const runRecipe = recipesOf(recipes);
