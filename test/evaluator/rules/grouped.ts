import type { OperationName } from "../../../src/ops/table.js";
import { elementCount, type TensorValue } from "../value.js";
import { checkedId, numbers, rowLength, tensor, type Application, type Rule } from "./application.js";

/** Calls `visit` for each row of the members with every place (i, o) of its group's matrix. */
function forEachPlace(
  application: Application,
  [groups, inner, out]: readonly [number, number, number],
  visit: (row: number, i: number, o: number, place: number) => void,
): void {
  const rows = rowLength(tensor(application, 0), 1) / inner;
  tensor(application, 2).data.forEach((id, member) => {
    const matrix = checkedId(id, groups, application.node.operation) * inner * out;
    for (let row = member * rows; row < (member + 1) * rows; row++) {
      for (let i = 0; i < inner; i++) {
        for (let o = 0; o < out; o++) visit(row, i, o, matrix + i * out + o);
      }
    }
  });
}

function sizes(value: Pick<TensorValue, "axes">): [number, number, number] {
  return value.axes.map((axis) => axis.size) as [number, number, number];
}

export const groupedRules = {
  groupMatmul: (application) => {
    const [values, weights] = [tensor(application, 0), tensor(application, 1)];
    const [groups, inner, out] = sizes(weights);
    const data = new Float64Array(elementCount(application.axes));
    forEachPlace(application, [groups, inner, out], (row, i, o, place) => {
      data[row * out + o]! += values.data[row * inner + i]! * weights.data[place]!;
    });
    return numbers(application.axes, data);
  },
  groupOuter: (application) => {
    const [left, right] = [tensor(application, 0), tensor(application, 1)];
    const [groups, inner, out] = sizes(application);
    const data = new Float64Array(elementCount(application.axes));
    forEachPlace(application, [groups, inner, out], (row, i, o, place) => {
      data[place]! += left.data[row * inner + i]! * right.data[row * out + o]!;
    });
    return numbers(application.axes, data);
  },
} satisfies Partial<Record<OperationName, Rule>>;
