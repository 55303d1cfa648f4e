import { expect } from "chai";
import { Random } from "../../../runtime/data/random.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { importedLines, runImport, writeFiles } from "./importing.js";

describe("the ids of an imported dataset", () => {
  const folder = temporaryFolder();

  for (const seed of [1, 2, 3]) {
    it(`are dense, reversible and in order of first appearance after filters (seed ${seed})`, async () => {
      const random = new Random(seed, "ids");
      const rows = Array.from({ length: 600 }, (_, time) => {
        return {
          user: `user ${random.uint32() % 60}`,
          item: `item-${random.uint32() % 70}`,
          rating: random.uint32() % 6,
          time,
        };
      });
      const text = rows.map(({ user, item, rating, time }) => `${user},${item},${rating},${time}\n`).join("");
      await writeFiles(folder.path, { "r.csv": `user,item,rating,time\n${text}` });
      const report = await runImport(folder.path, "r.csv", { minimumRating: 2, kCore: 4 });

      const keys = async (side: "user" | "item"): Promise<readonly string[]> => {
        const lines = (await importedLines(folder.path, `${side}s.tsv`))
          .slice(1)
          .map((line) => line.split("\t"));
        expect(lines.map(([id]) => Number(id))).to.deep.equal(lines.map((_, index) => index));
        return lines.map(([, key]) => key!);
      };
      const [users, items] = [await keys("user"), await keys("item")];
      expect([users.length, items.length]).to.deep.equal([report.users, report.items]);
      expect(new Set(users).size).to.equal(users.length);

      const imported = (await importedLines(folder.path, "interactions.tsv")).slice(1).map((line) => {
        const [user, item, , time, rating] = line.split("\t").map(Number);
        return { user: users[user!]!, item: items[item!]!, rating: rating!, time: time! };
      });
      imported.sort((left, right) => left.time - right.time);
      for (const row of imported) expect(row).to.deep.equal(rows[row.time]);
      const appearing = (side: "user" | "item"): readonly string[] => [
        ...new Set(imported.map((row) => row[side])),
      ];
      expect(users).to.deep.equal(appearing("user"));
      expect(items).to.deep.equal(appearing("item"));
      expect(imported.length).to.be.greaterThan(50);
    });
  }
});
