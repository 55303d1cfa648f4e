import { apply } from "../../../src/ops/apply.js";
import { multiply } from "../../../src/ops/build.js";
import type { lookups } from "../../../src/ops/lookup.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { OperationCase } from "./operationCase.js";

type Name = keyof typeof lookups & OperationName;

const item = { name: "item", size: "item" };

/** The k largest of rows with ties. */
function topK(name: "topKValues" | "topKIndices"): OperationCase[] {
  const k = { name: "k", size: 2 };
  const ties = [3, 1, 3, 3, 0, 0, 0, 0, -1, -2, -1, 5];
  return [
    {
      label: "rows with ties",
      build: (g) => apply(name, [g.float("x", { row: 3, item: 4 }, ties)], { axis: k }),
    },
    { label: "a vector", build: (g) => apply(name, [g.float("x", { item: 5 })], { axis: k }) },
    {
      label: "every element",
      build: (g) => apply(name, [g.float("x", { row: 3, item: 4 }, ties)], { axis: { name: "k", size: 4 } }),
    },
  ];
}

export const lookupCases: Record<Name, readonly OperationCase[]> = {
  gather: [
    {
      label: "rows, one of them three times",
      build: (g) =>
        apply("gather", [
          g.float("x", { item: 4, dim: 3 }),
          g.ids("ids", "item", { batch: 5 }, [2, 0, 2, 2, 3]),
        ]),
    },
    {
      label: "ids of two axes",
      build: (g) =>
        apply("gather", [
          g.float("x", { item: 4, dim: 2 }),
          g.ids("ids", "item", { batch: 2, negative: 3 }, [1, 1, 0, 3, 1, 2]),
        ]),
    },
    {
      label: "rows of two axes",
      build: (g) =>
        apply("gather", [
          g.float("x", { item: 3, a: 2, b: 2 }),
          g.ids("ids", "item", { batch: 3 }, [2, 2, 1]),
        ]),
    },
    {
      label: "elements of a vector",
      build: (g) =>
        apply("gather", [g.float("x", { item: 3 }), g.ids("ids", "item", { batch: 4 }, [2, 2, 1, 2])]),
    },
    {
      label: "elements of a vector at ids of two axes",
      build: (g) =>
        apply("gather", [g.float("x", { item: 3 }), g.ids("ids", "item", { a: 2, b: 2 }, [2, 2, 1, 2])]),
    },
    {
      label: "a table of size 1 and no id",
      build: (g) =>
        apply("gather", [g.float("x", { item: 1, dim: 2 }), g.ids("ids", "item", { batch: 0 }, [])]),
    },
    {
      label: "ids out of a table of ids",
      build: (g) =>
        apply("gather", [
          g.ids("table", "item", { user: 2, negative: 2 }, [5, 6, 7, 8]),
          g.ids("ids", "user", { batch: 3 }, [1, 0, 1]),
        ]),
    },
    {
      label: "one table twice",
      build: (g) => {
        const x = g.float("x", { item: 4, dim: 2 });
        const [first, second] = [
          g.ids("first", "item", { batch: 3 }, [1, 1, 3]),
          g.ids("second", "item", { batch: 3 }, [1, 2, 3]),
        ];
        return multiply(apply("gather", [x, first]), apply("gather", [x, second]));
      },
    },
  ],
  scatterAdd: [
    {
      label: "rows, three of them onto one",
      build: (g) => {
        g.float("like", { item: 4 });
        const ids = g.ids("ids", "item", { batch: 5 }, [2, 0, 2, 2, 3]);
        return apply("scatterAdd", [ids, g.float("x", { batch: 5, dim: 2 })], { axis: item });
      },
    },
    {
      label: "ids of two axes",
      build: (g) => {
        g.float("like", { item: 4 });
        const ids = g.ids("ids", "item", { batch: 2, negative: 2 }, [2, 0, 2, 1]);
        return apply("scatterAdd", [ids, g.float("x", { batch: 2, negative: 2, dim: 3 })], { axis: item });
      },
    },
    {
      label: "numbers",
      build: (g) => {
        g.float("like", { item: 2 });
        return apply(
          "scatterAdd",
          [g.ids("ids", "item", { batch: 3 }, [1, 1, 1]), g.float("x", { batch: 3 })],
          {
            axis: item,
          },
        );
      },
    },
    {
      label: "numbers at ids of two axes",
      build: (g) => {
        g.float("like", { item: 3 });
        const ids = g.ids("ids", "item", { a: 2, b: 2 }, [1, 1, 2, 1]);
        return apply("scatterAdd", [ids, g.float("x", { a: 2, b: 2 })], { axis: item });
      },
    },
    {
      label: "matrices, three of them onto one",
      build: (g) => {
        g.float("like", { item: 4 });
        const ids = g.ids("ids", "item", { batch: 5 }, [2, 0, 2, 2, 3]);
        return apply("scatterAdd", [ids, g.float("x", { batch: 5, dim: 2, out: 3 })], { axis: item });
      },
    },
    {
      label: "matrices at ids of two axes",
      build: (g) => {
        g.float("like", { item: 3 });
        const ids = g.ids("ids", "item", { a: 2, b: 2 }, [1, 1, 2, 1]);
        return apply("scatterAdd", [ids, g.float("x", { a: 2, b: 2, dim: 2, out: 2 })], { axis: item });
      },
    },
    {
      label: "no row",
      build: (g) => {
        g.float("like", { item: 3 });
        return apply(
          "scatterAdd",
          [g.ids("ids", "item", { batch: 0 }, []), g.float("x", { batch: 0, dim: 2 }, [])],
          {
            axis: item,
          },
        );
      },
    },
  ],
  fillPairs: [
    {
      label: "cells, one of them twice",
      build: (g) =>
        apply(
          "fillPairs",
          [
            g.float("x", { row: 2, column: 3 }),
            g.pairs("pairs", [
              [0, 2],
              [1, 0],
              [0, 2],
            ]),
          ],
          { value: -9 },
        ),
    },
    {
      label: "no cell",
      build: (g) =>
        apply("fillPairs", [g.float("x", { row: 2, column: 3 }), g.pairs("pairs", [])], { value: -9 }),
    },
  ],
  topKValues: topK("topKValues"),
  topKIndices: topK("topKIndices"),
};
