import type { Node } from "../../../src/ir/node.js";
import { apply } from "../../../src/ops/apply.js";
import { multiply } from "../../../src/ops/build.js";
import type { noise } from "../../../src/ops/noise.js";
import type { OperationName } from "../../../src/ops/table.js";
import type { GraphBuilder } from "../../evaluator/graphBuilder.js";
import type { OperationCase } from "./operationCase.js";

type Name = keyof typeof noise & OperationName;

const KEY = 0x9e3779b97f4a7c15n;

function uniform(
  g: GraphBuilder,
  axes: readonly { name: string; size: number | string }[],
  step: number,
): Node {
  const counters = apply("counters", [], { axes });
  return apply("uniform", [counters, g.uint64("key", KEY), g.float("step", {}, [step])], { stream: "test" });
}

export const noiseCases: Record<Name, readonly OperationCase[]> = {
  counters: [
    {
      label: "as numbers",
      build: () =>
        apply(
          "cast",
          [
            apply("counters", [], {
              axes: [
                { name: "row", size: 2 },
                { name: "column", size: 3 },
              ],
            }),
          ],
          { dtype: "float32" },
        ),
    },
  ],
  uniform: [
    {
      label: "beside an input that fixes the size",
      build: (g) => {
        const x = g.float("x", { row: 3, column: 4 });
        const axes = [
          { name: "row", size: "row" },
          { name: "column", size: "column" },
        ];
        return multiply(x, uniform(g, axes, 1));
      },
    },
    { label: "a late step", build: (g) => uniform(g, [{ name: "row", size: 8 }], 1_000_003) },
    { label: "a scalar", build: (g) => uniform(g, [], 5) },
  ],
};
