import { expect } from "chai";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import type { SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { denseOf } from "../randomSparse.js";
import { makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, type Pair } from "../smallDataset.js";

/** User u has the items u, u + 1, u + 2 and u + 3. */
const train: Pair[] = Array.from({ length: 20 }, (_, user) =>
  [0, 1, 2, 3].map((step): Pair => [user, user + step]),
).flat();
const dataset = datasetOf({ users: 20, items: 23 }, { train });

const draw = (
  call: Record<string, unknown> = {},
  epoch = 0,
  axes: readonly [string, string] = ["user", "item"],
): Promise<SparseMatrix> => {
  const recipe = { kind: "droppedInteractions", drop: "edges", ratio: 0.25, stream: "a", weights: "binary" };
  return makeSparse(sparseEntry({ ...recipe, ...call }, ...axes), dataset, { epoch });
};

const total = (row: readonly number[]): number => row.reduce((sum, value) => sum + value, 0);

describe("the recipe droppedInteractions", () => {
  it("keeps the rest of the interactions, others in every epoch and every stream", async () => {
    const first = await draw();
    expect(first.values).to.deep.equal(new Float32Array(60).fill(1));
    const whole = denseOf(await draw({ ratio: 0 }));
    expect(whole.map(total)).to.deep.equal(new Array(20).fill(4));
    denseOf(first).forEach((row, user) => {
      row.forEach((value, item) => {
        expect(value).to.be.at.most(whole[user]![item]!);
      });
    });
    expect(await draw()).to.deep.equal(first);
    expect((await draw({}, 1)).columnIds).not.to.deep.equal(first.columnIds);
    expect((await draw({ stream: "b" })).columnIds).not.to.deep.equal(first.columnIds);
  });

  it("draws every interaction alike", async () => {
    const counts = new Float64Array(80);
    const whole = denseOf(await draw({ ratio: 0 }));
    const cells = whole.flatMap((row, user) =>
      row.flatMap((value, item) => (value > 0 ? [[user, item]] : [])),
    );
    for (let epoch = 0; epoch < 200; epoch++) {
      const made = denseOf(await draw({ ratio: 0.5 }, epoch));
      cells.forEach(([user, item], cell) => (counts[cell]! += made[user!]![item!]!));
    }
    // 100 ± 7 each if all have the same chance.
    for (const count of counts) expect(count).to.be.within(65, 135);
  });

  it("leaves out users and items with all they have", async () => {
    const made = denseOf(await draw({ drop: "nodes", ratio: 0.25 }));
    const whole = denseOf(await draw({ ratio: 0 }));
    const gone = made.flatMap((row, user) => (total(row) === 0 ? [user] : []));
    expect(gone).to.have.length.at.least(5);
    // 15 of 20 users and 17 of 23 items are kept; between those nothing is missing.
    const keptItems = whole[0]!.map((_, item) => made.some((row) => row[item]! > 0));
    expect(keptItems.filter(Boolean).length).to.be.at.most(17);
    made.forEach((row, user) => {
      if (total(row) === 0) return;
      row.forEach((value, item) => {
        expect(value).to.equal(keptItems[item] === true ? whole[user]![item]! : 0);
      });
    });
  });

  it("weights what is kept by the degrees that are left, in both directions", async () => {
    const binary = denseOf(await draw({ ratio: 0.5 }));
    const ofItem = binary[0]!.map((_, item) => total(binary.map((row) => row[item]!)));
    const expected = binary.map((row) =>
      row.map((value, item) => (value === 0 ? 0 : Math.fround(1 / Math.sqrt(total(row) * ofItem[item]!)))),
    );
    expect(denseOf(await draw({ ratio: 0.5, weights: "symmetric" }))).to.deep.equal(expected);
    const byItem = denseOf(await draw({ ratio: 0.5, weights: "symmetric" }, 0, ["item", "user"]));
    expect(byItem).to.deep.equal(expected[0]!.map((_, item) => expected.map((row) => row[item]!)));
  });

  it("refuses to drop anything else", async () => {
    const error = await rejection(RecipeError, () => draw({ drop: "entities" }));
    expect(error.fix).to.include("edges, nodes");
  });
});
