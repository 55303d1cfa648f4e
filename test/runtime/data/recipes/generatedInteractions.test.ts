import { expect } from "chai";
import { hostTensor, type HostTensor } from "../../../../runtime/data/hostTensor.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { entryRows, type SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf } from "../smallDataset.js";

const dataset = datasetOf({ users: 6, items: 5 }, { train: [[0, 0]] });

/** Items 0 and 1 of every user but the last, who has item 1 twice. */
const chosenOf = (users: number): HostTensor =>
  hostTensor(
    "int32",
    [users, 2],
    Int32Array.from({ length: 2 * users }, (_, place) => (place === 2 * users - 2 ? 1 : place % 2)),
  );

const graph = (keepRate: number) => ({ kind: "generatedInteractions", keepRate });
const loops = (keepRate: number) => ({ kind: "generatedLoops", keepRate });

const entriesOf = (matrix: SparseMatrix): [number, number, number][] =>
  Array.from(entryRows(matrix), (row, entry) => [row, matrix.columnIds[entry]!, matrix.values[entry]!]);

describe("the recipe generatedInteractions", () => {
  it("normalises by the degrees with self-loops, an item chosen twice counting once", async () => {
    const { users, items } = dataset;
    const computed = { items: chosenOf(users) };
    const made = await makeSparse(sparseEntry(graph(1), "user", "item"), dataset, { computed });
    expect([made.rows, made.columns]).to.deep.equal([users, items]);
    // Item 0 has all users but one, item 1 all; users have two items, the last one.
    const expected = Array.from({ length: users }, (_, user): [number, number, number][] => {
      const isLast = user === users - 1;
      const own = isLast ? 2 : 3;
      const ofOne: [number, number, number] = [user, 1, Math.fround(1 / Math.sqrt(own * (users + 1)))];
      return isLast ? [ofOne] : [[user, 0, Math.fround(1 / Math.sqrt(own * users))], ofOne];
    }).flat();
    expect(entriesOf(made)).to.deep.equal(expected);
    const turned = await makeSparse(sparseEntry(graph(1), "item", "user"), dataset, { computed });
    expect(
      entriesOf(turned)
        .map(([item, user, value]) => [user, item, value])
        .sort(([a, b], [c, d]) => a! - c! || b! - d!),
    ).to.deep.equal(expected);
    const ofUsers = await makeDense(denseEntry(loops(1), ["user"]), dataset, { computed });
    expect([...(ofUsers.data as Float32Array)]).to.deep.equal(
      Array.from({ length: users }, (_, user) => Math.fround(user === users - 1 ? 1 / 2 : 1 / 3)),
    );
    const ofItems = await makeDense(denseEntry(loops(1), ["item"]), dataset, { computed });
    expect([...(ofItems.data as Float32Array)]).to.deep.equal(
      Array.from({ length: items }, (_, item) =>
        Math.fround(item === 0 ? 1 / users : item === 1 ? 1 / (users + 1) : 1),
      ),
    );
  });

  it("keeps entries at random, rescaled, other ones every epoch and in every buffer", async () => {
    const users = dataset.users;
    const computed = { items: chosenOf(users) };
    const whole = await makeSparse(sparseEntry(graph(1), "user", "item"), dataset, { computed });
    const kept = async (epoch: number, name = "graph"): Promise<string> => {
      const entry = { ...sparseEntry(graph(0.5), "user", "item"), name };
      const { values } = await makeSparse(entry, dataset, { computed, epoch });
      values.forEach((value, place) => {
        expect(value === 0 || value === Math.fround(whole.values[place]! / 0.5)).to.equal(true);
      });
      return [...values].map((value) => (value === 0 ? "0" : "1")).join("");
    };
    const draws = new Set<string>();
    for (let epoch = 0; epoch < 8; epoch++) draws.add(await kept(epoch));
    expect(draws.size).to.be.above(2);
    expect([...draws].join(""))
      .to.match(/0/)
      .and.to.match(/1/);
    expect(await kept(0)).to.equal([...draws][0]);
    const others = new Set<string>();
    for (const name of ["a", "b", "c", "d", "e", "f"]) others.add(await kept(0, name));
    expect(others.size).to.be.above(1);
  });

  it("refuses ids that are not of every user", async () => {
    const few = { items: hostTensor("int32", [1, 2], Int32Array.from([0, 1])) };
    const entry = sparseEntry(graph(1), "user", "item");
    const error = await rejection(RecipeError, () => makeSparse(entry, dataset, { computed: few }));
    expect(error.problem).to.equal(
      `the model computed Int32Array [1, 2], not item ids of ${dataset.users} users`,
    );
    const unasked = await rejection(RecipeError, () => makeSparse(entry, dataset));
    expect(unasked.problem).to.contain('it needs the value "items" of the model, but is given none');
  });
});
