import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PNG } from "pngjs";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { DatasetError } from "../../runtime/data/datasetError.js";
import type { DatasetContents } from "../../runtime/data/datasetContents.js";
import { writeDataset } from "../../runtime/data/writeDataset.js";
import type { CatalogueOptions } from "./catalogueOptions.js";
import { encodePictures, encodeTitles } from "./encodeItems.js";
import { generateCatalogue, type Catalogue } from "./generateCatalogue.js";
import type { Split } from "./generateInteractions.js";
import type { Item } from "./item.js";
import { drawPicture, pictureSize } from "./picture.js";

/** A square picture as a PNG file. @param pixels row-major red, green, blue bytes */
function pngFile(pixels: Uint8ClampedArray, size: number): Buffer {
  const png = new PNG({ width: size, height: size, colorType: 2, inputColorType: 2, inputHasAlpha: false });
  png.data = Buffer.from(pixels);
  return PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false });
}

const columns: Readonly<Record<string, (item: Item) => string>> = {
  title: (item) => item.title,
  kind: (item) => item.kind,
  form: (item) => item.form,
  colour: (item) => item.colour,
  pattern: (item) => item.pattern,
  style: (item) => item.style,
  material: (item) => item.material,
  cold: (item) => (item.cold ? "1" : "0"),
  picture: (item) => `pictures/${item.id}.png`,
};

function pairs({ interactions }: Catalogue, split: Split): { userIds: number[]; itemIds: number[] } {
  const rows = interactions.filter((row) => row.split === split);
  return { userIds: rows.map((row) => row.user), itemIds: rows.map((row) => row.item) };
}

/**
 * Generates the example shop and writes it as a dataset folder: interactions.tsv, items.tsv (title, attributes, a
 * `cold` flag and the picture's path), image.npy and text.npy, which the ONNX encoders compute from the pictures and
 * the titles and from nothing else, pictures/<item_id>.png and dataset.json, whose groups list the cold items.
 *
 * @param options.force replace an existing folder, with everything in it
 * @returns what was written
 * @throws CatalogueOptionError for sizes or a seed that make no catalogue; DatasetError if the folder exists and
 *   `force` is not set. The folder then is as it was.
 */
export async function writeCatalogue(
  folder: string,
  options: Partial<CatalogueOptions> & { readonly force?: boolean } = {},
): Promise<Catalogue> {
  const { force, ...given } = options;
  if (force !== true && existsSync(folder)) {
    throw new DatasetError({ file: folder }, "the folder exists already", "Choose another one or pass force");
  }
  const catalogue = generateCatalogue(given);
  const { items } = catalogue;
  const pictures = items.map((item) => drawPicture(item));
  const contents: DatasetContents = {
    name: "catalogue",
    users: catalogue.options.users,
    items: items.length,
    interactions: {
      train: pairs(catalogue, "train"),
      valid: pairs(catalogue, "valid"),
      test: pairs(catalogue, "test"),
    },
    features: {
      image: await encodePictures(pictures, pictureSize),
      text: await encodeTitles(items.map((item) => item.title)),
    },
    itemColumns: Object.fromEntries(
      Object.entries(columns).map(([name, text]) => [name, items.map((item) => text(item))]),
    ),
    groups: { coldItems: items.filter((item) => item.cold).map((item) => item.id) },
  };
  await writeFolderAtomic(folder, async (temporary) => {
    await writeDataset(temporary, contents, { force: true });
    await mkdir(join(temporary, "pictures"));
    for (const [id, picture] of pictures.entries()) {
      await writeFile(join(temporary, "pictures", `${id}.png`), pngFile(picture, pictureSize));
    }
  });
  return catalogue;
}
