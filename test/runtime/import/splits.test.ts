import { join } from "node:path";
import { expect } from "chai";
import { Random } from "../../../runtime/data/random.js";
import { ImportSettingError } from "../../../runtime/import/importSettingError.js";
import { tables } from "../../../runtime/import/importTables.js";
import { applySplit, parseShares, type SplitSettings } from "../../../runtime/import/splits/applySplit.js";
import { findLeakage } from "../../../runtime/import/splits/leakage.js";
import { splitMethodNames, splitMethods } from "../../../runtime/import/splits/methods.js";
import { Workspace } from "../../../runtime/import/workspace.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

interface Row {
  readonly user: number;
  readonly item: number;
  readonly moment: number | null;
  readonly split: number;
}

/** Users 0, 1, 2 … with 1, 2, 3 … interactions of random items at random moments, some of them equal. */
function randomRows(seed: number, users = 24): readonly Row[] {
  const random = new Random(seed, "splits");
  return Array.from({ length: users }, (_, user) => {
    const items = Array.from({ length: 40 }, (__, item) => item);
    return Array.from({ length: user + 1 }, (): Row => {
      const [item] = items.splice(random.uint32() % items.length, 1);
      return { user, item: item!, moment: random.uint32() % 90, split: random.uint32() % 3 };
    });
  }).flat();
}

const settings = (method: SplitSettings["method"], seed = 1): SplitSettings => {
  return { method, seed, shares: [0.8, 0.1, 0.1] };
};

describe("splits", () => {
  const folder = temporaryFolder();
  const inWorkspace = <Result>(use: (workspace: Workspace) => Promise<Result>): Promise<Result> =>
    Workspace.with(join(folder.path, "out"), { threads: 1 }, use);

  const load = async (workspace: Workspace, rows: readonly Row[]): Promise<void> => {
    await workspace.run(`DROP TABLE IF EXISTS loaded; DROP TABLE IF EXISTS ${tables.result}`);
    const columns = {
      position: "DOUBLE",
      user_id: "DOUBLE",
      item_id: "DOUBLE",
      moment: "DOUBLE",
      split: "DOUBLE",
    } as const;
    await workspace.load("loaded", columns, (add) => {
      for (const [position, { user, item, moment, split }] of rows.entries())
        add([position, user, item, moment, split]);
      return Promise.resolve();
    });
    await workspace.run(
      `CREATE TABLE ${tables.result} AS SELECT position::BIGINT AS position, user_id::INTEGER AS user_id,
         item_id::INTEGER AS item_id, moment, split::UTINYINT AS split FROM loaded`,
    );
  };
  const result = async (workspace: Workspace): Promise<readonly Row[]> => {
    const rows = await workspace.rows(
      `SELECT user_id, item_id, moment, split FROM ${tables.result} ORDER BY position`,
    );
    return rows.map(([user, item, moment, split]) => {
      return {
        user: Number(user),
        item: Number(item),
        moment: moment === null ? null : Number(moment),
        split: Number(split),
      };
    });
  };
  const has = { time: true, split: true };
  const divided = async (
    workspace: Workspace,
    rows: readonly Row[],
    chosen: SplitSettings,
  ): Promise<readonly Row[]> => {
    await load(workspace, rows);
    await applySplit(workspace, chosen, has);
    return result(workspace);
  };
  const countsOf = (rows: readonly Row[], user: number): readonly number[] =>
    [0, 1, 2].map((split) => rows.filter((row) => row.user === user && row.split === split).length);

  for (const method of splitMethodNames) {
    it(`${method} puts every interaction into one part and changes nothing else`, () =>
      inWorkspace(async (workspace) => {
        for (const seed of [1, 2, 3]) {
          const rows = randomRows(seed);
          const parts = await divided(workspace, rows, settings(method, seed));
          const withoutSplit = (list: readonly Row[]): readonly unknown[] =>
            list.map(({ user, item, moment }) => [user, item, moment]);
          expect(withoutSplit(parts)).to.deep.equal(withoutSplit(rows));
          expect(parts.every(({ split }) => [0, 1, 2].includes(split))).to.equal(true);
          const counts = await applySplit(workspace, settings("given"), has);
          expect(counts.train + counts.valid + counts.test).to.equal(rows.length);
          expect(await divided(workspace, rows, settings(method, seed))).to.deep.equal(parts);
        }
      }));
  }

  for (const [method, odd] of [
    ["mmrec", 2],
    ["lattice", 1],
    ["temporal-user", 2],
  ] as const) {
    it(`${method} holds out ⌊0.2 n⌋ from ten interactions on, ${odd === 2 ? "test" : "valid"} gets the odd one`, () =>
      inWorkspace(async (workspace) => {
        const parts = await divided(workspace, randomRows(5), settings(method));
        for (let user = 0; user < 24; user++) {
          const n = user + 1;
          const held = Math.floor(0.2 * n);
          const less = Math.floor(held / 2);
          const [valid, test] = odd === 2 ? [less, held - less] : [held - less, less];
          const expected = n < 3 ? [n, 0, 0] : n < 10 ? [n - 2, 1, 1] : [n - held, valid, test];
          expect(countsOf(parts, user), `${n} interactions`).to.deep.equal(expected);
        }
      }));
  }

  it("given-test leaves test alone and draws valid from the rest of each user", () =>
    inWorkspace(async (workspace) => {
      const rows = randomRows(9, 40);
      const parts = await divided(workspace, rows, settings("given-test"));
      for (const [row, { split }] of parts.entries()) {
        expect(split === 2, `row ${row}`).to.equal(rows[row]!.split === 2);
      }
      for (let user = 0; user < 40; user++) {
        const rest = rows.filter((row) => row.user === user && row.split !== 2).length;
        const valid = rest < 3 ? 0 : rest < 10 ? 1 : Math.floor(rest / 10);
        expect(countsOf(parts, user).slice(0, 2), `${rest} others`).to.deep.equal([rest - valid, valid]);
      }
      expect(await divided(workspace, rows, settings("given-test", 2))).not.to.deep.equal(parts);
    }));

  it("draw otherwise with another seed, and the same whatever the order of the rows", () =>
    inWorkspace(async (workspace) => {
      const rows = randomRows(7);
      const key = (list: readonly Row[]): readonly string[] => list.map((row) => JSON.stringify(row)).sort();
      const first = await divided(workspace, rows, settings("mmrec", 1));
      expect(key(await divided(workspace, [...rows].reverse(), settings("mmrec", 1)))).to.deep.equal(
        key(first),
      );
      expect(key(await divided(workspace, rows, settings("mmrec", 2)))).not.to.deep.equal(key(first));
    }));

  it("draw each interaction of a user equally often", () =>
    inWorkspace(async (workspace) => {
      // 500 users with the same 5 items: each item is the test item of 100 of them, standard deviation 9.
      const rows = Array.from({ length: 2500 }, (_, row): Row => {
        return { user: Math.floor(row / 5), item: row % 5, moment: row, split: 0 };
      });
      const parts = await divided(workspace, rows, settings("mmrec"));
      for (let item = 0; item < 5; item++) {
        expect(parts.filter((row) => row.item === item && row.split === 2).length).to.be.within(64, 136);
      }
    }));

  it("leave-one-out takes the last two in time, and draws them where there are no times", () =>
    inWorkspace(async (workspace) => {
      const rows = randomRows(11);
      const parts = await divided(workspace, rows, settings("leave-one-out"));
      for (let user = 2; user < 24; user++) {
        const own = parts.filter((row) => row.user === user);
        const latest = Math.max(...own.map(({ moment }) => moment!));
        expect(own.find(({ split }) => split === 2)!.moment).to.equal(latest);
        expect(countsOf(parts, user)).to.deep.equal([user - 1, 1, 1]);
      }
      const timeless = rows.map((row) => ({ ...row, moment: null }));
      await load(workspace, timeless);
      await applySplit(workspace, settings("leave-one-out"), { time: false, split: false });
      expect(countsOf(await result(workspace), 20)).to.deep.equal([19, 1, 1]);
    }));

  it("temporal has no training interaction later than a held-out one", () =>
    inWorkspace(async (workspace) => {
      const parts = await divided(workspace, randomRows(13), settings("temporal"));
      const moments = (split: number): readonly number[] =>
        parts.filter((row) => row.split === split).map(({ moment }) => moment!);
      expect(Math.max(...moments(0))).to.be.below(Math.min(...moments(1)));
      expect(Math.max(...moments(1))).to.be.below(Math.min(...moments(2)));
      expect(moments(0).length / parts.length).to.be.within(0.78, 0.84);
    }));

  it("cold-item gives every item to one part, by the shares", () =>
    inWorkspace(async (workspace) => {
      const parts = await divided(workspace, randomRows(17), {
        ...settings("cold-item"),
        shares: [0.5, 0.3, 0.2],
      });
      const items = (split: number): ReadonlySet<number> =>
        new Set(parts.filter((row) => row.split === split).map(({ item }) => item));
      const [train, valid, test] = [items(0), items(1), items(2)];
      const total = new Set(parts.map(({ item }) => item)).size;
      expect(train.size + valid.size + test.size).to.equal(total);
      expect([valid.size, test.size]).to.deep.equal([Math.floor(0.3 * total), Math.floor(0.2 * total)]);
    }));

  it("say so when the interactions lack what they go by", () =>
    inWorkspace(async (workspace) => {
      await load(workspace, randomRows(1));
      const none = { time: false, split: false };
      const given = await rejection(applySplit(workspace, settings("given"), none), ImportSettingError);
      expect(given.problem).to.equal('the split "given" takes what the source states, but it states none');
      const temporal = await rejection(applySplit(workspace, settings("temporal"), none), ImportSettingError);
      expect(temporal.problem).to.equal('the split "temporal" goes by time, but the interactions have none');
      await load(workspace, [
        { user: 0, item: 0, moment: null, split: 1 },
        { user: 0, item: 1, moment: 4, split: 2 },
      ]);
      const partly = await rejection(
        applySplit(workspace, settings("temporal-user"), has),
        ImportSettingError,
      );
      expect(partly.problem).to.equal('the split "temporal-user" goes by time, but 1 interactions have none');
      const untrained = await rejection(applySplit(workspace, settings("given"), has), ImportSettingError);
      expect(untrained.problem).to.equal(
        'the split "given" leaves no interaction for training (1 valid, 1 test)',
      );
    }));

  it("take shares of any three numbers", () => {
    expect(parseShares("8:1:1")).to.deep.equal([0.8, 0.1, 0.1]);
    expect(parseShares("90:10:0")).to.deep.equal([0.9, 0.1, 0]);
    for (const wrong of ["8:1", "0:1:1", "a:b:c", "8:1:1:1", "8:-1:1", "8::1"]) {
      expect(() => parseShares(wrong), wrong).to.throw(ImportSettingError, "are not three numbers");
    }
  });

  describe("leakage", () => {
    const row = (user: number, item: number, moment: number, split: number): Row => ({
      user,
      item,
      moment,
      split,
    });

    it("is a pair in two parts, counted once", () =>
      inWorkspace(async (workspace) => {
        await load(workspace, [
          ...[row(0, 0, 1, 0), row(0, 0, 2, 2), row(0, 0, 3, 2), row(0, 1, 1, 0), row(0, 1, 1, 1)],
          ...[row(1, 5, 1, 1), row(1, 5, 1, 2), row(2, 0, 1, 0)],
        ]);
        const { pairs, warnings } = await findLeakage(workspace, "given", false);
        expect(pairs).to.deep.equal({ trainValid: 1, trainTest: 1, validTest: 1 });
        expect(warnings).to.deep.equal([
          "1 pairs of user and item are in both train and valid; they count as training only",
          "1 pairs of user and item are in both train and test; they count as training only",
          "1 pairs of user and item are in both valid and test; models are chosen by what they are tested on",
        ]);
      }));

    const rows = [row(0, 0, 10, 0), row(0, 1, 20, 2), row(1, 2, 15, 0), row(1, 3, 12, 2), row(2, 4, 30, 0)];

    it("is training later than a test interaction where the split promises none", () =>
      inWorkspace(async (workspace) => {
        await load(workspace, rows);
        const temporal = await findLeakage(workspace, "temporal", true);
        expect(temporal.laterTraining).to.deep.equal({ any: 2, sameUser: 1 });
        expect(temporal.warnings).to.deep.equal([
          "2 training interactions are later than the earliest test interaction",
          "1 training interactions are later than a test interaction of the same user",
        ]);
        const perUser = await findLeakage(workspace, "temporal-user", true);
        expect(perUser.warnings).to.have.length(1);
        expect(perUser.remarks).to.have.length(1);
        const random = await findLeakage(workspace, "mmrec", true);
        expect([random.warnings.length, random.remarks.length]).to.deep.equal([0, 2]);
      }));

    it("is not there after any split that we make", () =>
      inWorkspace(async (workspace) => {
        for (const method of splitMethodNames.filter((name) => !splitMethods[name].needs.split)) {
          await divided(workspace, randomRows(19), settings(method));
          expect((await findLeakage(workspace, method, true)).warnings, method).to.deep.equal([]);
        }
      }));
  });
});
