import { apply } from "../../../src/ops/apply.js";
import { multiply, transposedMatmul } from "../../../src/ops/build.js";
import type { exponentials } from "../../../src/ops/exponential.js";
import type { products } from "../../../src/ops/product.js";
import type { reductions } from "../../../src/ops/reduction.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { GraphBuilder } from "../../evaluator/graphBuilder.js";
import type { OperationCase } from "./operationCase.js";

type Name = (keyof typeof reductions | keyof typeof products | keyof typeof exponentials) & OperationName;

/** Reductions over the first, the middle, the last and all axes. */
function reduction(name: "sum" | "max" | "sumOfSquares"): OperationCase[] {
  const cube = { a: 2, b: 3, c: 4 };
  const over = (label: string, axes: readonly string[]): OperationCase => ({
    label,
    build: (g) => apply(name, [g.float("x", cube)], { axes }),
  });
  return [
    over("the first axis", ["a"]),
    over("the middle axis", ["b"]),
    over("the first and the last axis, named in another order", ["c", "a"]),
    over("all axes", ["a", "b", "c"]),
    {
      label: "an axis of size 1",
      build: (g) => apply(name, [g.float("x", { a: 2, one: 1 })], { axes: ["one"] }),
    },
  ];
}

/** Products of a few and of many rows, which are handled in sixteen parts. */
function softmaxes(name: "logSums" | "softmaxColumns" | "softmaxRows"): OperationCase[] {
  const matrices = (rows: number, columns: number, inner: number) => (g: GraphBuilder) =>
    apply(name, [
      g.floatIn("a", { row: rows, inner }, -1, 1),
      g.floatIn("b", { column: columns, inner }, -1, 1),
    ]);
  return [
    { label: "fewer rows than parts", build: matrices(3, 4, 2) },
    { label: "more rows than parts, the last part with fewer", build: matrices(37, 2, 3) },
    { label: "one row and one column", build: matrices(1, 1, 2) },
    {
      label: "an inner axis of fixed size",
      build: (g) =>
        apply(name, [
          g.float("a", { row: 2, inner: 2 }, [0.5, -1, 0, 1], ["inner"]),
          g.float("b", { column: 3, inner: 2 }, [1, 0.25, -0.5, 2, 1, 1], ["inner"]),
        ]),
    },
  ];
}

/** Softmax and running sums along each axis. */
function along(name: "softmax" | "cumulativeSum" | "normalise", attributes = {}): OperationCase[] {
  const matrix = { row: 3, column: 4 };
  return [
    {
      label: "the last axis",
      build: (g) => apply(name, [g.float("x", matrix)], { axis: "column", ...attributes }),
    },
    {
      label: "the first axis",
      build: (g) => apply(name, [g.float("x", matrix)], { axis: "row", ...attributes }),
    },
    {
      label: "an axis of size 1",
      build: (g) => apply(name, [g.float("x", { row: 3, one: 1 })], { axis: "one", ...attributes }),
    },
  ];
}

export const reductionCases: Record<Name, readonly OperationCase[]> = {
  sum: [
    ...reduction("sum"),
    {
      label: "no element",
      build: (g) => apply("sum", [g.float("x", { a: 2, none: 0 }, [])], { axes: ["none"] }),
    },
  ],
  max: [
    ...reduction("max"),
    {
      label: "ties, which share the gradient equally",
      build: (g) =>
        apply("max", [g.float("x", { row: 3, column: 3 }, [1, 5, 5, 2, 2, 2, 7, 1, 0])], {
          axes: ["column"],
        }),
      convention: { x: [0, 0.5, 0.5, 1 / 3, 1 / 3, 1 / 3, 1, 0, 0] },
    },
    {
      label: "ties over two axes",
      build: (g) =>
        apply("max", [g.float("x", { row: 2, column: 2 }, [4, 1, 4, 4])], { axes: ["row", "column"] }),
      convention: { x: [1 / 3, 0, 1 / 3, 1 / 3] },
    },
  ],
  sumOfSquares: [...reduction("sumOfSquares")],
  normalise: [
    ...along("normalise", { floor: 1e-12 }),
    {
      label: "rows shorter than the floor",
      build: (g) =>
        apply("normalise", [g.float("x", { row: 2, column: 2 }, [0.01, 0.02, 3, 4])], {
          axis: "column",
          floor: 0.5,
        }),
    },
    {
      label: "a zero row, divided by the floor",
      build: (g) =>
        apply("normalise", [g.float("x", { row: 2, column: 2 }, [0, 0, 3, 4])], {
          axis: "column",
          floor: 0.25,
        }),
    },
  ],
  gram: [
    { label: "a tall matrix", build: (g) => apply("gram", [g.float("x", { row: 5, column: 3 })]) },
    { label: "one row", build: (g) => apply("gram", [g.float("x", { row: 1, column: 3 })]) },
  ],
  softmax: [
    ...along("softmax"),
    {
      label: "logits whose exponentials overflow",
      build: (g) => apply("softmax", [g.float("x", { row: 3 }, [500, 499, -500])], { axis: "row" }),
    },
    {
      label: "equal logits",
      build: (g) => apply("softmax", [g.float("x", { row: 4 }, [2, 2, 2, 2])], { axis: "row" }),
    },
  ],
  cumulativeSum: [
    ...along("cumulativeSum", { reverse: false }),
    ...along("cumulativeSum", { reverse: true }).map((example) => ({
      ...example,
      label: `${example.label} from its end`,
    })),
  ],
  matmul: [
    {
      label: "two matrices",
      build: (g) =>
        apply("matmul", [g.float("x", { row: 2, inner: 3 }), g.float("y", { inner: 3, column: 4 })]),
    },
    {
      label: "a batch of pairs",
      build: (g) =>
        apply("matmul", [
          g.float("x", { batch: 2, row: 2, inner: 3 }),
          g.float("y", { batch: 2, inner: 3, column: 2 }),
        ]),
    },
    {
      label: "a batch by one matrix",
      build: (g) =>
        apply("matmul", [
          g.float("x", { batch: 3, row: 2, inner: 3 }),
          g.float("y", { inner: 3, column: 2 }),
        ]),
    },
    {
      label: "axes of size 1",
      build: (g) =>
        apply("matmul", [g.float("x", { row: 1, inner: 1 }), g.float("y", { inner: 1, column: 1 })]),
    },
    { label: "a matrix by its own transpose", build: gram },
  ],
  logSums: softmaxes("logSums"),
  softmaxColumns: softmaxes("softmaxColumns"),
  softmaxRows: softmaxes("softmaxRows"),
  transposedMatmul: [
    {
      label: "the left one transposed",
      build: (g) =>
        transposedMatmul(
          g.float("x", { inner: 3, row: 2 }),
          g.float("y", { inner: 3, column: 4 }),
          true,
          false,
        ),
    },
    {
      label: "the right one transposed",
      build: (g) =>
        transposedMatmul(
          g.float("x", { row: 2, inner: 3 }),
          g.float("y", { column: 4, inner: 3 }),
          false,
          true,
        ),
    },
    {
      label: "both transposed",
      build: (g) =>
        transposedMatmul(
          g.float("x", { inner: 3, row: 2 }),
          g.float("y", { column: 4, inner: 3 }),
          true,
          true,
        ),
    },
  ],
};

function gram(g: GraphBuilder) {
  const x = g.float("x", { row: 3, dim: 2 });
  const transposed = apply("transpose", [x], { order: ["dim", "row"] });
  const other = apply("rename", [multiply(x, x)], { from: "dim", to: "other" });
  return apply("matmul", [transposed, other]);
}
