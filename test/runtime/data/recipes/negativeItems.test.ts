import { expect } from "chai";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { denseEntry, makeDense } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf } from "../smallDataset.js";

function datasetOfItems(items: number): ReturnType<typeof datasetOf> {
  return datasetOf({ users: 1, items }, { train: [[0, 0]] });
}

async function draw(
  items: number,
  perItems: number,
  stream = "text",
  seed = 999,
  epoch = 0,
): Promise<{ k: number; rows: number[][] }> {
  const entry = denseEntry({ kind: "negativeItems", perItems, stream }, ["item", "negative"], "int32");
  const { dims, data } = await makeDense(entry, datasetOfItems(items), { seed, epoch });
  const k = dims[1]!;
  expect(dims[0]).to.equal(items);
  return {
    k,
    rows: Array.from({ length: items }, (_, item) =>
      Array.from((data as Int32Array).subarray(item * k, (item + 1) * k)),
    ),
  };
}

describe("the recipe negativeItems", () => {
  it("draws K = round(items / perItems) items, at least one", async () => {
    expect((await draw(100, 10)).k).to.equal(10);
    expect((await draw(100, 8)).k).to.equal(13);
    expect((await draw(100, 512)).k).to.equal(1);
    expect((await draw(18_357, 512)).k).to.equal(36);
  });

  it("draws distinct other items", async () => {
    for (const [items, perItems] of [
      [50, 5],
      [7, 2],
      [2, 2],
    ] as const) {
      const { k, rows } = await draw(items, perItems);
      rows.forEach((row, item) => {
        expect(new Set(row).size).to.equal(k);
        expect(row).not.to.include(item);
        for (const negative of row) expect(negative).to.be.within(0, items - 1);
      });
    }
  });

  it("draws every other item equally often, at every place", async () => {
    const counts = Array.from({ length: 2 }, () => new Map<string, number>());
    for (let epoch = 0; epoch < 3000; epoch++) {
      const { rows } = await draw(5, 2, "text", 1, epoch);
      rows.forEach((row, item) => {
        row.slice(0, 2).forEach((negative, place) => {
          const key = `${item}→${negative}`;
          counts[place]!.set(key, (counts[place]!.get(key) ?? 0) + 1);
        });
      });
    }
    for (const ofPlace of counts) {
      expect(ofPlace.size).to.equal(20);
      for (const count of ofPlace.values()) expect(count).to.be.within(640, 860);
    }
  });

  it("repeats itself for the same seed, stream and epoch, and only then", async () => {
    const first = (await draw(60, 6)).rows;
    expect((await draw(60, 6)).rows).to.deep.equal(first);
    for (const other of [
      await draw(60, 6, "image"),
      await draw(60, 6, "text", 1),
      await draw(60, 6, "text", 999, 1),
    ]) {
      expect(other.rows).not.to.deep.equal(first);
    }
  });

  it("refuses a catalogue that is too small and a buffer of another dtype", async () => {
    for (const [items, perItems] of [
      [1, 512],
      [4, 1],
    ] as const) {
      const error = await rejection(RecipeError, () => draw(items, perItems));
      expect(error.problem).to.equal(
        `${Math.max(1, Math.round(items / perItems))} distinct other items cannot be drawn from ${items} items`,
      );
      expect(error.fix).to.include("hyper-parameter itemsPerNegative in KSI");
    }
    const floats = denseEntry({ kind: "negativeItems", perItems: 2, stream: "x" }, ["item", "negative"]);
    const error = await rejection(RecipeError, () => makeDense(floats, datasetOfItems(9)));
    expect(error.problem).to.include("it makes a dense int32 [item, any], but the buffer is dense float32");
  });
});
