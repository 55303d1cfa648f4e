import { Random } from "../../runtime/data/random.js";
import { writeDataset } from "../../runtime/data/writeDataset.js";

export const tinySizes = { users: 40, items: 30 };

/**
 * Writes a shop in which users 0, 2, 4 … like even items and the others odd ones, so that a model learns something
 * in a few epochs. Item 29 is never trained on. Features of modality `text`; titles `Item 0` to `Item 29`.
 *
 * @param seed another seed gives another dataset of the same sizes
 */
export async function writeTinyDataset(folder: string, seed = 1): Promise<void> {
  const { users, items } = tinySizes;
  const random = new Random(seed, "tiny dataset");
  const pairs = { train: [], valid: [], test: [] } as Record<"train" | "valid" | "test", [number, number][]>;
  for (let user = 0; user < users; user++) {
    const liked = Int32Array.from(Array(items / 2 - 1).keys(), (index) => 2 * index + (user % 2));
    random.shuffle(liked);
    pairs.train.push(...Array.from(liked.subarray(0, 7), (item): [number, number] => [user, item]));
    pairs.valid.push([user, liked[7]!]);
    pairs.test.push([user, user === 1 ? items - 1 : liked[8]!]);
  }
  const columns = (list: readonly [number, number][]) => ({
    userIds: list.map(([user]) => user),
    itemIds: list.map(([, item]) => item),
  });
  await writeDataset(folder, {
    name: "tiny",
    users,
    items,
    interactions: {
      train: columns(pairs.train),
      valid: columns(pairs.valid),
      test: columns(pairs.test),
    },
    features: { text: { size: 4, data: Float32Array.from({ length: items * 4 }, () => random.normal()) } },
    itemColumns: { title: Array.from({ length: items }, (_, item) => `Item ${item}`) },
  });
}
