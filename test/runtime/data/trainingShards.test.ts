import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { trainingShards, type TrainingShard } from "../../../runtime/data/trainingShards.js";
import { writeGenerated } from "../../benchmarks/data/writeGenerated.js";
import { rejection } from "./rejection.js";

describe("training interactions in shards of users", () => {
  let folder: string;
  const all = async (file: string, usersPerShard: number, items = 10): Promise<TrainingShard[]> => {
    const shards: TrainingShard[] = [];
    for await (const shard of trainingShards(file, { items, usersPerShard })) shards.push(shard);
    return shards;
  };
  const written = async (...rows: string[]): Promise<string> => {
    const file = join(folder, "interactions.tsv");
    await writeFile(file, `user_id\titem_id\tsplit\n${rows.join("\n")}\n`);
    return file;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-shards-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("hold the training rows of their users, items ascending and once, shards without any left out", async () => {
    const file = await written("0\t5\ttrain", "0\t2\ttrain", "0\t5\ttrain", "1\t7\ttest", "6\t9\ttrain");
    const shards = await all(file, 2);
    expect(shards.map(({ firstUser }) => firstUser)).to.deep.equal([0, 6]);
    expect([...shards[0]!.pattern.rowStart]).to.deep.equal([0, 2, 2]);
    expect([...shards[0]!.pattern.columnIds]).to.deep.equal([2, 5]);
    expect([...shards[1]!.pattern.columnIds]).to.deep.equal([9]);
  });

  it("are together what the dataset holds, across the pieces that the file is read in", async () => {
    const spec = { users: 20_000, items: 900, pairs: 120_000, heldOutUsers: 100, seed: 3, features: {} };
    await writeGenerated(join(folder, "large"), "large", spec);
    const { train } = await loadDataset(join(folder, "large"));
    const shards = await all(join(folder, "large", "interactions.tsv"), 3000, 900);
    expect(shards).to.have.length(7);
    expect(shards.flatMap(({ pattern }) => [...pattern.columnIds])).to.deep.equal([...train.itemIds]);
    for (const { firstUser, pattern } of shards) {
      const start = train.rowStart[firstUser]!;
      const expected = train.rowStart.subarray(firstUser, firstUser + pattern.rows + 1);
      expect([...pattern.rowStart]).to.deep.equal(Array.from(expected, (entry) => entry - start));
    }
  });

  it("need ascending users and known items, and name the line of what is wrong", async () => {
    const disordered = await rejection(DatasetError, async () =>
      all(await written("0\t1\ttrain", "3\t1\ttrain", "2\t1\ttrain"), 2),
    );
    expect(disordered.line).to.equal(4);
    expect(disordered.problem).to.contain("user 2 comes after user 3");
    const foreign = await rejection(DatasetError, async () =>
      all(await written("0\t1\ttrain", "0\t10\ttrain"), 2),
    );
    expect(foreign.line).to.equal(3);
    expect(foreign.problem).to.contain("there are 10 items");
    const word = await rejection(DatasetError, async () => all(await written("0\t1\ttrian"), 2));
    expect(word.problem).to.contain('unknown split "trian"');
    expect((await rejection(DatasetError, () => all(join(folder, "none.tsv"), 2))).problem).to.contain(
      "does not exist",
    );
  });
});
