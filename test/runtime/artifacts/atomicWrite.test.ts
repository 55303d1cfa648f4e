import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { restoreFolder, writeFileAtomic, writeFolderAtomic } from "../../../runtime/artifacts/atomicWrite.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

describe("writeFileAtomic", () => {
  const temporary = temporaryFolder();

  it("writes text and bytes, making the folder", async () => {
    const file = join(temporary.path, "new", "file");
    await writeFileAtomic(file, "text");
    expect(await readFile(file, "utf8")).to.equal("text");
    await writeFileAtomic(file, Uint8Array.of(1, 2, 3));
    expect([...(await readFile(file))]).to.deep.equal([1, 2, 3]);
    expect(await readdir(join(temporary.path, "new"))).to.deep.equal(["file"]);
  });

  it("leaves no temporary file when the target cannot be replaced", async () => {
    const target = join(temporary.path, "target");
    await mkdir(join(target, "occupied"), { recursive: true });
    await rejection(writeFileAtomic(target, "text"), Error);
    expect(await readdir(temporary.path)).to.deep.equal(["target"]);
    expect(await readdir(target)).to.deep.equal(["occupied"]);
  });
});

describe("writeFolderAtomic", () => {
  const temporary = temporaryFolder();
  const fillWith = (text: string) => async (folder: string) => {
    await mkdir(join(folder, "inner"));
    await writeFile(join(folder, "inner", "file"), text);
  };
  const content = (folder: string): Promise<string> => readFile(join(folder, "inner", "file"), "utf8");

  it("replaces a folder as a whole and leaves nothing beside it", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    await writeFile(join(folder, "stray"), "");
    await writeFolderAtomic(folder, fillWith("second"));
    expect(await content(folder)).to.equal("second");
    expect(await readdir(folder)).to.deep.equal(["inner"]);
    expect(await readdir(temporary.path)).to.deep.equal(["state"]);
  });

  it("keeps the old folder when filling the new one fails half way", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    const failing = writeFolderAtomic(folder, async (temporaryPlace) => {
      await fillWith("half")(temporaryPlace);
      throw new Error("disk full");
    });
    expect((await rejection(failing, Error)).message).to.equal("disk full");
    expect(await content(folder)).to.equal("first");
    expect(await readdir(temporary.path)).to.deep.equal(["state"]);
  });

  it("does not show the new folder before it is complete", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    await writeFolderAtomic(folder, async (temporaryPlace) => {
      await fillWith("second")(temporaryPlace);
      expect(await content(folder)).to.equal("first");
    });
    expect(await content(folder)).to.equal("second");
  });

  it("puts the old folder back after a crash between the two renames", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    await rename(folder, `${folder}.previous`);
    expect(await restoreFolder(folder)).to.equal(true);
    expect(await content(folder)).to.equal("first");
    expect(await restoreFolder(folder)).to.equal(false);
  });

  it("writes over the remains of a crash", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    await rename(folder, `${folder}.previous`);
    await writeFolderAtomic(folder, fillWith("second"));
    expect(await content(folder)).to.equal("second");
    expect(existsSync(`${folder}.previous`)).to.equal(false);
  });
});
