import type { elementwise } from "../../../src/ops/elementwise.js";
import { apply } from "../../../src/ops/apply.js";
import { scalar } from "../../../src/ops/build.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { OperationCase } from "./operationCase.js";

type Name = keyof typeof elementwise & OperationName;

/** A function of one number on a matrix, on one element and on no element. */
function unary(name: Name, low: number, high: number, attributes = {}): OperationCase[] {
  return [
    {
      label: "a matrix",
      build: (g) => apply(name, [g.floatIn("x", { row: 3, column: 4 }, low, high)], attributes),
    },
    { label: "a scalar", build: (g) => apply(name, [g.floatIn("x", {}, low, high)], attributes) },
    {
      label: "an axis of size 1",
      build: (g) => apply(name, [g.floatIn("x", { one: 1 }, low, high)], attributes),
    },
    { label: "an axis of size 0", build: (g) => apply(name, [g.float("x", { row: 0 }, [])], attributes) },
  ];
}

/** Two numbers in every constellation of axes. Both are away from zero and from each other. */
function binary(name: Name): OperationCase[] {
  const matrix = { row: 3, column: 4 };
  return [
    {
      label: "values of the same axes",
      build: (g) => apply(name, [g.floatIn("x", matrix, 0.5, 2), g.floatIn("y", matrix, 2.5, 4)]),
    },
    {
      label: "a left operand that lacks the first axis",
      build: (g) => apply(name, [g.floatIn("x", { column: 4 }, 0.5, 2), g.floatIn("y", matrix, 2.5, 4)]),
    },
    {
      label: "a right operand that lacks the last axis",
      build: (g) => apply(name, [g.floatIn("x", matrix, 0.5, 2), g.floatIn("y", { row: 3 }, 2.5, 4)]),
    },
    {
      label: "a right operand that lacks the middle axis",
      build: (g) =>
        apply(name, [
          g.floatIn("x", { batch: 2, row: 3, column: 4 }, 0.5, 2),
          g.floatIn("y", { batch: 2, column: 4 }, 2.5, 4),
        ]),
    },
    {
      label: "axes in another order",
      build: (g) =>
        apply(name, [g.floatIn("x", matrix, 0.5, 2), g.floatIn("y", { column: 4, row: 3 }, 2.5, 4)]),
    },
    {
      label: "a scalar on the left and an axis of size 1",
      build: (g) => apply(name, [g.floatIn("x", {}, 0.5, 2), g.floatIn("y", { one: 1 }, 2.5, 4)]),
    },
    {
      label: "one value as both operands",
      build: (g) => {
        const x = g.floatIn("x", matrix, 0.5, 2);
        const doubled = apply("add", [x, x]);
        return apply(name, [doubled, apply("multiply", [doubled, scalar(3)])]);
      },
    },
  ];
}

/** Comparisons of numbers and of ids, with equal pairs. */
function comparison(name: Name): OperationCase[] {
  return [
    {
      label: "numbers, some of them equal",
      build: (g) =>
        apply(name, [g.float("x", { row: 4 }, [1, 2, -3, 0]), g.float("y", { row: 4 }, [1, 3, -4, -0])]),
    },
    {
      label: "a matrix with a row",
      build: (g) =>
        apply(name, [g.float("x", { row: 2, column: 2 }, [1, 2, 3, 4]), g.float("y", { column: 2 }, [3, 2])]),
    },
    {
      label: "ids",
      build: (g) => apply(name, [g.int("x", { row: 3 }, [1, 2, 3]), g.int("y", { row: 3 }, [3, 2, 1])]),
    },
  ];
}

function logical(name: Name): OperationCase[] {
  return [
    {
      label: "all four pairs",
      build: (g) =>
        apply(name, [g.bool("x", { row: 4 }, [0, 0, 1, 1]), g.bool("y", { row: 4 }, [0, 1, 0, 1])]),
    },
    {
      label: "a matrix with a row",
      build: (g) =>
        apply(name, [g.bool("x", { row: 2, column: 2 }, [0, 1, 1, 0]), g.bool("y", { column: 2 }, [0, 1])]),
    },
  ];
}

/** Ties of two values: half of the gradient each. */
function tie(name: Name, leftWins: readonly number[]): OperationCase {
  return {
    label: "ties, of which both operands take half",
    build: (g) =>
      apply(name, [g.float("x", { row: 4 }, [1, 2, -3, 0]), g.float("y", { row: 4 }, [1, 3, -4, 0])]),
    convention: { x: leftWins, y: leftWins.map((share) => 1 - share) },
  };
}

const kink = [-2, 0, 3];

export const elementwiseCases: Record<Name, readonly OperationCase[]> = {
  negate: unary("negate", -2, 2),
  exp: unary("exp", -3, 3),
  log: unary("log", 0.1, 5),
  sqrt: unary("sqrt", 0.1, 5),
  sin: unary("sin", -4, 4),
  cos: unary("cos", -4, 4),
  tanh: unary("tanh", -3, 3),
  sigmoid: unary("sigmoid", -5, 5),
  softplus: [
    ...unary("softplus", -5, 5),
    {
      label: "arguments whose exponential overflows",
      build: (g) => apply("softplus", [g.float("x", { row: 4 }, [-200, -50, 50, 200])]),
    },
  ],
  relu: [
    ...unary("relu", -3, 3),
    {
      label: "zero, where the gradient is 0",
      build: (g) => apply("relu", [g.float("x", { row: 3 }, kink)]),
      convention: { x: [0, 0, 1] },
    },
  ],
  leakyRelu: [
    ...unary("leakyRelu", -3, 3, { slope: 0.2 }),
    {
      label: "zero, where the gradient is the slope",
      build: (g) => apply("leakyRelu", [g.float("x", { row: 3 }, kink)], { slope: 0.25 }),
      convention: { x: [0.25, 0.25, 1] },
    },
  ],
  abs: [
    ...unary("abs", 0.5, 2),
    ...unary("abs", -2, -0.5),
    {
      label: "zero, where the gradient is 0",
      build: (g) => apply("abs", [g.float("x", { row: 3 }, kink)]),
      convention: { x: [-1, 0, 1] },
    },
  ],
  floor: [
    ...unary("floor", -3, 3),
    { label: "whole numbers", build: (g) => apply("floor", [g.float("x", { row: 4 }, [-2, -0.5, 0, 3])]) },
  ],
  stopGradient: unary("stopGradient", -2, 2),
  add: binary("add"),
  subtract: binary("subtract"),
  multiply: binary("multiply"),
  divide: binary("divide"),
  maximum: [...binary("maximum"), tie("maximum", [0.5, 0, 1, 0.5])],
  minimum: [...binary("minimum"), tie("minimum", [0.5, 1, 0, 0.5])],
  greater: comparison("greater"),
  greaterOrEqual: comparison("greaterOrEqual"),
  equal: comparison("equal"),
  and: logical("and"),
  or: logical("or"),
  not: [{ label: "both values", build: (g) => apply("not", [g.bool("x", { row: 2 }, [0, 1])]) }],
  where: [
    {
      label: "values of the same axes",
      build: (g) =>
        apply("where", [
          g.bool("condition", { row: 2, column: 2 }, [0, 1, 1, 0]),
          g.float("x", { row: 2, column: 2 }),
          g.float("y", { row: 2, column: 2 }),
        ]),
    },
    {
      label: "a condition and an operand that lack axes",
      build: (g) =>
        apply("where", [
          g.bool("condition", { row: 2 }, [0, 1]),
          g.float("x", { row: 2, column: 3 }),
          g.float("y", { column: 3 }),
        ]),
    },
    {
      label: "scalars",
      build: (g) =>
        apply("where", [g.bool("condition", { row: 3 }, [1, 0, 1]), g.float("x", {}), g.float("y", {})]),
    },
    {
      label: "one value in both places",
      build: (g) => {
        const x = g.float("x", { row: 3 });
        return apply("where", [g.bool("condition", { row: 3 }, [1, 0, 1]), x, apply("multiply", [x, x])]);
      },
    },
  ],
  cast: [
    {
      label: "booleans to numbers",
      build: (g) => apply("cast", [g.bool("x", { row: 2 }, [0, 1])], { dtype: "float32" }),
    },
    {
      label: "ids to numbers",
      build: (g) => apply("cast", [g.int("x", { row: 3 }, [0, -7, 12])], { dtype: "float32" }),
    },
    {
      label: "numbers to ids, cut towards zero",
      build: (g) => apply("cast", [g.float("x", { row: 4 }, [0.9, -0.9, 2.5, -3])], { dtype: "int32" }),
    },
    {
      label: "numbers to ids that look up rows",
      build: (g) =>
        apply("gather", [
          g.float("table", { row: 3, column: 2 }),
          apply("cast", [g.float("x", { other: 3 }, [2.9, 0, 1])], { dtype: "int32", indexes: "row" }),
        ]),
    },
    {
      label: "numbers to booleans",
      build: (g) => apply("cast", [g.float("x", { row: 3 }, [0, 0.5, -1])], { dtype: "bool" }),
    },
  ],
};
