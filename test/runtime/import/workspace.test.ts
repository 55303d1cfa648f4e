import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Workspace, type StepProgress } from "../../../runtime/import/workspace.js";
import { WorkspaceError } from "../../../runtime/import/workspaceError.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { runImport, writeFiles } from "./importing.js";

describe("the workspace of an import", () => {
  const folder = temporaryFolder();
  const at = (): string => join(folder.path, "data");

  it("lies beside the result and goes away, after an error, too", async () => {
    const names = await Workspace.with(at(), {}, async (workspace) => {
      await workspace.run("CREATE TABLE t AS SELECT 1");
      return readdir(folder.path);
    });
    expect(names).to.have.length(1);
    expect(names[0]).to.match(/^\.data\.importing-/);
    expect(await readdir(folder.path)).to.deep.equal([]);
    const error = await rejection(
      Workspace.with(at(), {}, (workspace) => workspace.run("SELECT * FROM absent")),
      WorkspaceError,
    );
    expect(error.message).to.match(
      /^DuckDB says: Catalog Error: Table with name absent does not exist.*\. Check the source\.$/,
    );
    expect(await readdir(folder.path)).to.deep.equal([]);
  });

  it("goes to the disk beyond its memory, and says what to do where that does not help", async () => {
    await Workspace.with(at(), { memory: "20MB", threads: 1 }, async (workspace) => {
      await workspace.run(
        "CREATE TABLE t AS SELECT range AS n, md5(CAST(range AS VARCHAR)) AS text FROM range(300000)",
      );
      expect(await workspace.count("SELECT count(*) FROM (SELECT n FROM t ORDER BY text)")).to.equal(300_000);
      const tooMuch = "SELECT list(text) FROM t";
      const error = await rejection(workspace.rows(tooMuch), WorkspaceError);
      expect(error.problem).to.match(/^DuckDB says: Out of Memory Error/);
      expect(error.fix).to.equal("Allow more with --memory, or fewer --threads");
    });
  });

  it("tells how far a long query is", async () => {
    const told: StepProgress[] = [];
    const onProgress = (progress: StepProgress): number => told.push(progress);
    await Workspace.with(at(), { threads: 1, onProgress }, async (workspace) => {
      await workspace.run("CREATE TABLE t AS SELECT range AS n FROM range(300000)");
      await workspace.run(
        "CREATE TABLE s AS SELECT max(md5(CAST(n AS VARCHAR))) FROM t GROUP BY n % 7",
        "hashing",
      );
    });
    expect(told[0]).to.deep.equal({ step: "hashing", fraction: null });
    expect(told.every(({ fraction }) => fraction === null || (fraction >= 0 && fraction <= 1))).to.equal(
      true,
    );
  });

  it("stops a query when it is told to, and the import leaves nothing behind", async () => {
    const controller = new AbortController();
    await writeFiles(folder.path, { "o.csv": "user,item\na,x\n" });
    const stopped = rejection(
      Workspace.with(at(), { signal: controller.signal }, async (workspace) => {
        setTimeout(() => {
          controller.abort();
        }, 50);
        await workspace.run(
          "SELECT count(*) FROM range(100000000000) a WHERE md5(CAST(range AS VARCHAR)) = ''",
        );
      }),
      WorkspaceError,
    );
    expect((await stopped).message).to.equal(
      "the import was interrupted. Nothing was written; start it again.",
    );
    const atOnce = await rejection(
      runImport(folder.path, "o.csv", { signal: controller.signal }),
      WorkspaceError,
    );
    expect(atOnce.problem).to.equal("the import was interrupted");
    expect(await readdir(folder.path)).to.deep.equal(["o.csv"]);
  });
});
