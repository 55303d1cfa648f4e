import { join } from "node:path";
import { expect } from "chai";
import { Random } from "../../../runtime/data/random.js";
import { tables } from "../../../runtime/import/importTables.js";
import { kCore } from "../../../runtime/import/kCore.js";
import { Workspace } from "../../../runtime/import/workspace.js";
import { temporaryFolder } from "../temporaryFolder.js";

type Pair = readonly [user: number, item: number];

/** The rule of MMRec in loops. */
function plainKCore(pairs: readonly Pair[], k: number): readonly Pair[] {
  const degree = (axis: 0 | 1, id: number): number => pairs.filter((pair) => pair[axis] === id).length;
  const kept = pairs.filter(([user, item]) => degree(0, user) >= k && degree(1, item) >= k);
  return kept.length === pairs.length ? kept : plainKCore(kept, k);
}

describe("the k-core", () => {
  const folder = temporaryFolder();

  const loaded = async (workspace: Workspace, pairs: readonly Pair[]): Promise<void> => {
    await workspace.run(`DROP TABLE IF EXISTS ${tables.interactions}`);
    const columns = { user_code: "DOUBLE", item_code: "DOUBLE", position: "DOUBLE" } as const;
    await workspace.load(tables.interactions, columns, (add) => {
      for (const [position, [user, item]] of pairs.entries()) add([user, item, position]);
      return Promise.resolve();
    });
  };
  const left = async (workspace: Workspace): Promise<readonly Pair[]> => {
    const rows = await workspace.rows(
      `SELECT user_code, item_code FROM ${tables.interactions} ORDER BY position`,
    );
    return rows.map(([user, item]) => [Number(user), Number(item)]);
  };

  it("is what the rule in loops leaves, on random graphs, and a fixed point", async () => {
    await Workspace.with(join(folder.path, "out"), { threads: 1 }, async (workspace) => {
      for (let seed = 1; seed <= 12; seed++) {
        const random = new Random(seed, "k-core");
        const pairs = Array.from({ length: 60 + 10 * seed }, (): Pair => {
          return [random.uint32() % 20, random.uint32() % (8 + seed)];
        });
        const k = 2 + (seed % 4);
        await loaded(workspace, pairs);
        const result = await kCore(workspace, k);
        const kept = await left(workspace);
        expect(kept, `seed ${seed}`).to.deep.equal(plainKCore(pairs, k));
        expect(result.removed).to.equal(pairs.length - kept.length);
        expect(await kCore(workspace, k)).to.deep.equal({ rounds: 0, removed: 0 });
        expect(await left(workspace)).to.deep.equal(kept);
      }
    });
  });

  it("removes users and items of a round in one step, counted on the same table", async () => {
    // In one step: user 2 (one interaction) and item 9 go together; with users first, item 9 would stay a round longer.
    const pairs: readonly Pair[] = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 9],
    ];
    await Workspace.with(join(folder.path, "out"), { threads: 1 }, async (workspace) => {
      await loaded(workspace, pairs);
      expect(await kCore(workspace, 2)).to.deep.equal({ rounds: 1, removed: 1 });
    });
  });
});
