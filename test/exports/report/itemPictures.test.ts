import { symlink, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import sharp from "sharp";
import { itemPictures } from "../../../exports/report/itemPictures.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

describe("the pictures of items", () => {
  const temporary = temporaryFolder();
  const picture = (side: number): Promise<Buffer> =>
    sharp({ create: { width: side, height: side, channels: 3, background: "#336699" } })
      .png()
      .toBuffer();

  async function datasetWith(paths: readonly string[]) {
    const folder = join(temporary.path, "data");
    const ids = paths.map((_, item) => item);
    await writeDataset(folder, {
      name: "pictures",
      users: 1,
      items: paths.length,
      interactions: {
        train: { userIds: ids.map(() => 0), itemIds: ids },
        valid: { userIds: [], itemIds: [] },
        test: { userIds: [], itemIds: [] },
      },
      itemColumns: { picture: paths },
    });
    return { dataset: await loadDataset(folder), folder };
  }

  it("are small copies within the page", async () => {
    const { dataset, folder } = await datasetWith(["a.png", "", "sub/b.png"]);
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "a.png"), await picture(300));
    await writeFile(join(folder, "sub", "b.png"), await picture(20));
    const { uris, problems } = await itemPictures(dataset, [0, 1, 2, 0]);
    expect(problems).to.deep.equal([]);
    expect([...uris.keys()]).to.deep.equal([0, 2]);
    const bytes = Buffer.from(uris.get(0)!.replace("data:image/webp;base64,", ""), "base64");
    expect((await sharp(bytes).metadata()).width).to.equal(112);
  });

  it("outside the dataset's folder, of another format or on a host are left out, and it is said", async () => {
    const paths = ["../secret.png", "link.png", "text.png", "https://example.org/a.png", "missing.png"];
    const { dataset, folder } = await datasetWith(paths);
    await writeFile(join(temporary.path, "secret.png"), await picture(20));
    await symlink(join(temporary.path, "secret.png"), join(folder, "link.png"));
    await writeFile(join(folder, "text.png"), "no picture");
    const { uris, problems } = await itemPictures(dataset, [0, 1, 2, 3, 4]);
    expect(uris.size).to.equal(0);
    expect(problems).to.deep.equal([
      "5 pictures are not image files within the dataset's folder, the first is ../secret.png",
    ]);
  });

  it("are bounded in number", async () => {
    const { dataset, folder } = await datasetWith(Array.from({ length: 160 }, () => "a.png"));
    await writeFile(join(folder, "a.png"), await picture(4));
    const { uris, problems } = await itemPictures(dataset, [...Array(160).keys()]);
    expect(uris.size).to.equal(150);
    expect(problems).to.deep.equal(["10 pictures are left out to keep the page small"]);
  });
});
