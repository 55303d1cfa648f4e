import { expect } from "chai";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { ModelRanker, type RankGraph } from "../../../runtime/ranking/modelRanker.js";
import { RankingError } from "../../../runtime/ranking/rankingError.js";
import { rejection } from "../rejection.js";

/** What a rank graph computes, in TypeScript. */
const rankGraph: RankGraph = {
  run(feeds) {
    const users = feeds.get("user_vectors")!;
    const items = feeds.get("item_vectors")!;
    const k = Number((feeds.get("k")!.data as BigInt64Array)[0]!);
    const seen = feeds.get("seen")!.data as BigInt64Array;
    const [itemCount, dim] = items.dims as [number, number];
    const lists = [...(feeds.get("user_ids")!.data as Int32Array)].map((user, row) => {
      const scores = Array.from({ length: itemCount }, (_, item) => {
        let score = 0;
        for (let axis = 0; axis < dim; axis++) {
          const left = (users.data as Float32Array)[user * dim + axis]!;
          // Rounded as float32, so that a product can overflow.
          score += Math.fround(left * (items.data as Float32Array)[item * dim + axis]!);
        }
        return score;
      });
      for (let pair = 0; pair < seen.length; pair += 2) {
        if (Number(seen[pair]) === row) scores[Number(seen[pair + 1])] = -Infinity;
      }
      const order = [...scores.keys()]
        .sort((left, right) => scores[right]! - scores[left]! || left - right)
        .slice(0, k);
      return { order, scores: order.map((item) => scores[item]!) };
    });
    const ids = BigInt64Array.from(lists.flatMap(({ order }) => order).map(BigInt));
    return Promise.resolve(
      new Map<string, HostTensor>([
        ["items", hostTensor("int64", [lists.length, k], ids)],
        [
          "scores",
          hostTensor("float32", [lists.length, k], Float32Array.from(lists.flatMap(({ scores }) => scores))),
        ],
      ]),
    );
  },
};

function vectors(rows: readonly (readonly number[])[]): HostTensor {
  return hostTensor("float32", [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
}

const users = vectors([
  [1, 0],
  [0, 1],
  [1, 1],
]);
const items = vectors([
  [3, 0],
  [1, 2],
  [0, 5],
  [1, 2],
]);

describe("a model's ranker", () => {
  it("ranks all items for users in any order, lower id first among equals", async () => {
    const ranker = ModelRanker.from(rankGraph, users, items);
    const block = await ranker.rank(Int32Array.of(2, 0), [new Int32Array(), new Int32Array()], 4);
    expect([...block.items]).to.deep.equal([2, 0, 1, 3, 0, 1, 3, 2]);
    expect([...block.scores]).to.deep.equal([5, 3, 3, 3, 3, 1, 1, 0]);
  });

  it("masks the items of each user and asks for no more items than there are", async () => {
    const ranker = ModelRanker.from(rankGraph, users, items);
    const block = await ranker.rank(Int32Array.of(0, 1), [Int32Array.of(0), Int32Array.of(1, 2)], 10);
    expect(block.length).to.equal(4);
    expect([...block.items]).to.deep.equal([1, 3, 2, 0, 3, 0, 1, 2]);
  });

  it("ranks only candidates, by their own ids, when restricted", async () => {
    const ranker = ModelRanker.from(rankGraph, users, items).among(Int32Array.of(1, 2));
    const block = await ranker.rank(Int32Array.of(0, 1), [Int32Array.of(0, 1), Int32Array.of(3)], 2);
    expect([...block.items]).to.deep.equal([2, 1, 2, 1]);
  });

  it("refuses vectors that are not finite, naming table and row", () => {
    const broken = vectors([
      [1, 0],
      [0, NaN],
    ]);
    expect(() => ModelRanker.from(rankGraph, broken, items))
      .to.throw(RankingError, "user_vectors: row 1 holds NaN")
      .with.property("subject", "user_vectors");
  });

  it("refuses tables that do not fit each other or the data", () => {
    const wide = vectors([[1, 0, 2]]);
    const cases = [
      [users, wide, undefined, "item_vectors: have length 3, but user_vectors have length 2"],
      [users, items, { users: 4, items: 4 }, "user_vectors: has 3 rows, but the data has 4"],
      [users, items, { users: 3, items: 5 }, "item_vectors: has 4 rows, but the data has 5"],
      [
        hostTensor("float32", [2], Float32Array.of(1, 2)),
        items,
        undefined,
        "user_vectors: has 1 axes instead of a row and a dimension",
      ],
    ] as const;
    for (const [left, right, counts, message] of cases) {
      expect(() => ModelRanker.from(rankGraph, left, right, counts)).to.throw(RankingError, message);
    }
    expect(ModelRanker.from(rankGraph, users, items, { users: 3, items: 4 })).to.be.instanceOf(ModelRanker);
  });

  it("refuses users and candidates without a vector", async () => {
    const ranker = ModelRanker.from(rankGraph, users, items);
    expect(() => ranker.among(Int32Array.of(1, 4))).to.throw(
      RankingError,
      "item_vectors: has no row 4, only 4 rows",
    );
    const error = await rejection(ranker.rank(Int32Array.of(3), [new Int32Array()], 1), RankingError);
    expect(error.message).to.contain("user_vectors: has no row 3, only 3 rows");
  });

  it("refuses a score that is not a number, naming the user", async () => {
    const overflow = vectors([
      [1e38, 0],
      [1e38, -1e38],
    ]);
    const huge = vectors([[1e38, 1e38]]);
    const error = await rejection(
      ModelRanker.from(rankGraph, overflow, huge).rank(
        Int32Array.of(0, 1),
        [new Int32Array(), new Int32Array()],
        1,
      ),
      RankingError,
    );
    expect(error.subject).to.equal("scores of user 1");
  });
});
