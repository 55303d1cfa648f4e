import { expect } from "chai";
import type { Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { multiply, sum, typeOf } from "../../src/ops/build.js";
import {
  bprLoss,
  cosineSimilarity,
  covariance,
  logSumExp,
  normalise,
  pearsonCorrelation,
  propagateWith,
  redundancy,
  softmaxEntries,
  Sparse,
  standardise,
  Tensor,
  tripleL2,
  tripleScores,
  type Ids,
  type Triples,
} from "../../src/index.js";
import { Random } from "../../runtime/data/random.js";
import { relativeError } from "../evaluator/closeness.js";
import { checkGradients } from "../evaluator/compositeGradient.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder, randomNumbers } from "../evaluator/graphBuilder.js";
import { numbersFrom, runGraph } from "../evaluator/runGraph.js";
import { optimise } from "../../src/lower/optimise.js";

type Matrix = Tensor<["row", "dim"]>;

function matrix(g: GraphBuilder, rows = 6, dim = 3): Matrix {
  return new Tensor(g.float("x", { row: rows, dim }, undefined, ["dim"]));
}

function triples(g: GraphBuilder): {
  triples: Triples;
  users: Tensor<["user", "dim"]>;
  items: Tensor<["item", "dim"]>;
} {
  const ids = <Of extends string>(name: string, of: Of, values: number[]): Ids<Of, ["batch"]> =>
    new Tensor(g.ids(name, of, { batch: values.length }, values));
  return {
    users: new Tensor(g.float("users", { user: 3, dim: 2 })),
    items: new Tensor(g.float("items", { item: 4, dim: 2 })),
    triples: {
      users: ids("u", "user", [0, 2, 2]),
      positives: ids("i", "item", [1, 1, 3]),
      negatives: ids("j", "item", [0, 2, 1]),
    },
  };
}

const attentionEntries = [
  [0, 0, 1],
  [0, 1, 1],
  [0, 3, 1],
  [2, 1, 1],
] as const;

/** Everything in src/nn and the softmax over entries, each as a value of its inputs. */
const composites: Readonly<Record<string, (g: GraphBuilder) => Node>> = {
  "rows of unit norm": (g) => normalise(matrix(g), "dim").node,
  "columns of unit norm": (g) => normalise(matrix(g), "row").node,
  "log Σ exp along the last axis": (g) => logSumExp(matrix(g), "dim").node,
  "log Σ exp along the first axis": (g) => logSumExp(matrix(g), "row").node,
  "cosine similarity": (g) =>
    cosineSimilarity(
      matrix(g),
      new Tensor<["column", "dim"]>(g.float("y", { column: 4, dim: 3 }, undefined, ["dim"])),
    ).node,
  covariance: (g) => covariance(matrix(g)).node,
  "standardised columns": (g) => standardise(matrix(g)).node,
  "Pearson correlation": (g) => pearsonCorrelation(matrix(g)).node,
  "redundancy of normalised rows": (g) => redundancy(matrix(g)).node,
  "redundancy of standardised columns": (g) => redundancy(matrix(g), "standardise").node,
  "BPR loss": (g) => {
    const { users, items, triples: t } = triples(g);
    return bprLoss(tripleScores(users, items, t)).node;
  },
  "L2 of triples": (g) => {
    const { users, items, triples: t } = triples(g);
    return tripleL2(users, items, t).node;
  },
  "attention over entries, with an empty row": (g) => {
    const sparse = new Sparse<"user", "item", "graph_entry">(
      g.sparse("graph", "user", "item", [3, 4], attentionEntries),
    );
    const logits = new Tensor<["graph_entry"]>(g.float("logits", { graph_entry: 4 }));
    const x = new Tensor<["item", "dim"]>(g.float("x", { item: 4, dim: 2 }));
    return propagateWith(sparse, softmaxEntries(sparse, logits), x).node;
  },
};

describe("composed functions", () => {
  for (const [label, build] of Object.entries(composites)) {
    it(`have the value of plain loops and the gradient of finite differences: ${label}`, async () => {
      const g = new GraphBuilder("parameter");
      const result = build(g);
      const value = evaluate([result], g.feeds).get(result)!;
      if (value.kind !== "tensor") throw new Error("expected a tensor");
      const names = axisNames(typeOf(result));
      const weights = new GraphBuilder();
      const sizes = Object.fromEntries(value.axes.map(({ name, size }) => [name, size]));
      const fixed = typeOf(result).axes.flatMap((axis) => (typeof axis.size === "number" ? [axis.name] : []));
      const upstream = weights.float("upstream", sizes, randomNumbers(5, value.data.length), fixed);
      const renamed = { ...upstream, type: { ...typeOf(upstream), axes: typeOf(result).axes } };
      const loss = sum(multiply(result, renamed), names);
      const feeds = { ...g.feeds, ...weights.feeds };
      const report = await checkGradients(loss, g.floats, [...g.inputs, renamed], feeds);
      expect(report.loss, "value").to.be.below(1e-10);
      expect(Object.keys(report.parameters)).to.have.length(g.floats.length);
      for (const [name, error] of Object.entries(report.parameters)) expect(error, name).to.be.below(1e-5);
    });
  }

  it("keep zero rows zero when they are normalised", async () => {
    const g = new GraphBuilder();
    const x = new Tensor<["row", "dim"]>(g.float("x", { row: 2, dim: 2 }, [0, 0, 3, 4]));
    const graph = { name: "unit", outputs: [{ name: "unit", node: normalise(x, "dim").node }] };
    for (const runtime of ["onnxruntime-node", "onnxruntime-web"] as const) {
      const { unit } = await runGraph(optimise(graph), g.inputs, g.feeds, { runtime });
      expect(relativeError(numbersFrom(unit), [0, 0, 0.6, 0.8])).to.be.below(1e-6);
    }
  });

  it("do not overflow in log Σ exp", async () => {
    const g = new GraphBuilder();
    const x = new Tensor<["row", "dim"]>(g.float("x", { row: 2, dim: 2 }, [1000, 1000, -1000, -1001]));
    const graph = { name: "lse", outputs: [{ name: "lse", node: logSumExp(x, "dim").node }] };
    const { lse } = await runGraph(optimise(graph), g.inputs, g.feeds);
    const expected = [1000 + Math.log(2), -1000 + Math.log(1 + Math.exp(-1))];
    expect(relativeError(numbersFrom(lse), expected)).to.be.below(1e-6);
  });
});

describe("covariance", () => {
  it("is centred and divides by N - 1", () => {
    const g = new GraphBuilder();
    const x = new Tensor<["row", "dim"]>(g.float("x", { row: 3, dim: 2 }, [1, 2, 2, 4, 6, 3], ["dim"]));
    const { node } = covariance(x);
    // Columns 1, 2, 6 (mean 3) and 2, 4, 3 (mean 3): products of deviations (4+1+9), (2-1+0), (1+1+0) over 2.
    expect([...numbersOf(evaluate([node], g.feeds), node)]).to.deep.equal([7, 0.5, 0.5, 1]);
  });
});

describe("redundancy of 20,000 rows in 64 dimensions", () => {
  const ROWS = 20_000;
  const DIM = 64;
  const random = new Random(3, "redundancy");
  const direction = Array.from({ length: DIM }, () => random.normal());
  const anchors: readonly (readonly [
    label: string,
    value: number,
    element: (row: number, k: number) => number,
  ])[] = [
    ["of independent Gaussian rows is 62.016", 62.016, () => random.normal()],
    ["of rows ±v is 63.0", 63, (row, k) => (row % 2 === 0 ? direction[k]! : -direction[k]!)],
    ["of equal rows is 64.0", 64, (_, k) => direction[k]!],
  ];
  for (const [label, expected, element] of anchors) {
    it(label, async () => {
      const values = Array.from({ length: ROWS * DIM }, (_, i) => element(Math.floor(i / DIM), i % DIM));
      const g = new GraphBuilder();
      const x = new Tensor<["row", "dim"]>(g.float("x", { row: ROWS, dim: DIM }, values, ["dim"]));
      const graph = { name: "redundancy", outputs: [{ name: "loss", node: redundancy(x).node }] };
      const { loss } = await runGraph(optimise(graph), g.inputs, g.feeds);
      expect(numbersFrom(loss)[0]).to.be.closeTo(expected, 2e-3);
    });
  }

  it("with standardised columns is 2ρ² for two columns of correlation ρ, and 0 at ρ = 0", async () => {
    const columns = [
      [1, 1, -1, -1],
      [2, 0, 0, -2],
      [1, -1, 1, -1],
    ] as const;
    const between = async (a: readonly number[], b: readonly number[]): Promise<number> => {
      const g = new GraphBuilder();
      const values = a.flatMap((value, row) => [value, b[row]!]);
      const x = new Tensor<["row", "dim"]>(g.float("x", { row: 4, dim: 2 }, values, ["dim"]));
      const node = redundancy(x, "standardise").node;
      const { loss } = await runGraph(
        optimise({ name: "redundancy", outputs: [{ name: "loss", node }] }),
        g.inputs,
        g.feeds,
      );
      return numbersFrom(loss)[0]!;
    };
    expect(await between(columns[0], columns[1])).to.be.closeTo(2 * 0.5, 1e-6);
    expect(await between(columns[0], columns[2])).to.be.closeTo(0, 1e-6);
  });
});
