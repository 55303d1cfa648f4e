import type { OperationName } from "../../../src/ops/table.js";
import { uniform24 } from "../squares.js";
import { elementCount } from "../value.js";
import { big, numbers, tensor, type Rule } from "./application.js";

export const noiseRules = {
  counters: ({ axes }) => ({
    kind: "big",
    axes,
    data: BigUint64Array.from({ length: elementCount(axes) }, (_, index) => BigInt(index)),
  }),
  uniform: (application) => {
    const key = big(application, 1).data[0]!;
    const step = tensor(application, 2).data[0]!;
    const stream = application.node.attributes.stream as string;
    const values = Array.from(big(application, 0).data, (index) => uniform24(key, stream, step, index));
    return numbers(application.axes, Float64Array.from(values));
  },
} satisfies Partial<Record<OperationName, Rule>>;
