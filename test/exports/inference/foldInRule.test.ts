import { expect } from "chai";
import { fitFoldIn } from "../../../exports/inference/foldInRule.js";
import { Random } from "../../../runtime/data/random.js";
import { interactionLists } from "../../runtime/ranking/interactionLists.js";
import { dot, row } from "./referenceRanking.js";

const dim = 3;
const random = new Random(3, "fold-in");
const table = (rows: number) => ({
  rows,
  dim,
  data: Float32Array.from({ length: rows * dim }, () => random.normal()),
});

describe("the fold-in rule", () => {
  const items = table(8);
  const users = table(2);
  const liked = [
    [0, 3, 5],
    [2, 7],
  ];
  const nobody = interactionLists([[], []]);
  const { map, ridge } = fitFoldIn({ users, items }, { train: interactionLists(liked), valid: nobody });
  const vectorOf = (list: readonly number[]): number[] =>
    Array.from({ length: dim }, (_, column) =>
      list.reduce((sum, item) => {
        const entry = row(items, item);
        return (
          sum +
          dot(
            entry,
            entry.map((__, d) => map[d * dim + column]!),
          ) /
            list.length
        );
      }, 0),
    );

  it("makes the vector whose scores fit the likes best under the ridge", () => {
    const vector = vectorOf(liked[0]!);
    const trace = items.data.reduce((sum, value) => sum + value * value, 0);
    const added = (ridge * trace) / dim;
    const objective = (u: readonly number[]): number =>
      Array.from({ length: items.rows }, (_, item) => {
        const error = dot(u, row(items, item)) - (liked[0]!.includes(item) ? 1 : 0);
        return error * error;
      }).reduce((sum, error) => sum + error, added * dot(u, u));
    // The scale is that of the users: along the vector's direction the objective has its minimum somewhere.
    const scores = Array.from({ length: items.rows }, (_, item) => dot(vector, row(items, item)));
    const wanted = liked[0]!.reduce((sum, item) => sum + scores[item]!, 0);
    const step = wanted / (dot(scores, scores) + added * dot(vector, vector));
    const best = vector.map((value) => value * step);
    for (let d = 0; d < dim; d++) {
      for (const change of [-1e-3, 1e-3]) {
        const moved = best.map((value, at) => (at === d ? value + change : value));
        expect(objective(moved)).to.be.above(objective(best));
      }
    }
  });

  it("takes the usual ridge where nothing is there to choose by", () => {
    expect(ridge).to.equal(1);
  });

  it("chooses the ridge by what the model's own users are recommended", () => {
    // Along the first axis all items are alike but for noise; what users like lies along the second.
    const rows = 40;
    const data = Float32Array.from({ length: rows * 2 }, (_, at) =>
      at % 2 === 0 ? 10 + random.normal() : at < rows ? 1 : -1,
    );
    const flat = { rows, dim: 2, data };
    const people = { rows: 20, dim: 2, data: new Float32Array(40).fill(1) };
    const train = interactionLists(Array.from({ length: 20 }, (_, user) => [user, (user + 1) % 20]));
    const valid = interactionLists(Array.from({ length: 20 }, (_, user) => [(user + 2) % 20]));
    expect(fitFoldIn({ users: people, items: flat }, { train, valid }).ridge).to.equal(0.1);
  });

  it("gives vectors as long as the users' on average", () => {
    const length = (vector: ArrayLike<number>): number => Math.sqrt(dot(vector, vector));
    const folded = length(vectorOf(liked[0]!)) + length(vectorOf(liked[1]!));
    expect(folded).to.be.closeTo(length(row(users, 0)) + length(row(users, 1)), 1e-5);
  });

  it("stands vectors of zeros", () => {
    const zeros = { rows: 8, dim, data: new Float32Array(8 * dim) };
    const train = interactionLists([[0], [], [], [], [], [], [], []]);
    const rule = fitFoldIn({ users: zeros, items: zeros }, { train, valid: train });
    expect([...rule.map].every(Number.isFinite)).to.equal(true);
  });
});
