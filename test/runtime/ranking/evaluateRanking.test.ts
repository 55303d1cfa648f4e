import { expect } from "chai";
import { evaluateRanking, type RankingOptions } from "../../../runtime/ranking/evaluateRanking.js";
import { itemsWithoutTraining } from "../../../runtime/ranking/groups.js";
import { PopularityRanker } from "../../../runtime/ranking/popularityRanker.js";
import type { RankedBlock, Ranker } from "../../../runtime/ranking/ranker.js";
import { RankingError } from "../../../runtime/ranking/rankingError.js";
import { rejection } from "../rejection.js";
import { interactionLists } from "./interactionLists.js";

/** Ranks by ascending item id, masked items last, and remembers what it was asked. */
class ByIdRanker implements Ranker {
  readonly asked: { users: number[]; masked: number[][]; k: number }[] = [];

  constructor(private readonly items: readonly number[]) {}

  rank(users: Int32Array, masked: readonly Int32Array[], k: number): Promise<RankedBlock> {
    this.asked.push({ users: [...users], masked: masked.map((items) => [...items]), k });
    const length = Math.min(k, this.items.length);
    const lists = masked.map((items) => {
      const hidden = new Set(items);
      const shown = this.items.filter((item) => !hidden.has(item));
      return [...shown, ...this.items.filter((item) => hidden.has(item))].slice(0, length);
    });
    const items = Int32Array.from(lists.flat());
    return Promise.resolve({ length, items, scores: new Float32Array(items.length) });
  }

  among(candidates: Int32Array): ByIdRanker {
    return new ByIdRanker([...candidates]);
  }
}

const train = interactionLists([[0, 1], [4], [], [2]]);
const targets = interactionLists([[2], [0, 5], [1], []]);

function options(changes: Partial<RankingOptions> = {}): RankingOptions {
  return {
    ranker: new ByIdRanker([0, 1, 2, 3, 4, 5]),
    train,
    targets,
    items: 6,
    cutoffs: [1, 3],
    ...changes,
  };
}

describe("full ranking", () => {
  it("averages over users with targets and training items and counts the others", async () => {
    const report = await evaluateRanking(options());
    // User 0 sees 2, 3, 4 (target 2); user 1 sees 0, 1, 2 (targets 0 and 5).
    expect(report.users).to.equal(2);
    expect(report.targets).to.equal(3);
    expect(report.skipped).to.deep.equal({ withoutTargets: 1, withoutTraining: 1 });
    expect(report.metrics["Recall@3"]).to.equal((1 + 0.5) / 2);
    expect(report.metrics["Precision@1"]).to.equal(1);
    expect([...report.perUser.userIds]).to.deep.equal([0, 1]);
    expect([...report.perUser.values.get("Recall@1")!]).to.deep.equal([1, 0.5]);
  });

  it("masks training items, and validation items only when asked", async () => {
    const ranker = new ByIdRanker([0, 1, 2, 3, 4, 5]);
    await evaluateRanking(options({ ranker }));
    await evaluateRanking(options({ ranker, alsoMask: interactionLists([[3], [], [], []]) }));
    expect(ranker.asked.map(({ masked }) => masked)).to.deep.equal([
      [[0, 1], [4]],
      [[0, 1, 3], [4]],
    ]);
  });

  it("never counts a masked item as a hit, even where only masked items are left", async () => {
    const all = interactionLists([[0, 1, 2, 3, 4]]);
    const report = await evaluateRanking(
      options({ train: all, targets: interactionLists([[0, 5]]), cutoffs: [2, 6] }),
    );
    expect(report.metrics["Recall@6"]).to.equal(0.5);
    expect(report.metrics["Recall@2"]).to.equal(0.5);
  });

  it("asks for the longest list once per block of users", async () => {
    const ranker = new ByIdRanker([0, 1, 2, 3, 4, 5]);
    await evaluateRanking(options({ ranker, tileScores: 6 }));
    expect(ranker.asked.map(({ users, k }) => ({ users, k }))).to.deep.equal([
      { users: [0], k: 3 },
      { users: [1], k: 3 },
    ]);
  });

  it("gives the same result however small the blocks are", async () => {
    const whole = await evaluateRanking(options());
    expect(await evaluateRanking(options({ tileScores: 1 }))).to.deep.equal(whole);
  });

  it("accepts a cutoff above the number of items", async () => {
    const report = await evaluateRanking(options({ cutoffs: [50] }));
    expect(report.metrics["Recall@50"]).to.equal(1);
    expect(report.metrics["Precision@50"]).to.equal((1 / 50 + 2 / 50) / 2);
  });

  it("ranks only the given candidates, and measures the targets among them", async () => {
    const report = await evaluateRanking(options({ candidates: Int32Array.of(5, 1), cutoffs: [5] }));
    // Only user 1 has a target among items 1 and 5.
    expect(report.users).to.equal(1);
    expect(report.targets).to.equal(1);
    expect(report.skipped).to.deep.equal({ withoutTargets: 2, withoutTraining: 1 });
    expect(report.metrics["MRR@5"]).to.equal(1 / 2);
  });

  it("reports zeros and no users for a split without targets", async () => {
    const report = await evaluateRanking(options({ targets: interactionLists([[], [], [], []]) }));
    expect(report.users).to.equal(0);
    expect(report.metrics["NDCG@3"]).to.equal(0);
  });

  it("refuses senseless cutoffs", async () => {
    for (const cutoffs of [[], [0], [2.5]]) {
      const error = await rejection(evaluateRanking(options({ cutoffs })), RankingError);
      expect(error.subject).to.equal(`cutoffs [${cutoffs.join(", ")}]`);
    }
  });

  it("finds the items without training interactions", () => {
    expect([...itemsWithoutTraining(train, 6)]).to.deep.equal([3, 5]);
  });
});

describe("the popularity baseline", () => {
  const popular = interactionLists([[0, 2], [2, 3], [2, 3], [1]]);

  it("ranks by training interactions, lower id first among equals", async () => {
    const ranker = PopularityRanker.from(popular, 5);
    const block = await ranker.rank(Int32Array.of(0), [new Int32Array()], 5);
    expect([...block.items]).to.deep.equal([2, 3, 0, 1, 4]);
    expect([...block.scores]).to.deep.equal([3, 2, 1, 1, 0]);
  });

  it("leaves out masked items until nothing else is left", async () => {
    const ranker = PopularityRanker.from(popular, 5);
    const masked = [Int32Array.of(2, 3), Int32Array.of(0, 1, 2)];
    const block = await ranker.rank(Int32Array.of(0, 1), masked, 3);
    expect([...block.items]).to.deep.equal([0, 1, 4, 3, 4, 2]);
    expect([...block.scores]).to.deep.equal([1, 1, 0, 2, 0, -Infinity]);
  });

  it("ranks only candidates when restricted", async () => {
    const ranker = PopularityRanker.from(popular, 5).among(Int32Array.of(1, 3, 4));
    const block = await ranker.rank(Int32Array.of(0), [Int32Array.of(3)], 10);
    expect(block.length).to.equal(3);
    expect([...block.items]).to.deep.equal([1, 4, 3]);
  });

  it("is evaluated like a model", async () => {
    const report = await evaluateRanking({
      ranker: PopularityRanker.from(popular, 5),
      train: popular,
      targets: interactionLists([[3], [0], [4], [2]]),
      items: 5,
      cutoffs: [1],
    });
    // Users 0, 1 and 3 get their target first; user 2 gets item 0.
    expect(report.metrics["Recall@1"]).to.equal(0.75);
  });
});
