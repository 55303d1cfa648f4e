import { exportFiles, writeExport, type ExportContents } from "../../../runtime/serving/exportFormat.js";
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

/** Three users and four items of two dimensions; seen items get the score -3e38. */
const recommend: TinyModel = {
  inputs: [
    { name: "user_ids", dtype: "int32", axes: ["block"] },
    { name: "seen", dtype: "int64", axes: ["pair", 2] },
    { name: "k", dtype: "int64", axes: [1] },
  ],
  outputs: [
    { name: "items", dtype: "int64", axes: ["block", "k"] },
    { name: "scores", dtype: "float32", axes: ["block", "k"] },
  ],
  constants: [users, items, { name: "masked", dtype: "float32", dims: [1], values: [-3e38] }],
  nodes: [
    { op: "Gather", name: "block", inputs: ["users", "user_ids"], outputs: ["rows"] },
    { op: "MatMul", name: "product", inputs: ["rows", "items_by_dim"], outputs: ["all"] },
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

/** Scores: user 0: 3 1 0 1; user 1: 0 2 5 2; user 2: 3 3 5 3. User 0 has seen item 0, user 2 items 1 and 2. */
export function exampleExport(): ExportContents {
  return {
    description: {
      model: "example",
      title: "Example",
      users: 3,
      items: 4,
      dim: 2,
      precision: "float32",
      source: { seed: 999 },
    },
    graphs: new Map([
      [exportFiles.recommend, tinyOnnx(recommend)],
      [exportFiles.score, tinyOnnx(score)],
    ]),
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
