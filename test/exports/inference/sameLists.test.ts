import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { loadRecommender } from "../../../runtime/serving/recommender.js";
import { exportVectors } from "../../runtime/browser/exportedVectors.js";
import { listProblem, row, scoresOf } from "./referenceRanking.js";

const USERS = 1_000;
const K = 20;

/** What users have taken, as (row, item) pairs. */
function pairsOf(taken: readonly (readonly number[])[]): BigInt64Array {
  return BigInt64Array.from(taken.flatMap((list, at) => list.flatMap((item) => [BigInt(at), BigInt(item)])));
}

describe("recommendations to 1,000 users", function () {
  this.timeout(60_000);
  let folder = "";
  let made: Awaited<ReturnType<typeof exportVectors>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    made = await exportVectors(folder, { users: USERS, items: 1_500, dim: 32 });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Of the 1,000 lists, those that differ from a sort of all scores in double precision. */
  function problems(lists: readonly (readonly number[])[]): string[] {
    const { vectors, taken } = made;
    return lists.flatMap((list, user) => {
      const scores = scoresOf(row(vectors.users, user), vectors.items);
      const problem = listProblem(list, scores, new Set(taken[user]));
      return problem === undefined ? [] : [`user ${user}: ${problem}`];
    });
  }

  it("are those of a sort of all scores, in Node", async () => {
    const recommender = await loadRecommender(folder, { threads: 1 });
    const lists = await recommender.recommendMany([...Array(USERS).keys()], { k: K });
    await recommender.release();
    expect(lists).to.have.length(USERS);
    expect(problems(lists.map((list) => list.map(({ item }) => item)))).to.deep.equal([]);
  });

  it("are those of a sort of all scores, in onnxruntime-web", async () => {
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(await readFile(join(folder, "recommend.onnx")));
    const pairs = pairsOf(made.taken);
    const { items } = await session.run({
      user_ids: new native.Tensor("int32", Int32Array.from(Array(USERS).keys()), [USERS]),
      seen: new native.Tensor("int64", pairs, [pairs.length / 2, 2]),
      k: new native.Tensor("int64", BigInt64Array.of(BigInt(K)), [1]),
    });
    await session.release();
    const ids = Array.from(items!.data as BigInt64Array, Number);
    expect(ids).to.have.length(USERS * K);
    const lists = Array.from({ length: USERS }, (_, user) => ids.slice(user * K, (user + 1) * K));
    expect(problems(lists)).to.deep.equal([]);
  });

  it("would be found out if two items of different scores changed places", () => {
    const { vectors, taken } = made;
    const scores = scoresOf(row(vectors.users, 0), vectors.items);
    const left = new Set(taken[0]);
    const right = [...scores.keys()]
      .filter((item) => !left.has(item))
      .sort((a, b) => scores[b]! - scores[a]!);
    const list = right.slice(0, K);
    expect(listProblem(list, scores, left)).to.equal(undefined);
    [list[3], list[4]] = [list[4]!, list[3]!];
    expect(listProblem(list, scores, left)).to.match(/^place 4 has item/);
    expect(listProblem([...taken[0]!, ...right].slice(0, K), scores, left)).to.match(/^place 1 has item/);
  });
});
