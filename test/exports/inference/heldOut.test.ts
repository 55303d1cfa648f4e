import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { exportInference } from "../../../exports/inference.js";
import { readRun } from "../../../exports/inferenceRun.js";
import { finalVectors } from "../../../exports/inferenceVectors.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import type { ExportDescription } from "../../../runtime/serving/exportFormat.js";
import { loadRecommender, type Recommender } from "../../../runtime/serving/recommender.js";
import { ServingError } from "../../../runtime/serving/servingError.js";
import { rejection } from "../../runtime/rejection.js";
import { trainHeldOutShop, type Basket, type HeldOutShop } from "./heldOutShop.js";
import { dot, row, scoresOf, topItems } from "./referenceRanking.js";

/** Mean over the customers of the share of their targets that is among the first 20. */
function recall(customers: readonly Basket[], listOf: (customer: Basket) => readonly number[]): number {
  const shares = customers.map((customer) => {
    const list = new Set(listOf(customer).slice(0, 20));
    return customer.heldOut.filter((item) => list.has(item)).length / customer.heldOut.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe("a model that never saw some customers and items", function () {
  this.timeout(120_000);
  let folder = "";
  let shop: HeldOutShop;
  let description: ExportDescription;
  let recommender: Recommender;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    shop = await trainHeldOutShop(folder);
    description = await exportInference({
      run: shop.run,
      out: join(folder, "export"),
      quantize: ["float16", "int8"],
      threads: 1,
    });
    recommender = await loadRecommender(join(folder, "export"), { threads: 1 });
  });
  after(async () => {
    await recommender.release();
    await rm(folder, { recursive: true, force: true });
  });

  it("recommends to new customers better than by popularity, and no worse than by the mean of their likes", async () => {
    const customers = shop.newcomers;
    const counts = new Map<number, number>();
    for (const item of shop.known.flatMap(({ train }) => train))
      counts.set(item, (counts.get(item) ?? 0) + 1);
    const popular = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || a - b);
    const byPopularity = recall(customers, ({ train }) => popular.filter((item) => !train.includes(item)));

    const { artifacts, checkpoint, dataset } = await readRun(shop.run);
    const { items } = await finalVectors(artifacts, checkpoint, await loadDataset(dataset), { threads: 1 });
    const byMean = recall(customers, ({ train }) => {
      const sums = row(items, 0).map((_, d) => train.reduce((sum, item) => sum + row(items, item)[d]!, 0));
      return topItems(scoresOf(sums, items), 20, new Set(train));
    });

    const liked = customers.map(({ train }) => train);
    const folded = await recommender.foldInMany(liked, { k: 20 });
    const byFoldIn = recall(customers, (customer) =>
      folded[customers.indexOf(customer)]!.items.map(({ item }) => item),
    );
    expect(byFoldIn).to.be.above(2 * byPopularity);
    expect(byFoldIn).to.be.above(byMean - 0.01);
  });

  it("tells new items apart by their features alone", async () => {
    const vectors = await recommender.itemVectors({ text: shop.freshFeatures });
    const buyers = shop.known.filter(({ fresh }) => fresh.length > 0);
    const fifth = Math.floor(vectors.length / 5);
    const shares = await Promise.all(
      buyers.map(async ({ train, fresh }) => {
        const { vector } = await recommender.foldIn(train, { k: 1 });
        const scores = vectors.map((item) => dot(vector, item));
        const places = fresh.map((item) => scores.filter((score) => score > scores[item]!).length);
        return places.filter((place) => place < fifth).length / fresh.length;
      }),
    );
    const found = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    // At random a fifth of them would be among the first fifth.
    expect(found).to.be.above(2 * (fifth / vectors.length));
  });

  it("loses less than 1% of Recall@20 as float16 and as int8", () => {
    const { float32, float16, int8 } = description.precisions;
    const exact = float32.measured!.metrics["Recall@20"]!;
    expect(exact).to.be.above(0.2);
    for (const { measured } of [float16!, int8!]) {
      expect(measured!.metrics["Recall@20"]).to.be.above(0.99 * exact);
    }
  });

  it("says what features its item tower takes, and refuses others", async () => {
    expect(description.itemTower!.modalities.map(({ name }) => name)).to.deep.equal(["text"]);
    const columns = description.itemTower!.modalities[0]!.columns;
    const request = (features: Record<string, number[][]>) =>
      rejection(recommender.itemVectors(features), ServingError);
    expect((await request({})).message).to.equal('features: "text" is missing. Pass rows of text.');
    expect((await request({ text: [], image: [] })).problem).to.equal('"image" is no modality of the tower');
    expect((await request({ text: [[1, 2]] })).message).to.equal(
      `features of text, row 0: a row has ${columns} numbers, found 2. Make them as those of the training data were made.`,
    );
    const good = Array<number>(columns).fill(0);
    expect((await request({ text: [good, [...good.slice(1), NaN]] })).argument).to.equal(
      "features of text, row 1",
    );
    expect(await recommender.itemVectors({ text: [] })).to.deep.equal([]);
  });
});
