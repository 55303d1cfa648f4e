import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { gitState } from "../../../runtime/training/environment.js";
import { temporaryFolder } from "../temporaryFolder.js";

describe("the git state of a folder", () => {
  const temporary = temporaryFolder();
  const git = (...words: string[]): string =>
    execFileSync("git", ["-C", temporary.path, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();

  it("is null outside a repository and before the first commit", async () => {
    expect(await gitState(temporary.path)).to.equal(null);
    git("init");
    expect(await gitState(temporary.path)).to.equal(null);
  });

  it("is the commit, dirty once a tracked file differs", async () => {
    git("init");
    await writeFile(join(temporary.path, "tracked"), "1");
    git("add", "tracked");
    git("commit", "-m", "first");
    await writeFile(join(temporary.path, "untracked"), "1");
    const commit = git("rev-parse", "HEAD");
    expect(await gitState(temporary.path)).to.deep.equal({ commit, dirty: false });
    await writeFile(join(temporary.path, "tracked"), "2");
    expect(await gitState(temporary.path)).to.deep.equal({ commit, dirty: true });
  });
});
