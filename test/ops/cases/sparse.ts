import type { Node } from "../../../src/ir/node.js";
import { apply } from "../../../src/ops/apply.js";
import { multiply } from "../../../src/ops/build.js";
import type { entryOperations } from "../../../src/ops/entries.js";
import type { neighbourOperations } from "../../../src/ops/neighbours.js";
import type { sparseOperations } from "../../../src/ops/sparse.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { GraphBuilder } from "../../evaluator/graphBuilder.js";
import type { OperationCase } from "./operationCase.js";

type Name = (
  keyof typeof sparseOperations | keyof typeof neighbourOperations | keyof typeof entryOperations
) &
  OperationName;
type Triple = readonly [number, number, number];

/** Rows of degree 0, 1, 3 and 5; column 2 is empty, column 5 too. */
const triples: readonly Triple[] = [
  [1, 0, 0.5],
  [2, 0, -1.25],
  [2, 1, 2],
  [2, 4, 0.75],
  [3, 0, 1],
  [3, 1, -0.5],
  [3, 3, 1.5],
  [3, 4, 0.25],
  [3, 6, 3],
];

const ENTRIES = triples.length;

function matrix(g: GraphBuilder): Node {
  return g.sparse("matrix", "user", "item", [5, 7], triples);
}

function square(
  g: GraphBuilder,
  entries: readonly Triple[] = [
    [0, 1, 2],
    [1, 0, 3],
    [1, 1, -1],
  ],
): Node {
  return g.sparse("matrix", "item", "item", [3, 3], entries);
}

const transposed = (sparse: Node): Node => apply("transposeSparse", [sparse]);

/** Operations that add up values of the entries by row. */
function segments(name: "segmentSum" | "segmentMax"): OperationCase[] {
  return [
    {
      label: "rows of the matrix, some of them empty",
      build: (g) => apply(name, [matrix(g), g.float("x", { matrix_entry: ENTRIES })]),
    },
    {
      label: "rows of its transpose",
      build: (g) => apply(name, [transposed(matrix(g)), g.float("x", { matrix_entry: ENTRIES })]),
    },
    {
      label: "vectors",
      build: (g) => apply(name, [matrix(g), g.float("x", { matrix_entry: ENTRIES, head: 2 })]),
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply(name, [g.sparse("matrix", "user", "item", [2, 3], []), g.float("x", { matrix_entry: 0 }, [])]),
    },
  ];
}

/** Products of the matrix, with or without its weights, and rows of a table. */
function products(name: "sparseProduct" | "neighbourSum"): OperationCase[] {
  return [
    {
      label: "vectors, rows and columns of which some are empty",
      build: (g) => apply(name, [matrix(g), g.float("x", { item: 7, dim: 3 })]),
    },
    { label: "numbers", build: (g) => apply(name, [matrix(g), g.float("x", { item: 7 })]) },
    {
      label: "vectors of size 1",
      build: (g) => apply(name, [matrix(g), g.float("x", { item: 7, one: 1 })]),
    },
    {
      label: "a square matrix twice",
      build: (g) => {
        const sparse = square(g);
        return apply(name, [sparse, apply(name, [sparse, g.float("x", { item: 3, dim: 2 })])]);
      },
    },
    {
      label: "the transpose after the matrix, and the value itself",
      build: (g) => {
        const sparse = matrix(g);
        const x = g.float("x", { item: 7, dim: 2 });
        return multiply(apply(name, [transposed(sparse), apply(name, [sparse, x])]), x);
      },
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply(name, [g.sparse("matrix", "user", "item", [2, 3], []), g.float("x", { item: 3, dim: 2 })]),
    },
  ];
}

export const sparseCases: Record<Name, readonly OperationCase[]> = {
  transposeSparse: [
    {
      label: "a product with the transpose",
      build: (g) => apply("sparseProduct", [transposed(matrix(g)), g.float("x", { user: 5, dim: 2 })]),
    },
    {
      label: "the transpose of the transpose",
      build: (g) =>
        apply("sparseProduct", [transposed(transposed(matrix(g))), g.float("x", { item: 7, dim: 2 })]),
    },
  ],
  sparseProduct: products("sparseProduct"),
  neighbourSum: products("neighbourSum"),
  entryProduct: [
    {
      label: "vectors",
      build: (g) =>
        apply("entryProduct", [
          matrix(g),
          g.float("values", { matrix_entry: ENTRIES }),
          g.float("x", { item: 7, dim: 3 }),
        ]),
    },
    {
      label: "numbers",
      build: (g) =>
        apply("entryProduct", [
          matrix(g),
          g.float("values", { matrix_entry: ENTRIES }),
          g.float("x", { item: 7 }),
        ]),
    },
    {
      label: "the transpose",
      build: (g) =>
        apply("entryProduct", [
          transposed(matrix(g)),
          g.float("values", { matrix_entry: ENTRIES }),
          g.float("x", { user: 5, dim: 2 }),
        ]),
    },
    {
      label: "values made of the vectors",
      build: (g) => {
        const sparse = square(g);
        const x = g.float("x", { item: 3 });
        const values = multiply(
          apply("gather", [x, apply("entryRows", [sparse])]),
          apply("gather", [x, apply("entryColumns", [sparse])]),
        );
        return apply("entryProduct", [sparse, values, x]);
      },
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply("entryProduct", [
          g.sparse("matrix", "user", "item", [2, 3], []),
          g.float("values", { matrix_entry: 0 }, []),
          g.float("x", { item: 3, dim: 2 }),
        ]),
    },
  ],
  entryWeights: [
    { label: "the matrix", build: (g) => apply("entryWeights", [matrix(g)]) },
    {
      label: "its transpose, in the same order",
      build: (g) => apply("entryWeights", [transposed(matrix(g))]),
    },
  ],
  entryDot: [
    {
      label: "vectors of rows and columns",
      build: (g) =>
        apply("entryDot", [matrix(g), g.float("x", { user: 5, dim: 3 }), g.float("y", { item: 7, dim: 3 })]),
    },
    {
      label: "the transpose",
      build: (g) =>
        apply("entryDot", [
          transposed(matrix(g)),
          g.float("x", { item: 7, dim: 3 }),
          g.float("y", { user: 5, dim: 3 }),
        ]),
    },
    {
      label: "one and the same vectors on both sides, of size 1, with parallel entries",
      build: (g) => {
        const x = g.float("x", { item: 3, one: 1 });
        return apply("entryDot", [
          square(g, [
            [0, 1, 2],
            [0, 1, 3],
            [2, 0, -1],
            [2, 2, 1],
          ]),
          x,
          x,
        ]);
      },
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply("entryDot", [
          g.sparse("matrix", "user", "item", [2, 3], []),
          g.float("x", { user: 2, dim: 2 }),
          g.float("y", { item: 3, dim: 2 }),
        ]),
    },
  ],
  rowMatmul: [
    {
      label: "a matrix per row, some rows empty",
      build: (g) =>
        apply("rowMatmul", [
          matrix(g),
          g.float("x", { matrix_entry: ENTRIES, dim: 2 }),
          g.float("w", { user: 5, dim: 2, out: 3 }),
        ]),
    },
    {
      label: "a matrix per column",
      build: (g) =>
        apply("rowMatmul", [
          transposed(matrix(g)),
          g.float("x", { matrix_entry: ENTRIES, dim: 3 }),
          g.float("w", { item: 7, dim: 3, out: 2 }),
        ]),
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply("rowMatmul", [
          g.sparse("matrix", "user", "item", [2, 3], []),
          g.float("x", { matrix_entry: 0, dim: 2 }, []),
          g.float("w", { user: 2, dim: 2, out: 2 }),
        ]),
    },
  ],
  rowOuter: [
    {
      label: "rows, some of them empty",
      build: (g) =>
        apply("rowOuter", [
          matrix(g),
          g.float("x", { matrix_entry: ENTRIES, dim: 2 }),
          g.float("y", { matrix_entry: ENTRIES, out: 3 }),
        ]),
    },
    {
      label: "columns",
      build: (g) =>
        apply("rowOuter", [
          transposed(matrix(g)),
          g.float("x", { matrix_entry: ENTRIES, dim: 2 }),
          g.float("y", { matrix_entry: ENTRIES, out: 2 }),
        ]),
    },
    {
      label: "a matrix without entries",
      build: (g) =>
        apply("rowOuter", [
          g.sparse("matrix", "user", "item", [2, 3], []),
          g.float("x", { matrix_entry: 0, dim: 2 }, []),
          g.float("y", { matrix_entry: 0, out: 2 }, []),
        ]),
    },
  ],
  entryRows: entries("entryRows"),
  entryColumns: entries("entryColumns"),
  segmentSum: segments("segmentSum"),
  segmentMax: segments("segmentMax"),
};

/** Ids of the entries and lookups with them, whose gradients are sums over entries. */
function entries(name: "entryRows" | "entryColumns"): OperationCase[] {
  const [table, size] = name === "entryRows" ? ["user", 5] : ["item", 7];
  const [other, otherSize] = name === "entryRows" ? ["item", 7] : ["user", 5];
  return [
    { label: "the matrix", build: (g) => apply(name, [matrix(g)]) },
    { label: "its transpose", build: (g) => apply(name, [transposed(matrix(g))]) },
    {
      label: "a lookup of vectors",
      build: (g) => apply("gather", [g.float("x", { [table]: size, dim: 2 }), apply(name, [matrix(g)])]),
    },
    {
      label: "a lookup of numbers through the transpose",
      build: (g) =>
        apply("gather", [g.float("x", { [other]: otherSize }), apply(name, [transposed(matrix(g))])]),
    },
  ];
}
