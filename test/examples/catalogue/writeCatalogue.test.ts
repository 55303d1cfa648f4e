import { expect } from "chai";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PNG } from "pngjs";
import { CatalogueOptionError } from "../../../examples/catalogue/catalogueOptions.js";
import { encodePictures, encodeTitles } from "../../../examples/catalogue/encodeItems.js";
import { drawPicture } from "../../../examples/catalogue/picture.js";
import { writeCatalogue } from "../../../examples/catalogue/writeCatalogue.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { rejection } from "../../runtime/rejection.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

const small = { users: 30, items: 72 };

async function contents(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, "latin1")));
  return new Map(files.map((file, index) => [file.slice(folder.length), texts[index]!] as const).sort());
}

/** Red, green and blue bytes of a PNG file. */
async function pixelsOf(file: string): Promise<{ size: number; pixels: Uint8ClampedArray }> {
  const { width, height, data } = PNG.sync.read(await readFile(file));
  expect(height).to.equal(width);
  return { size: width, pixels: new Uint8ClampedArray(data.filter((_, index) => index % 4 !== 3)) };
}

describe("written catalogue", () => {
  const folder = temporaryFolder();

  it("has equal bytes for equal seeds and others for another seed", async () => {
    await writeCatalogue(join(folder.path, "a"), { ...small, seed: 7 });
    await writeCatalogue(join(folder.path, "b"), { ...small, seed: 7 });
    await writeCatalogue(join(folder.path, "c"), { ...small, seed: 8 });
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => contents(join(folder.path, name))));
    expect(a!.size).to.equal(5 + small.items);
    expect([...a!.keys()]).to.deep.equal([...b!.keys()]);
    for (const [file, text] of a!) expect(text === b!.get(file), file).to.equal(true);
    for (const file of ["/interactions.tsv", "/items.tsv", "/image.npy", "/text.npy", "/pictures/0.png"]) {
      expect(a!.get(file) === c!.get(file), file).to.equal(false);
    }
  });

  it("is a dataset that loads without complaint", async () => {
    const path = join(folder.path, "shop");
    const { items, interactions } = await writeCatalogue(path, small);
    const dataset = await loadDataset(path);
    expect([dataset.users, dataset.items]).to.deep.equal([30, 72]);
    for (const split of ["train", "valid", "test"] as const) {
      expect(dataset.counts[split]).to.equal(interactions.filter((row) => row.split === split).length);
    }
    expect([...dataset.modalities.keys()].sort()).to.deep.equal(["image", "text"]);
    expect(dataset.notes.filter((note) => note.kind !== "itemWithoutTrain")).to.deep.equal([]);
    const cold = items.filter((item) => item.cold).map((item) => item.id);
    expect(dataset.groups).to.deep.equal({ coldItems: cold });
    for (const { id, title, kind } of items) {
      expect(dataset.itemTable!.text("title", id)).to.equal(title);
      expect(dataset.itemTable!.text("kind", id)).to.equal(kind);
    }
  });

  it("has a picture of 48 by 48 pixels for every item, exactly as drawn", async () => {
    const path = join(folder.path, "shop");
    const { items } = await writeCatalogue(path, small);
    for (const item of items) {
      const { size, pixels } = await pixelsOf(join(path, "pictures", `${item.id}.png`));
      expect(size).to.equal(48);
      expect(pixels).to.deep.equal(drawPicture(item));
    }
  });

  it("has features that come from the picture files and the titles alone", async () => {
    const path = join(folder.path, "shop");
    const { items } = await writeCatalogue(path, small);
    const dataset = await loadDataset(path);
    const pictures = await Promise.all(
      items.map((item) => pixelsOf(join(path, "pictures", `${item.id}.png`))),
    );
    const image = await encodePictures(
      pictures.map(({ pixels }) => pixels),
      48,
    );
    const text = await encodeTitles(items.map(({ id }) => dataset.itemTable!.text("title", id)!));
    expect(dataset.modalities.get("image")!.data).to.deep.equal(image.data);
    expect(dataset.modalities.get("text")!.data).to.deep.equal(text.data);
  });

  it("does not replace a folder unless forced, and then as a whole", async () => {
    const path = join(folder.path, "mine");
    await mkdir(path);
    await writeFile(join(path, "diary.txt"), "dear diary");
    const error = await rejection(writeCatalogue(path, small), DatasetError);
    expect(error.file).to.equal(path);
    expect(error.message).to.include("exists already");
    expect([...(await contents(path))]).to.deep.equal([["/diary.txt", "dear diary"]]);
    await writeCatalogue(path, { ...small, force: true });
    expect(await readdir(path)).to.not.include("diary.txt");
    expect(await readdir(folder.path)).to.deep.equal(["mine"]);
  });

  it("leaves nothing behind when the options are wrong", async () => {
    const error = await rejection(writeCatalogue(join(folder.path, "x"), { items: 3 }), CatalogueOptionError);
    expect(error.option).to.equal("items");
    expect(await readdir(folder.path)).to.deep.equal([]);
  });
});
