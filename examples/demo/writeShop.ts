import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import type { Catalogue } from "../catalogue/generateCatalogue.js";
import { drawPicture } from "../catalogue/picture.js";
import { PICTURE_SIZE, shopPaths, type SampleCustomer, type Shop } from "./shop.js";

const CUSTOMERS = 24;
const LIKED = 6;

/** The first customers who bought enough before and something later. */
function sampleCustomers({ interactions, options }: Catalogue): SampleCustomer[] {
  const all = Array.from({ length: options.users }, () => ({ liked: [] as number[], later: [] as number[] }));
  for (const { user, item, split } of interactions) {
    const customer = all[user]!;
    if (split === "train") customer.liked.push(item);
    else customer.later.push(item);
  }
  return all
    .filter(({ liked, later }) => liked.length >= LIKED && later.length > 0)
    .slice(0, CUSTOMERS)
    .map(({ liked, later }) => ({ liked: liked.slice(0, LIKED), later }));
}

/** The catalogue as the page reads it. */
export function shopOf(catalogue: Catalogue, measured: Pick<Shop, "models" | "popularityRecall20">): Shop {
  const purchases = new Map<number, number>();
  for (const { item, split } of catalogue.interactions) {
    if (split === "train") purchases.set(item, (purchases.get(item) ?? 0) + 1);
  }
  return {
    products: catalogue.items.map(({ id, title, kind, form, colour, pattern, style, material }) => ({
      ...{ title, kind, form, colour, pattern, style, material },
      purchases: purchases.get(id) ?? 0,
    })),
    customers: sampleCustomers(catalogue),
    ...measured,
  };
}

/** Writes the products and their pictures, drawn anew at the size that a page shows, below the page's folder. */
export async function writeShop(
  folder: string,
  catalogue: Catalogue,
  measured: Pick<Shop, "models" | "popularityRecall20">,
): Promise<void> {
  await mkdir(join(folder, dirname(shopPaths.picture(0))), { recursive: true });
  await writeFile(join(folder, shopPaths.shop), JSON.stringify(shopOf(catalogue, measured)));
  for (const item of catalogue.items) {
    const pixels = drawPicture(item, PICTURE_SIZE);
    const raw = { width: PICTURE_SIZE, height: PICTURE_SIZE, channels: 3 } as const;
    await sharp(pixels, { raw })
      .webp({ quality: 80, effort: 3 })
      .toFile(join(folder, shopPaths.picture(item.id)));
  }
}
