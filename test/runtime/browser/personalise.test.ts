import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRecommender } from "../../../runtime/browser/index.js";
import { clusteredVectors, exportVectors } from "./exportedVectors.js";
import { serveFolders, type StaticServer } from "./staticServer.js";

const sizes = { users: 20, items: 60, dim: 8 };
const PULL = 24;

/** The least of the loss of visitorModel.ts for one visitor who wants nothing less, by plain gradient descent. */
function leastLoss(items: Float32Array, start: Float32Array, clicked: readonly number[]) {
  const { dim } = sizes;
  const dot = (vector: Float64Array, item: number): number =>
    vector.reduce((sum, value, d) => sum + value * items[item * dim + d]!, 0);
  const vector = Float64Array.from(start);
  const weight = (PULL * items.reduce((sum, value) => sum + value ** 2, 0)) / items.length;
  const loss = (): number => {
    const scores = Array.from({ length: sizes.items }, (_, item) => dot(vector, item));
    const all = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    const choice = clicked.reduce((sum, item) => sum + all - scores[item]!, 0) / clicked.length;
    const pull = vector.reduce((sum, value, d) => sum + (value - start[d]!) ** 2, 0);
    // An item paired with itself adds five times softplus(0).
    return choice + 5 * Math.log(2) + (weight / 2) * pull;
  };
  const before = loss();
  for (let step = 0; step < 500; step++) {
    const odds = Array.from({ length: sizes.items }, (_, item) => Math.exp(dot(vector, item)));
    const total = odds.reduce((sum, value) => sum + value, 0);
    const gradient = vector.map((value, d) => {
      const mean = odds.reduce((sum, odd, item) => sum + (odd / total) * items[item * dim + d]!, 0);
      const own = clicked.reduce((sum, item) => sum + items[item * dim + d]!, 0) / clicked.length;
      return mean - own + weight * (value - start[d]!);
    });
    gradient.forEach((value, d) => (vector[d]! -= 0.02 * value));
  }
  return { before, after: loss(), vector };
}

describe("a visitor's vector trained in a page, run in Node", () => {
  let folder: string;
  let server: StaticServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await exportVectors(folder, sizes, ["float16", "int8"]);
    server = await serveFolders({ export: folder });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  for (const precision of ["float32", "float16", "int8"] as const) {
    it(`comes to rest where its loss is least, with items in ${precision}`, async () => {
      const { vectors } = clusteredVectors(sizes);
      const recommender = await openRecommender(`${server.url}/export`, { precision, cache: precision });
      for (const clicked of [[3], [1, 4, 9, 17]]) {
        const { vector: start } = await recommender.foldIn(clicked);
        const least = leastLoss(vectors.items.data, start, clicked);
        const { vector, loss, items } = await recommender.personalise(clicked, { k: 60 });
        const tolerance = precision === "float32" ? 0.01 : 0.02;
        expect(loss.before).to.be.closeTo(least.before, tolerance);
        expect(loss.after).to.be.closeTo(least.after, tolerance).and.to.be.below(loss.before);
        vector.forEach((value, d) => expect(value).to.be.closeTo(least.vector[d]!, 0.1));
        expect(items.map(({ item }) => item)).to.have.length(60 - clicked.length);
        expect(items.some(({ item }) => clicked.includes(item))).to.equal(false);
      }
      await recommender.release();
    });
  }

  it("turns away from what was shown and not wanted, and leaves it out", async () => {
    const recommender = await openRecommender(`${server.url}/export`, { cache: "unwanted" });
    const liked = [2, 5, 8];
    const [best] = (await recommender.personalise(liked)).items;
    const unwanted = best!.item;
    const { vector, items } = await recommender.personalise(liked, { disliked: [unwanted], k: 5 });
    expect(items.map(({ item }) => item)).not.to.include(unwanted);
    const [again] = await recommender.rank(vector, { exclude: liked, k: 1 });
    expect(again!.item).not.to.equal(unwanted);
    await recommender.release();
  });

  it("asks the server for its own graphs only", async () => {
    server.requests.length = 0;
    const recommender = await openRecommender(`${server.url}/export`, { cache: "requests" });
    await recommender.personalise([1]);
    expect(server.requests.map((path) => path.replace("/export/", "")).sort()).to.deep.equal([
      "export.json",
      "fold_in.onnx",
      "items.tsv",
      "personalise.optimizer_model.onnx",
      "personalise.training_model.onnx",
      "rank.onnx",
    ]);
    await recommender.release();
  });
});
