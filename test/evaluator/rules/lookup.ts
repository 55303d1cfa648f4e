import type { OperationName } from "../../../src/ops/table.js";
import { elementCount, type TensorValue } from "../value.js";
import { checkedId, forEachLine, numbers, rowLength, tensor, type Rule } from "./application.js";

/** Value and position of the k largest of every line, the lower position first among equals. */
function largest(pick: (x: TensorValue, index: number, position: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 0);
    const k = application.axes.at(-1)!.size;
    const data: number[] = [];
    forEachLine(x, x.axes.at(-1)!.name, (line) => {
      const order = line.map((_, i) => i).sort((a, b) => x.data[line[b]!]! - x.data[line[a]!]! || a - b);
      for (const position of order.slice(0, k)) data.push(pick(x, line[position]!, position));
    });
    return numbers(application.axes, Float64Array.from(data));
  };
}

export const lookupRules = {
  gather: (application) => {
    const [table, ids] = [tensor(application, 0), tensor(application, 1)];
    const length = rowLength(table, 1);
    const data = new Float64Array(ids.data.length * length);
    ids.data.forEach((id, n) => {
      const start = checkedId(id, table.axes[0]!.size, "gather") * length;
      data.set(table.data.subarray(start, start + length), n * length);
    });
    return numbers(application.axes, data);
  },
  scatterAdd: (application) => {
    const [ids, updates] = [tensor(application, 0), tensor(application, 1)];
    const length = rowLength(updates, ids.axes.length);
    const data = new Float64Array(elementCount(application.axes));
    ids.data.forEach((id, n) => {
      const start = checkedId(id, application.axes[0]!.size, "scatterAdd") * length;
      for (let k = 0; k < length; k++) data[start + k]! += updates.data[n * length + k]!;
    });
    return numbers(application.axes, data);
  },
  fillPairs: (application) => {
    const [x, pairs] = [tensor(application, 0), tensor(application, 1)];
    const data = x.data.slice();
    for (let n = 0; n < pairs.data.length; n += 2) {
      const row = checkedId(pairs.data[n]!, x.axes[0]!.size, "fillPairs");
      const column = checkedId(pairs.data[n + 1]!, x.axes[1]!.size, "fillPairs");
      data[row * x.axes[1]!.size + column] = application.node.attributes.value as number;
    }
    return numbers(application.axes, data);
  },
  topKValues: largest((x, index) => x.data[index]!),
  topKIndices: largest((_, __, position) => position),
} satisfies Partial<Record<OperationName, Rule>>;
