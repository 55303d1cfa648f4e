import { generatedLinks as linksOf } from "../knowledge/generated.js";
import type { KnowledgeLinks } from "../knowledge/links.js";
import { Random } from "../random.js";
import { RecipeError, requireComputed, requireDense, type Recipe, type RecipeContext } from "../recipe.js";
import { headAxis, linkMatrix, relationMask, requestedLinks } from "./knowledgeLinks.js";

/** The epoch's generated links, the same for every buffer with the same arguments. */
async function epochLinks(context: RecipeContext, heads: "item" | "entity"): Promise<KnowledgeLinks> {
  const { arguments: given, entry } = context;
  const known = await requestedLinks(context, heads);
  const { data, dims } = requireComputed(context, "entities");
  if (!(data instanceof Int32Array) || dims.length !== 2 || dims[0] !== known.heads) {
    throw new RecipeError(
      entry,
      `the model computed ${data.constructor.name} [${dims.join(", ")}], not entity ids of ${known.heads} rows`,
      "Correct the declaration",
    );
  }
  const rules = {
    newEdges: given.choice("newEdges", ["drop", "byEntityType"]),
    reverses: given.flag("reverses"),
    keepRate: given.within("keepRate", 0, 1),
  };
  return linksOf(known, data, rules, new Random(context.seed, "generated links", context.epoch));
}

/**
 * Links between heads and the entities that the model chose for them, `entities` int32 [head, kept], as a matrix of
 * weights 1 with the axes of `knowledgeLinks`, whose arguments it takes.
 *
 * `newEdges` says what becomes of pairs that are not linked ("drop", or "byEntityType": the relation that links to the
 * entity most often), `reverses` adds (e, j) to (j, e), `keepRate` keeps so many of all, drawn anew every epoch.
 */
export const generatedLinks: Recipe = async (context) =>
  linkMatrix(await epochLinks(context, headAxis(context)));

/** 1 at the relation of each link of `generatedLinks`, whose rows are `heads`, float32 [link, relation]. */
export const generatedRelations: Recipe = async (context) => {
  requireDense(context, "float32", null, ["relation"]);
  return relationMask(await epochLinks(context, context.arguments.choice("heads", ["item", "entity"])));
};
