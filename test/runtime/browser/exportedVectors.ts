import { encodedGraphs, precisionContents } from "../../../exports/inference/encodedGraphs.js";
import { fitFoldIn } from "../../../exports/inference/foldInRule.js";
import { visitorGraphs } from "../../../exports/inference/visitorGraphs.js";
import type { FinalVectors } from "../../../exports/inferenceVectors.js";
import type { InteractionLists } from "../../../runtime/data/interactions.js";
import { Random } from "../../../runtime/data/random.js";
import type { Precision } from "../../../runtime/serving/exportFormat.js";
import { writeExport } from "../../../runtime/serving/writeExport.js";
import { interactionLists } from "../ranking/interactionLists.js";

export interface VectorSizes {
  readonly users: number;
  readonly items: number;
  readonly dim: number;
}

/** Vectors as of a trained model: users in the middle of the items they took. */
export function clusteredVectors({ users, items, dim }: VectorSizes) {
  const random = new Random(5, "vectors");
  const data = Float32Array.from({ length: items * dim }, () => random.normal());
  const taken = Array.from({ length: users }, () =>
    [...new Set(Array.from({ length: 6 }, () => random.below(items)))].sort((left, right) => left - right),
  );
  const ofUsers = new Float32Array(users * dim);
  taken.forEach((list, user) => {
    for (const item of list) {
      for (let d = 0; d < dim; d++) ofUsers[user * dim + d]! += data[item * dim + d]! / list.length;
    }
  });
  const vectors: FinalVectors = {
    users: { rows: users, dim, data: ofUsers },
    items: { rows: items, dim, data },
  };
  return { vectors, taken };
}

/** Writes an export of vectors, as `mmkit export` does. */
export async function writeVectors(
  folder: string,
  vectors: FinalVectors,
  { train, valid }: { readonly train: InteractionLists; readonly valid: InteractionLists },
  others: readonly Exclude<Precision, "float32">[] = [],
): Promise<void> {
  const foldIn = fitFoldIn(vectors, { train, valid });
  const graphs = (precision: Precision) => precisionContents(encodedGraphs(vectors, foldIn, precision));
  const { rows: items, dim } = vectors.items;
  await writeExport(folder, {
    description: {
      ...{ model: "vectors", title: "Vectors", users: vectors.users.rows, items, dim },
      foldIn: { ridge: foldIn.ridge },
      source: {},
    },
    precisions: {
      float32: graphs("float32"),
      ...Object.fromEntries(others.map((precision) => [precision, graphs(precision)])),
    },
    personalise: visitorGraphs(vectors.items, ["float32", ...others]),
    seen: train,
    titles: Array.from({ length: items }, (_, item) => `item ${item}`),
  });
}

/** Writes an export of {@link clusteredVectors}. */
export async function exportVectors(
  folder: string,
  sizes: VectorSizes,
  others: readonly Exclude<Precision, "float32">[] = [],
): Promise<ReturnType<typeof clusteredVectors>> {
  const made = clusteredVectors(sizes);
  const seen = interactionLists(made.taken);
  await writeVectors(folder, made.vectors, { train: seen, valid: seen }, others);
  return made;
}
