import { expect } from "chai";
import { existsSync } from "node:fs";
import fileSystem, { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
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

  /** Runs `action` with a rename that does `instead` when its target is `target`. */
  async function withRename(
    target: string,
    instead: () => Promise<void>,
    action: () => Promise<void>,
  ): Promise<void> {
    const original = fileSystem.rename;
    const replaced: typeof original = (from, to) =>
      to === target && String(from).includes(".writing-") ? instead() : original(from, to);
    Object.assign(fileSystem, { rename: replaced });
    syncBuiltinESMExports();
    try {
      await action();
    } finally {
      Object.assign(fileSystem, { rename: original });
      syncBuiltinESMExports();
    }
  }

  it("puts the old folder back when the last rename fails", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    const full = (): Promise<void> => Promise.reject(new Error("disk full"));
    await withRename(folder, full, async () => {
      await rejection(writeFolderAtomic(folder, fillWith("second")), Error);
    });
    expect(await content(folder)).to.equal("first");
    expect(await readdir(temporary.path)).to.deep.equal(["state"]);
  });

  it("puts the old folder back after a crash between the two renames", async () => {
    const folder = join(temporary.path, "state");
    await writeFolderAtomic(folder, fillWith("first"));
    // The process "dies" where the last rename should be: the write goes no further.
    let die = (): void => undefined;
    const death = new Promise<void>((resolve) => {
      die = resolve;
    });
    const never = (): Promise<void> => {
      die();
      return new Promise<void>(() => undefined);
    };
    await withRename(folder, never, () =>
      Promise.race([writeFolderAtomic(folder, fillWith("second")), death]),
    );
    expect(existsSync(folder)).to.equal(false);
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
