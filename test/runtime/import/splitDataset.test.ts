import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { splitDataset } from "../../../runtime/import/splitDataset.js";
import type { SplitSettings } from "../../../runtime/import/splits/applySplit.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { runImport, writeFiles } from "./importing.js";

const sharedData = process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data");

describe("splitting a dataset anew", () => {
  const folder = temporaryFolder();
  const at = (...names: readonly string[]): string => join(folder.path, ...names);

  const split = (
    dataset: string,
    method: SplitSettings["method"],
    more: { readonly time?: string; readonly seed?: number } = {},
  ) =>
    splitDataset({
      dataset,
      out: at(`${method}-${more.seed ?? 1}`),
      split: { method, seed: more.seed ?? 1, shares: [0.8, 0.1, 0.1] },
      time: more.time ?? null,
      force: false,
      threads: 1,
    });

  it("keeps everything but the parts, further columns of interactions included", async () => {
    const columns = (times: readonly number[]) => ({
      timestamp: times,
      device: times.map((time) => `d${time}`),
    });
    await writeDataset(at("shop"), {
      name: "shop",
      users: 3,
      items: 4,
      interactions: {
        train: { userIds: [0, 0, 1], itemIds: [0, 1, 2], columns: columns([1, 2, 3]) },
        valid: { userIds: [1], itemIds: [0], columns: columns([9]) },
        test: { userIds: [0, 0], itemIds: [3, 0], columns: columns([4, 0]) },
      },
      features: { text: { size: 2, data: Float32Array.of(1, 2, 0, 0, 5, 6, 7, 8), missing: [1] } },
      itemKeys: ["a", "b", "c", "d"],
      groups: { coldItems: [3] },
      source: { imported: { format: "csv" } },
    });
    const report = await split(at("shop"), "temporal");
    // The pair (0, 0) is there twice; the earlier one is kept.
    expect(report.repeated).to.equal(1);
    expect(await readFile(at("temporal-1", "interactions.tsv"), "utf8")).to.equal(
      [
        "user_id\titem_id\tsplit\ttimestamp\tdevice",
        ...["0\t1\ttrain\t2\td2", "0\t3\ttrain\t4\td4", "0\t0\ttrain\t0\td0"],
        ...["1\t2\ttrain\t3\td3", "1\t0\tvalid\t9\td9", ""],
      ].join("\n"),
    );
    const before = await loadDataset(at("shop"));
    const after = await loadDataset(at("temporal-1"));
    expect([after.name, after.users, after.items]).to.deep.equal(["shop", 3, 4]);
    expect(after.modalities.get("text")).to.deep.include({ data: before.modalities.get("text")!.data });
    expect([...after.modalities.get("text")!.missing]).to.deep.equal([1]);
    expect(after.keys.items!.keys()).to.deep.equal(["a", "b", "c", "d"]);
    expect(after.groups).to.deep.equal({ coldItems: [3] });
    expect(after.source).to.deep.equal({
      imported: { format: "csv" },
      split: { method: "temporal", seed: 1, shares: [0.8, 0.1, 0.1] },
    });
    expect((await loadDataset(at("shop"))).checksum).to.equal(before.checksum);
  });

  it("draws what an import with the same seed draws", async () => {
    const rows = Array.from({ length: 300 }, (_, row) => `u${(row * 7) % 17},i${(row * 13) % 53}\n`);
    await writeFiles(folder.path, { "o.csv": `user,item\n${rows.join("")}` });
    await runImport(folder.path, "o.csv", { split: { method: "lattice", seed: 4 } });
    await split(at("data"), "lattice", { seed: 4 });
    const lines = async (name: string): Promise<readonly string[]> =>
      (await readFile(at(name, "interactions.tsv"), "utf8")).split("\n").sort();
    expect(await lines("lattice-4")).to.deep.equal(await lines("data"));
  });

  it("looks for leakage in a split as it is", async () => {
    await writeFiles(folder.path, {
      "d/interactions.tsv": "user_id\titem_id\tsplit\ttime\n0\t0\ttrain\t5\n0\t1\tvalid\t3\n0\t1\ttest\t4\n",
    });
    const { leakage, interactions } = await split(at("d"), "given", { time: "time" });
    expect(interactions).to.deep.equal({ train: 1, valid: 1, test: 1 });
    expect(leakage.pairs).to.deep.equal({ trainValid: 0, trainTest: 0, validTest: 1 });
    expect(leakage.laterTraining).to.deep.equal({ any: 1, sameUser: 1 });
  });

  /** Counts of evaluation.md: the rule depends on how many interactions each user has, not on the draw. */
  const reference = [
    ["baby", "mmrec", { train: 118_551, valid: 20_559, test: 21_682 }],
    ["baby", "lattice", { train: 118_551, valid: 21_682, test: 20_559 }],
    ["clothing", "mmrec", { train: 197_338, valid: 40_150, test: 41_189 }],
  ] as const;
  for (const [name, method, counts] of reference) {
    it(`gives Amazon ${name} the published sizes by the rule of ${method}`, async function () {
      const dataset = join(sharedData, "amazon-cf", name);
      if (!existsSync(dataset)) {
        console.log(`      (no ${dataset}; set MMKIT_DATA to test with it)`);
        this.skip();
      }
      const report = await split(dataset, method);
      expect(report.interactions).to.deep.equal(counts);
      expect(report.leakage.warnings).to.deep.equal([]);
    });
  }
});
