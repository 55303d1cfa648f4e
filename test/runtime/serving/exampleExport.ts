import {
  writeExport,
  type ExportContents,
  type PrecisionContents,
} from "../../../runtime/serving/writeExport.js";
import { interactionLists } from "../ranking/interactionLists.js";
import { tinyOnnx, type TinyModel } from "../tinyOnnx.js";

const users = { name: "users", dtype: "float32", dims: [3, 2], values: [1, 0, 0, 1, 1, 1] } as const;
const items = {
  name: "items_by_dim",
  dtype: "float32",
  dims: [2, 4],
  values: [3, 1, 0, 1, 0, 2, 5, 2],
} as const;
const itemRows = {
  name: "item_rows",
  dtype: "float32",
  dims: [4, 2],
  values: [3, 0, 1, 2, 0, 5, 1, 2],
} as const;

const seen = { name: "seen", dtype: "int64", axes: ["pair", 2] } as const;
const k = { name: "k", dtype: "int64", axes: [1] } as const;
const lists = [
  { name: "items", dtype: "int64", axes: ["block", "k"] },
  { name: "scores", dtype: "float32", axes: ["block", "k"] },
] as const;
const vectors = { name: "vectors", dtype: "float32", axes: ["block", 2] } as const;
const masked = { name: "masked", dtype: "float32", dims: [1], values: [-3e38] } as const;

/** The ranking of vectors; seen items get the score -3e38. */
function ranking(of: string): TinyModel["nodes"] {
  return [
    { op: "MatMul", name: "product", inputs: [of, "items_by_dim"], outputs: ["all"] },
    {
      op: "Shape",
      name: "pairs",
      inputs: ["seen"],
      outputs: ["pair_count"],
      attributes: { start: 0, end: 1 },
    },
    { op: "Expand", name: "fill", inputs: ["masked", "pair_count"], outputs: ["fills"] },
    { op: "ScatterND", name: "mask", inputs: ["all", "seen", "fills"], outputs: ["shown"] },
    { op: "TopK", name: "top", inputs: ["shown", "k"], outputs: ["scores", "items"] },
  ];
}

/** Three users and four items of two dimensions. */
const recommend: TinyModel = {
  inputs: [{ name: "user_ids", dtype: "int32", axes: ["block"] }, seen, k],
  outputs: lists,
  constants: [users, items, masked],
  nodes: [
    { op: "Gather", name: "block", inputs: ["users", "user_ids"], outputs: ["rows"] },
    ...ranking("rows"),
  ],
};

const rank: TinyModel = {
  inputs: [vectors, seen, k],
  outputs: lists,
  constants: [items, masked],
  nodes: ranking("vectors"),
};

/** The sum of the liked items; -1 looks up the last row, which is zeros. */
const foldIn: TinyModel = {
  inputs: [{ name: "liked", dtype: "int32", axes: ["block", "liked"] }, seen, k],
  outputs: [vectors, ...lists],
  constants: [
    items,
    masked,
    { name: "padded_rows", dtype: "float32", dims: [5, 2], values: [...itemRows.values, 0, 0] },
    { name: "axis", dtype: "int64", dims: [1], values: [1] },
  ],
  nodes: [
    { op: "Gather", name: "rows", inputs: ["padded_rows", "liked"], outputs: ["liked_rows"] },
    {
      op: "ReduceSum",
      name: "sum",
      inputs: ["liked_rows", "axis"],
      outputs: ["vectors"],
      attributes: { keepdims: 0 },
    },
    ...ranking("vectors"),
  ],
};

/** Cosines in hundredths, an item's own masked. */
const cosines = [-3e38, 45, 0, 45, 45, -3e38, 89, 100, 0, 89, -3e38, 89, 45, 100, 89, -3e38];
const similar: TinyModel = {
  inputs: [{ name: "item_ids", dtype: "int32", axes: ["block"] }, k],
  outputs: lists,
  constants: [{ name: "cosines", dtype: "float32", dims: [4, 4], values: cosines }],
  nodes: [
    { op: "Gather", name: "block", inputs: ["cosines", "item_ids"], outputs: ["rows"] },
    { op: "TopK", name: "top", inputs: ["rows", "k"], outputs: ["scores", "items"] },
  ],
};

const score: TinyModel = {
  inputs: [
    { name: "user_ids", dtype: "int32", axes: ["pair"] },
    { name: "item_ids", dtype: "int32", axes: ["pair"] },
  ],
  outputs: [{ name: "scores", dtype: "float32", axes: ["pair"] }],
  constants: [users, itemRows, { name: "axis", dtype: "int64", dims: [1], values: [1] }],
  nodes: [
    { op: "Gather", name: "left", inputs: ["users", "user_ids"], outputs: ["left_rows"] },
    { op: "Gather", name: "right", inputs: ["item_rows", "item_ids"], outputs: ["right_rows"] },
    { op: "Mul", name: "products", inputs: ["left_rows", "right_rows"], outputs: ["product"] },
    {
      op: "ReduceSum",
      name: "sum",
      inputs: ["product", "axis"],
      outputs: ["scores"],
      attributes: { keepdims: 0 },
    },
  ],
};

/** Bytes of the example's graphs. */
export const exampleGraphs: PrecisionContents["graphs"] = {
  recommend: () => tinyOnnx(recommend),
  score: () => tinyOnnx(score),
  similar: () => tinyOnnx(similar),
  foldIn: () => tinyOnnx(foldIn),
  rank: () => tinyOnnx(rank),
};

/** Scores: user 0: 3 1 0 1; user 1: 0 2 5 2; user 2: 3 3 5 3. User 0 has seen item 0, user 2 items 1 and 2. */
export function exampleExport(): ExportContents {
  return {
    description: {
      model: "example",
      title: "Example",
      users: 3,
      items: 4,
      dim: 2,
      foldIn: { ridge: 1 },
      source: { seed: 999 },
    },
    precisions: { float32: { graphs: exampleGraphs } },
    seen: interactionLists([[0], [], [1, 2]]),
    titles: ["zero", "one", "two\twith a tab", "three"],
  };
}

export async function writeExampleExport(
  folder: string,
  changes: Partial<ExportContents> = {},
): Promise<void> {
  await writeExport(folder, { ...exampleExport(), ...changes });
}
