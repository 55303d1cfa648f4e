import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { PopularityRanker } from "../../../runtime/ranking/popularityRanker.js";
import { evaluateDataset, type EvaluationRequest } from "../../../runtime/training/evaluateDataset.js";
import { temporaryFolder } from "../temporaryFolder.js";

const request: EvaluationRequest = {
  split: "test",
  cutoffs: [1],
  ndcgIdeal: "targets",
  maskValidationAtTest: false,
  ranker: "popularity",
};

describe("the evaluation of a dataset", () => {
  const temporary = temporaryFolder();

  /** Popularity orders 0, 1, 2, 3, 4; item 4 is new; items 1 and 4 lack a text, listed and as a row of zeros. */
  async function dataset() {
    await writeDataset(join(temporary.path, "data"), {
      name: "groups",
      users: 3,
      items: 5,
      interactions: {
        train: { userIds: [0, 1, 2, 0, 1, 2, 2], itemIds: [0, 0, 0, 2, 1, 1, 3] },
        valid: { userIds: [0], itemIds: [1] },
        test: { userIds: [0, 1, 2], itemIds: [4, 2, 2] },
      },
      features: {
        text: { size: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 0), missing: [1] },
        image: { size: 1, data: Float32Array.of(1, 2, 3, 4, 5) },
      },
    });
    return loadDataset(join(temporary.path, "data"));
  }

  const refuse = (): Promise<never> => Promise.reject(new Error("the model was asked to rank"));

  it("has groups of new items and of items that the dataset says lack a modality", async () => {
    const { groups } = await evaluateDataset(
      await dataset(),
      { ...request, groups: { coldUsersBelow: 3, activityGroups: 1 } },
      refuse,
    );
    expect(groups.map(({ group, users, metrics }) => [group, users, metrics["Recall@1"]])).to.deep.equal([
      [{ kind: "coldItems", items: 1 }, 1, 0],
      [{ kind: "missingModality", modality: "text", items: 2 }, 1, 0],
      [{ kind: "coldUsers", below: 3 }, 2, 0.5],
      [{ kind: "activity", part: 1, parts: 1, from: 2, to: 3 }, 3, 2 / 3],
    ]);
  });

  it("masks validation items at test, and ranks new items alone, when asked", async () => {
    const data = await dataset();
    const reached = async (changes: Partial<EvaluationRequest>): Promise<number> =>
      (await evaluateDataset(data, { ...request, cutoffs: [2], ...changes }, refuse)).metrics["MRR@2"]!;
    // User 0 sees 1, 3, 4, and with its validation item masked 3, 4.
    expect(await reached({})).to.equal((0 + 1 + 1) / 3);
    expect(await reached({ maskValidationAtTest: true })).to.equal((0.5 + 1 + 1) / 3);
    expect(await reached({ onlyColdItems: true })).to.equal(1);
  });

  it("asks for the model only if it ranks", async () => {
    const data = await dataset();
    let asked = 0;
    const ranker = () => {
      asked++;
      return Promise.resolve(PopularityRanker.from(data.train, data.items));
    };
    const model = await evaluateDataset(data, { ...request, ranker: "model", auc: true }, ranker);
    expect(model).to.deep.equal(await evaluateDataset(data, { ...request, auc: true }, refuse));
    expect(asked).to.equal(1);
  });
});
