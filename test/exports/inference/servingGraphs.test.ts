import { expect } from "chai";
import type { FoldInRule } from "../../../exports/inference/foldInRule.js";
import { servedModel, servingGraph, type ServedModel } from "../../../exports/inference/servingGraphs.js";
import { storedVectors } from "../../../exports/inference/storedTable.js";
import type { FinalVectors, VectorTable } from "../../../exports/inferenceVectors.js";
import { Random } from "../../../runtime/data/random.js";
import { exportSignatures, precisions, type ExportGraph } from "../../../runtime/serving/exportFormat.js";
import { encodeModel } from "../../../src/onnx/encode.js";
import { numbersFrom } from "../../evaluator/runGraph.js";
import { runModel, runtimes, type PlainTensor, type Runtime } from "../../onnx/runBoth.js";
import { dot, listProblem, row, scoresOf } from "./referenceRanking.js";

const K = 5;
const DIM = 6;

function randomTable(rows: number, random: Random): VectorTable {
  return { rows, dim: DIM, data: Float32Array.from({ length: rows * DIM }, () => random.normal()) };
}

function randomVectors(): FinalVectors {
  const random = new Random(1, "serving graphs");
  const items = randomTable(23, random);
  // An item without a vector, and two with the same.
  items.data.fill(0, 4 * DIM, 5 * DIM);
  items.data.copyWithin(9 * DIM, 2 * DIM, 3 * DIM);
  return { users: randomTable(7, random), items };
}

const int32 = (dims: readonly number[], ...values: readonly number[]): PlainTensor => ({
  type: "int32",
  dims,
  data: Int32Array.from(values),
});
const int64 = (dims: readonly number[], ...values: readonly number[]): PlainTensor => ({
  type: "int64",
  dims,
  data: BigInt64Array.from(values, BigInt),
});
const k = int64([1], K);

const random = new Random(2, "fold-in map");
const foldIn: FoldInRule = { ridge: 1, map: Float32Array.from({ length: DIM * DIM }, () => random.normal()) };

/** In tiles of four rows, the last one not full. */
const served = (precision: (typeof precisions)[number]): ServedModel =>
  servedModel(randomVectors(), foldIn, precision, 4 * DIM);

const run = (runtime: Runtime, graph: ExportGraph, model: ServedModel, feeds: Record<string, PlainTensor>) =>
  runModel(runtime, encodeModel(servingGraph(graph, model)), feeds);

function listsOf(outputs: Record<string, PlainTensor>): { items: number[][]; scores: number[][] } {
  const rows = (name: string): number[][] => {
    const values = numbersFrom(outputs[name]);
    return Array.from({ length: values.length / K }, (_, at) => values.slice(at * K, (at + 1) * K));
  };
  return { items: rows("items"), scores: rows("scores") };
}

function expectLists(
  outputs: Record<string, PlainTensor>,
  vectors: readonly ArrayLike<number>[],
  items: VectorTable,
  left: readonly ReadonlySet<number>[],
): void {
  const lists = listsOf(outputs);
  expect(lists.items).to.have.length(vectors.length);
  vectors.forEach((vector, at) => {
    const scores = scoresOf(vector, items);
    expect(listProblem(lists.items[at]!, scores, left[at]!)).to.equal(undefined);
    lists.items[at]!.forEach((item, place) => {
      expect(lists.scores[at]![place]).to.be.closeTo(scores[item]!, 1e-5);
    });
  });
}

describe("the graphs of an export", () => {
  for (const graph of Object.keys(exportSignatures) as ExportGraph[]) {
    it(`${graph} has the inputs and outputs of the contract`, () => {
      const { inputs, outputs } = servingGraph(graph, served("float32")).graph;
      const described = (list: typeof inputs) =>
        Object.fromEntries(list.map(({ name, dtype, dims }) => [name, { dtype, dims }]));
      const filled = (list: object): unknown =>
        JSON.parse(JSON.stringify(list).replaceAll('"dim"', String(DIM)));
      expect(described(inputs)).to.deep.equal(filled(exportSignatures[graph].inputs));
      expect(described(outputs)).to.deep.equal(filled(exportSignatures[graph].outputs));
    });
  }

  for (const precision of precisions) {
    const model = served(precision);
    const users = storedVectors(model.users);
    const items = storedVectors(model.items);
    for (const runtime of runtimes) {
      describe(`in ${precision} on ${runtime}`, () => {
        it("recommend what plain loops recommend", async () => {
          const ids = [3, 0, 6, 3];
          const left = [new Set([1, 2]), new Set<number>(), new Set([22]), new Set<number>()];
          const pairs = left.flatMap((of, at) => [...of].flatMap((item) => [at, item]));
          const outputs = await run(runtime, "recommend", model, {
            user_ids: int32([4], ...ids),
            seen: int64([pairs.length / 2, 2], ...pairs),
            k,
          });
          expectLists(
            outputs,
            ids.map((id) => row(users, id)),
            items,
            left,
          );
        });

        it("score pairs", async () => {
          const pairs = [
            [0, 22],
            [6, 0],
            [2, 4],
          ] as const;
          const outputs = await run(runtime, "score", model, {
            user_ids: int32([3], ...pairs.map(([user]) => user)),
            item_ids: int32([3], ...pairs.map(([, item]) => item)),
          });
          numbersFrom(outputs["scores"]).forEach((score, at) => {
            const [user, item] = pairs[at]!;
            expect(score).to.be.closeTo(dot(row(users, user), row(items, item)), 1e-5);
          });
        });

        it("find items by cosine without the item itself", async () => {
          const norm = (vector: Float32Array): number => Math.sqrt(dot(vector, vector));
          const unit: VectorTable = {
            ...items,
            data: items.data.map((value, at) => value / (norm(row(items, Math.floor(at / DIM))) || 1)),
          };
          const ids = [9, 0, 22, 4];
          const outputs = await run(runtime, "similar", model, { item_ids: int32([4], ...ids), k });
          const left = ids.map((id) => new Set([id]));
          expectLists(
            outputs,
            ids.map((id) => row(unit, id)),
            unit,
            left,
          );
          const { items: found, scores } = listsOf(outputs);
          expect([found[0]![0], scores[0]![0]!.toFixed(5)]).to.deep.equal([2, "1.00000"]);
          expect(scores[3]).to.deep.equal([0, 0, 0, 0, 0]);
        });

        it("fold in somebody new, whatever pads the row", async () => {
          const liked = [[3, 8, 3], [22], []];
          const padded = liked.flatMap((list) => [...list, ...Array<number>(3 - list.length).fill(-1)]);
          const outputs = await run(runtime, "foldIn", model, {
            liked: int32([3, 3], ...padded),
            seen: int64([1, 2], 1, 22),
            k,
          });
          const vectors = liked.map((list) => {
            const mean = Float64Array.from({ length: DIM }, (_, d) => {
              const sum = list.reduce((total, item) => total + row(items, item)[d]!, 0);
              return list.length === 0 ? 0 : sum / list.length;
            });
            return mean.map((_, column) =>
              dot(
                mean,
                mean.map((__, d) => foldIn.map[d * DIM + column]!),
              ),
            );
          });
          numbersFrom(outputs["vectors"]).forEach((value, at) => {
            expect(value).to.be.closeTo(vectors[Math.floor(at / DIM)]![at % DIM]!, 1e-5);
          });
          expectLists(outputs, vectors, items, [new Set(), new Set([22]), new Set()]);
        });

        it("rank vectors", async () => {
          const vectors = [Float32Array.of(1, 0, 0, 0, 0, -1), Float32Array.of(0, 0, 2, 0, 0, 0)];
          const outputs = await run(runtime, "rank", model, {
            vectors: {
              type: "float32",
              dims: [2, DIM],
              data: Float32Array.from(vectors.flatMap((v) => [...v])),
            },
            seen: int64([0, 2]),
            k,
          });
          expectLists(outputs, vectors, items, [new Set(), new Set()]);
        });
      });
    }
  }

  it("store an int8 row within half a step of its largest value / 127", () => {
    const { items } = randomVectors();
    const stored = storedVectors(served("int8").items);
    items.data.forEach((value, at) => {
      const vector = row(items, Math.floor(at / DIM));
      const step = Math.max(...vector.map(Math.abs)) / 127;
      expect(Math.abs(stored.data[at]! - value)).to.be.at.most(step * 0.5001);
    });
  });

  it("are the same bytes each time", () => {
    for (const precision of precisions) {
      const [first, second] = [served(precision), served(precision)].map((model) =>
        encodeModel(servingGraph("recommend", model)),
      );
      expect(Buffer.compare(first!, second!)).to.equal(0);
    }
  });
});
