import type { OperationName } from "../../../src/ops/table.js";
import { elementCount } from "../value.js";
import { checkedId, numbers, rowLength, tensor, type Rule } from "./application.js";

export const groupedRules = {
  groupMatmul: (application) => {
    const [values, weights, ids] = [0, 1, 2].map((index) => tensor(application, index)) as [
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
    ];
    const [groups, inner, out] = weights.axes.map((axis) => axis.size) as [number, number, number];
    const rows = rowLength(values, 1) / inner;
    const data = new Float64Array(elementCount(application.axes));
    ids.data.forEach((id, member) => {
      const matrix = checkedId(id, groups, "groupMatmul") * inner * out;
      for (let row = member * rows; row < (member + 1) * rows; row++) {
        for (let i = 0; i < inner; i++) {
          const value = values.data[row * inner + i]!;
          for (let o = 0; o < out; o++) data[row * out + o]! += value * weights.data[matrix + i * out + o]!;
        }
      }
    });
    return numbers(application.axes, data);
  },
  groupOuter: (application) => {
    const [left, right, ids] = [0, 1, 2].map((index) => tensor(application, index)) as [
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
    ];
    const [groups, inner, out] = application.axes.map((axis) => axis.size) as [number, number, number];
    const rows = rowLength(left, 1) / inner;
    const data = new Float64Array(elementCount(application.axes));
    ids.data.forEach((id, member) => {
      const matrix = checkedId(id, groups, "groupOuter") * inner * out;
      for (let row = member * rows; row < (member + 1) * rows; row++) {
        for (let i = 0; i < inner; i++) {
          const value = left.data[row * inner + i]!;
          for (let o = 0; o < out; o++) data[matrix + i * out + o]! += value * right.data[row * out + o]!;
        }
      }
    });
    return numbers(application.axes, data);
  },
} satisfies Partial<Record<OperationName, Rule>>;
