import { hostTensor } from "../hostTensor.js";
import { knowledgeLinks as linksOf, type KnowledgeLinks } from "../knowledge/links.js";
import { knowledgeSources } from "../knowledge/source.js";
import {
  RecipeError,
  requireDense,
  requireSparse,
  type Recipe,
  type RecipeContext,
  type RecipeResult,
} from "../recipe.js";
import { bucketStarts } from "../sparseMatrix.js";

/** Arguments that name a set of links, with what they are if left out. */
export const linkArguments = {
  modalities: [],
  clusters: 64,
  columns: [],
  minItems: 1,
  withItems: false,
  perHead: 0,
  atLeast: 1,
} as const;

/**
 * The links that the arguments name.
 *
 * @throws DatasetError if the dataset has none, RecipeError if there are fewer than `atLeast` entities
 */
export async function requestedLinks(
  context: RecipeContext,
  heads: "item" | "entity",
): Promise<KnowledgeLinks> {
  const { arguments: given } = context;
  const request = {
    heads,
    source: given.choice("source", knowledgeSources),
    modalities: given.texts("modalities"),
    clusters: given.count("clusters"),
    columns: given.texts("columns"),
    minItems: given.count("minItems"),
    withItems: given.flag("withItems"),
    perHead: given.number("perHead"),
    seed: context.seed,
  };
  const links = await linksOf(context.dataset, request, context.note);
  const least = given.count("atLeast");
  if (links.entities >= least) return links;
  throw new RecipeError(
    context.entry,
    `there are ${links.entities} entities, fewer than the ${least} that are kept of each row`,
    "Keep fewer, or choose another source of knowledge",
  );
}

/** Links as entries of weight 1, [head, entity]; links of several relations between the same two are parallel. */
export function linkMatrix({ heads, entities, headIds, tailIds }: KnowledgeLinks): RecipeResult {
  const matrix = {
    rows: heads,
    columns: entities,
    rowStart: bucketStarts(heads, headIds),
    columnIds: tailIds,
    values: new Float32Array(tailIds.length).fill(1),
  };
  return { kind: "sparse", matrix };
}

/** 1 at the relation of each link, float32 [link, relation]. */
export function relationMask({ relations, relationIds }: KnowledgeLinks): RecipeResult {
  const data = new Float32Array(relationIds.length * relations);
  relationIds.forEach((relation, link) => {
    data[link * relations + relation] = 1;
  });
  return { kind: "dense", tensor: hostTensor("float32", [relationIds.length, relations], data) };
}

/** Whether a buffer's rows are items or entities. @throws RecipeError if they are neither */
export function headAxis(context: RecipeContext): "item" | "entity" {
  const [row] = requireSparse(context, ["item", "entity"], ["entity", "entity"]);
  return row === "item" ? "item" : "entity";
}

/**
 * Links between items and other things as a matrix [item, entity], or between all entities, both ways, [entity,
 * entity], from a `source` (knowledge/source.ts); `linkRelations` with the same arguments gives their relations.
 *
 * `minItems` leaves out things that few items are linked to, `withItems` numbers items as the first entities of
 * [item, entity], `perHead` draws at most so many links of a head, once, and `atLeast` refuses fewer entities.
 */
export const knowledgeLinks: Recipe = async (context) =>
  linkMatrix(await requestedLinks(context, headAxis(context)));

/** 1 at the relation of each link of `knowledgeLinks`, whose rows are `heads`, float32 [link, relation]. */
export const linkRelations: Recipe = async (context) => {
  requireDense(context, "float32", null, ["relation"]);
  const heads = context.arguments.choice("heads", ["item", "entity"]);
  return relationMask(await requestedLinks(context, heads));
};

/**
 * 1 where an entity is an item, [item, entity], for links with the given `heads` that have items as their first
 * entities: its products pick the items' rows out of those of entities, or spread them over these.
 */
export const itemEntities: Recipe = async (context) => {
  requireSparse(context, ["item", "entity"]);
  const heads = context.arguments.choice("heads", ["item", "entity"]);
  const { entities } = await requestedLinks(context, heads);
  const { items } = context.dataset;
  if (heads === "item" && !context.arguments.flag("withItems")) {
    throw new RecipeError(
      context.entry,
      "items are not among the entities of these links",
      "Set withItems, or heads to entity",
    );
  }
  const matrix = {
    rows: items,
    columns: entities,
    rowStart: Int32Array.from({ length: items + 1 }, (_, item) => item),
    columnIds: Int32Array.from({ length: items }, (_, item) => item),
    values: new Float32Array(items).fill(1),
  };
  return { kind: "sparse", matrix };
};
