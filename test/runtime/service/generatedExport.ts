import { encodedGraphs, precisionContents } from "../../../exports/inference/encodedGraphs.js";
import { Random } from "../../../runtime/data/random.js";
import { writeExport } from "../../../runtime/serving/writeExport.js";
import { interactionLists } from "../ranking/interactionLists.js";

export interface GeneratedSize {
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  /** Training items of every user. */
  readonly seen: number;
}

/** As many as the Amazon data "Baby" has. */
export const babySize: GeneratedSize = { users: 19_445, items: 7_050, dim: 64, seen: 6 };

/** An export as a trained model gives it, with random vectors: users `u0`, `u1` …, items `i0`, `i1` … */
export async function writeGeneratedExport(
  folder: string,
  { users, items, dim, seen }: GeneratedSize,
  seed: number,
): Promise<void> {
  const random = new Random(seed, "generated export");
  const uniform = (): number => random.uint32() / 2 ** 31 - 1;
  const table = (rows: number) => ({
    rows,
    dim,
    data: Float32Array.from({ length: rows * dim }, uniform),
  });
  // The mean of what is liked.
  const map = Float32Array.from({ length: dim * dim }, (_, at) => (at % (dim + 1) === 0 ? 1 : 0));
  const vectors = { users: table(users), items: table(items) };
  const float32 = precisionContents(encodedGraphs(vectors, { ridge: 1, map }, "float32"));
  const drawn = Array.from({ length: users }, () =>
    [...new Set(Array.from({ length: seen }, () => random.uint32() % items))].sort((a, b) => a - b),
  );
  await writeExport(folder, {
    description: {
      model: "generated",
      title: "Generated",
      users,
      items,
      dim,
      foldIn: { ridge: 1 },
      source: { seed },
    },
    precisions: { float32 },
    seen: interactionLists(drawn),
    titles: Array.from({ length: items }, (_, item) => `Thing number ${item}`),
    itemKeys: Array.from({ length: items }, (_, item) => `i${item}`),
    userKeys: Array.from({ length: users }, (_, user) => `u${user}`),
  });
}
