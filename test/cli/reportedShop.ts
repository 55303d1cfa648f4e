import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { writeDataset } from "../../runtime/data/writeDataset.js";

/** What a page must show as text and never take for its own. */
export const awkwardTitle = `</script><img src="x" onerror="alert(1)"> & 'co'`;

export const shopSizes = { users: 24, items: 20 };

/**
 * Writes a dataset that is awkward to show: titles like markup, pictures, an attribute of two values. Even users chose
 * even items and the others odd ones; item 18 is in test only, item 19 nowhere.
 *
 * @param options.isBare without items.tsv, validation and test
 */
export async function writeShop(folder: string, options: { readonly isBare?: true } = {}): Promise<void> {
  const { users, items } = shopSizes;
  const splits = { train: [], valid: [], test: [] } as Record<"train" | "valid" | "test", [number, number][]>;
  for (let user = 0; user < users; user++) {
    for (let step = 0; step < 6; step++) {
      splits.train.push([user, (2 * ((user + step) % 9) + (user % 2)) % 18]);
    }
    splits.valid.push([user, (2 * ((user + 6) % 9) + (user % 2)) % 18]);
    splits.test.push([user, user === 0 ? 18 : (2 * ((user + 7) % 9) + (user % 2)) % 18]);
  }
  const pairs = (split: keyof typeof splits) => {
    const list = options.isBare === true && split !== "train" ? [] : splits[split];
    return { userIds: list.map(([user]) => user), itemIds: list.map(([, item]) => item) };
  };
  const texts = (text: (item: number) => string): string[] =>
    Array.from({ length: items }, (_, item) => text(item));
  await writeDataset(folder, {
    name: options.isBare === true ? "bare" : "shop",
    users,
    items,
    interactions: { train: pairs("train"), valid: pairs("valid"), test: pairs("test") },
    ...(options.isBare === true
      ? {}
      : {
          itemColumns: {
            title: texts((item) => (item === 0 ? awkwardTitle : `Item ${item}`)),
            parity: texts((item) => (item % 2 === 0 ? "even <b>" : "odd & more")),
            picture: texts((item) => `pictures/${item}.png`),
          },
        }),
  });
  if (options.isBare === true) return;
  await mkdir(join(folder, "pictures"));
  for (let item = 0; item < items; item++) {
    const background = { r: 12 * item, g: 120, b: 200 };
    const picture = sharp({ create: { width: 24, height: 24, channels: 3, background } });
    await writeFile(join(folder, "pictures", `${item}.png`), await picture.png().toBuffer());
  }
}
