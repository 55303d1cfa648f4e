import { apply, constant } from "../../../src/ops/apply.js";
import { add, multiply } from "../../../src/ops/build.js";
import type { layout } from "../../../src/ops/layout.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { OperationCase } from "./operationCase.js";

type Name = keyof typeof layout & OperationName;

const axis = (name: string, size: number | string = name): { name: string; size: number | string } => ({
  name,
  size,
});

export const layoutCases: Record<Name, readonly OperationCase[]> = {
  constant: [
    {
      label: "numbers beside an input",
      build: (g) => add(g.float("x", { row: 2 }), add(constant([1.5]), constant([0.25]))),
    },
    { label: "a matrix", build: () => constant([1, 2, 3, 4, 5, 6], [axis("row", 2), axis("column", 3)]) },
    { label: "ids", build: () => constant([3, 1], [axis("row", 2)], "int32") },
    { label: "booleans", build: () => constant([1, 0], [axis("row", 2)], "bool") },
  ],
  axisSize: [
    {
      label: "an axis the data fixes",
      build: (g) => multiply(g.float("x", { row: 5 }), apply("axisSize", [], { size: { size: "row" } })),
    },
    {
      label: "a sum and a product of sizes",
      build: (g) => {
        const x = g.float("x", { row: 5, column: 3 });
        const sum = apply("axisSize", [], { size: { size: { sum: ["row", "column", 2] } } });
        const product = apply("axisSize", [], { size: { size: { product: ["row", "column"] } } });
        return multiply(x, add(sum, product));
      },
    },
    { label: "a fixed size", build: () => apply("axisSize", [], { size: { size: 7 } }) },
  ],
  positions: [
    {
      label: "an axis the data fixes",
      build: (g) =>
        multiply(
          g.float("x", { row: 5 }),
          apply("cast", [apply("positions", [], { axis: axis("row") })], { dtype: "float32" }),
        ),
    },
    { label: "a fixed axis", build: () => apply("positions", [], { axis: axis("row", 4) }) },
  ],
  transpose: [
    {
      label: "two axes",
      build: (g) => apply("transpose", [g.float("x", { row: 2, column: 3 })], { order: ["column", "row"] }),
    },
    {
      label: "three axes",
      build: (g) => apply("transpose", [g.float("x", { a: 2, b: 3, c: 4 })], { order: ["c", "a", "b"] }),
    },
    {
      label: "ids",
      build: (g) =>
        apply("transpose", [g.ids("x", "item", { row: 2, column: 2 }, [1, 2, 3, 4])], {
          order: ["column", "row"],
        }),
    },
  ],
  rename: [
    {
      label: "one of two axes",
      build: (g) => apply("rename", [g.float("x", { row: 2, column: 3 })], { from: "row", to: "line" }),
    },
    {
      label: "a value that meets itself",
      build: (g) => {
        const x = g.float("x", { row: 3 });
        const matrix = apply("broadcast", [x], { axes: [axis("row"), axis("line", "row")] });
        return multiply(matrix, apply("rename", [x], { from: "row", to: "line" }));
      },
    },
  ],
  broadcast: [
    {
      label: "a scalar",
      build: (g) => {
        g.float("like", { row: 3 });
        return apply("broadcast", [g.float("x", {})], { axes: [axis("row"), axis("fixed", 2)] });
      },
    },
    {
      label: "a new axis in front, between and behind",
      build: (g) =>
        apply("broadcast", [g.float("x", { row: 2, column: 3 })], {
          axes: [axis("a", 2), axis("row"), axis("b", 3), axis("column"), axis("c", 1)],
        }),
    },
    {
      label: "axes in another order",
      build: (g) =>
        apply("broadcast", [g.float("x", { row: 2, column: 3 })], {
          axes: [axis("column"), axis("new", 2), axis("row")],
        }),
    },
  ],
  reshape: [
    {
      label: "two axes made one",
      build: (g) =>
        apply("reshape", [g.float("x", { row: 2, column: 3 })], {
          axes: [{ name: "cell", size: { product: ["row", "column"] } }],
        }),
    },
    {
      label: "axes of size 1 added",
      build: (g) =>
        apply("reshape", [g.float("x", { row: 4 })], { axes: [axis("one", 1), axis("row"), axis("two", 1)] }),
    },
  ],
  concat: [
    {
      label: "two parts along the first axis",
      build: (g) =>
        apply("concat", [g.float("x", { user: 2, dim: 3 }), g.float("y", { item: 4, dim: 3 })], {
          along: ["user", "item"],
          into: "node",
        }),
    },
    {
      label: "one value twice along the last axis",
      build: (g) => {
        const x = g.float("x", { row: 2, dim: 3 });
        return apply("concat", [x, multiply(x, x)], { along: ["dim", "dim"], into: "vector" });
      },
    },
    {
      label: "an empty part and a part of size 1",
      build: (g) =>
        apply("concat", [g.float("x", { a: 0 }, []), g.float("y", { b: 1 }), g.float("z", { c: 2 })], {
          along: ["a", "b", "c"],
          into: "all",
        }),
    },
    {
      label: "ids",
      build: (g) =>
        apply("concat", [g.ids("x", "item", { a: 2 }, [3, 1]), g.ids("y", "item", { b: 1 }, [2])], {
          along: ["a", "b"],
          into: "all",
        }),
    },
  ],
  part: [
    ...[0, 1].map((index): OperationCase => ({
      label: index === 0 ? "the first part" : "the last part",
      build: (g) => {
        const x = g.float("x", { user: 2, dim: 2 });
        const y = g.float("y", { item: 3, dim: 2 });
        const node = apply("concat", [x, y], { along: ["user", "item"], into: "node" });
        return apply("part", [node], { axis: "node", parts: [axis("user"), axis("item")], index });
      },
    })),
    {
      label: "a part of size 1 from the middle of the last axis",
      build: (g) => {
        const x = g.float("x", { row: 3 });
        const matrix = apply("broadcast", [x], { axes: [axis("row"), axis("fixed", 4)] });
        const parts = [axis("before", 2), axis("chosen", 1), axis("after", 1)];
        return apply("part", [matrix], { axis: "fixed", parts, index: 1 });
      },
    },
    {
      label: "an empty part",
      build: (g) => {
        const x = g.float("x", { row: 2 });
        const matrix = apply("broadcast", [x], { axes: [axis("row"), axis("fixed", 3)] });
        return apply("part", [matrix], { axis: "fixed", parts: [axis("none", 0), axis("all", 3)], index: 0 });
      },
    },
  ],
};
