import { knowledgeGraphOf } from "../knowledgeGraph.js";
import { RecipeError, type Recipe } from "../recipe.js";

/** A sparse matrix of users, items or entities without entries: what a computed graph is before it is first made. */
export const empty: Recipe = async (context) => {
  const { entry, dataset } = context;
  if (entry.kind !== "sparse") {
    throw new RecipeError(
      entry,
      "it makes a sparse matrix, but the buffer is dense",
      "Correct the declaration",
    );
  }
  const sizeOf = async (axis: string): Promise<number> => {
    if (axis === "user") return dataset.users;
    if (axis === "item") return dataset.items;
    if (axis === "entity") return (await knowledgeGraphOf(dataset)).entities;
    throw new RecipeError(
      entry,
      `it does not know the size of the axis "${axis}"`,
      "Its axes may be user, item and entity",
    );
  };
  const rows = await sizeOf(entry.row);
  const columns = await sizeOf(entry.column);
  const matrix = {
    rows,
    columns,
    rowStart: new Int32Array(rows + 1),
    columnIds: new Int32Array(0),
    values: new Float32Array(0),
  };
  return { kind: "sparse", matrix };
};
