import { apply } from "../../../src/ops/apply.js";
import type { groupedOperations } from "../../../src/ops/grouped.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { OperationCase } from "./operationCase.js";

type Name = keyof typeof groupedOperations & OperationName;

const relation = { name: "relation", size: 4 };

/** 40 members: of group 0 more than two chunks hold, of group 1 none, of group 3 one. */
const IDS = Array.from({ length: 40 }, (_, n) => (n === 17 ? 3 : n % 8 === 5 ? 2 : 0));

export const groupedCases: Record<Name, readonly OperationCase[]> = {
  groupMatmul: [
    {
      label: "a row per member, groups of no, one and many members",
      build: (g) =>
        apply("groupMatmul", [
          g.float("x", { batch: IDS.length, dim: 2 }),
          g.float("w", { relation: 4, dim: 2, out: 3 }),
          g.ids("ids", "relation", { batch: IDS.length }, IDS),
        ]),
    },
    {
      label: "several rows per member",
      build: (g) =>
        apply("groupMatmul", [
          g.float("x", { batch: 5, role: 3, dim: 2 }),
          g.float("w", { relation: 3, dim: 2, out: 2 }),
          g.ids("ids", "relation", { batch: 5 }, [2, 0, 2, 2, 0]),
        ]),
    },
    {
      label: "a group that is a whole chunk",
      build: (g) =>
        apply("groupMatmul", [
          g.float("x", { batch: 17, dim: 2 }),
          g.float("w", { relation: 2, dim: 2, out: 2 }),
          g.ids("ids", "relation", { batch: 17 }, [...Array<number>(16).fill(1), 0]),
        ]),
    },
    {
      label: "no member",
      build: (g) =>
        apply("groupMatmul", [
          g.float("x", { batch: 0, dim: 2 }, []),
          g.float("w", { relation: 3, dim: 2, out: 2 }),
          g.ids("ids", "relation", { batch: 0 }, []),
        ]),
    },
  ],
  groupOuter: [
    {
      label: "a row per member, groups of no, one and many members",
      build: (g) =>
        apply(
          "groupOuter",
          [
            g.float("x", { batch: IDS.length, dim: 2 }),
            g.float("y", { batch: IDS.length, out: 3 }),
            g.ids("ids", "relation", { batch: IDS.length }, IDS),
          ],
          { group: relation },
        ),
    },
    {
      label: "several rows per member",
      build: (g) =>
        apply(
          "groupOuter",
          [
            g.float("x", { batch: 5, role: 3, dim: 2 }),
            g.float("y", { batch: 5, role: 3, out: 2 }),
            g.ids("ids", "relation", { batch: 5 }, [2, 0, 2, 2, 0]),
          ],
          { group: relation },
        ),
    },
    {
      label: "no member",
      build: (g) =>
        apply(
          "groupOuter",
          [
            g.float("x", { batch: 0, dim: 2 }, []),
            g.float("y", { batch: 0, out: 2 }, []),
            g.ids("ids", "relation", { batch: 0 }, []),
          ],
          { group: relation },
        ),
    },
  ],
};
