import type { OperationName } from "../../../src/ops/table.js";
import {
  elementCount,
  elementsBy,
  forEachPosition,
  indexBy,
  tabulate,
  type SizedAxis,
  type TensorValue,
} from "../value.js";
import { forEachLine, numbers, tensor, total, type Application, type Rule } from "./application.js";

/** Σ over `inner` of two operands' elements, found by the names of their axes. */
function product(application: Application, inner: SizedAxis): TensorValue {
  const [left, right] = [tensor(application, 0), tensor(application, 1)];
  const visited = [...application.axes, inner];
  const [l, r] = [elementsBy(left, visited), elementsBy(right, visited)];
  return tabulate(application.axes, (at) => {
    let sum = 0;
    for (let k = 0; k < inner.size; k++) sum += l([...at, k]) * r([...at, k]);
    return sum;
  });
}

/** Exponentials of all dot products of rows of two matrices: their sums per row of the first, and their shares in them. */
function softmaxOfProducts(application: Application) {
  const [a, b] = [tensor(application, 0), tensor(application, 1)];
  const inner = a.axes[1]!.size;
  const rowsOf = ({ axes, data }: TensorValue): Float64Array[] =>
    Array.from({ length: axes[0]!.size }, (_, row) => data.subarray(row * inner, (row + 1) * inner));
  const exponentials = rowsOf(a).map((left) =>
    rowsOf(b).map((right) => Math.exp(total([...left].map((value, k) => value * right[k]!)))),
  );
  const sums = exponentials.map(total);
  return { a, b, inner, sums, shares: exponentials.map((row, r) => row.map((value) => value / sums[r]!)) };
}

/** Folds everything that lands on one element of the result. */
function reduction(start: number, fold: (total: number, value: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 0);
    const reduced = application.node.attributes.axes as readonly string[];
    const data = new Float64Array(elementCount(application.axes)).fill(start);
    const strides = indexOfKept(x, application.axes, reduced);
    forEachPosition(x.axes, (at, index) => {
      const target = strides(at);
      data[target] = fold(data[target]!, x.data[index]!);
    });
    return numbers(application.axes, data);
  };
}

function indexOfKept(
  x: TensorValue,
  kept: readonly SizedAxis[],
  reduced: readonly string[],
): (at: readonly number[]) => number {
  if (x.axes.length !== kept.length + reduced.length) throw new Error("a reduced axis is missing");
  return indexBy({ axes: kept }, x.axes);
}

export const reductionRules = {
  sum: reduction(0, (sum, value) => sum + value),
  max: reduction(-Infinity, Math.max),
  sumOfSquares: reduction(0, (sum, value) => sum + value * value),
  normalise: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      const norm = Math.max(
        Math.hypot(...line.map((i) => x.data[i]!)),
        application.node.attributes.floor as number,
      );
      line.forEach((i) => (data[i] = x.data[i]! / norm));
    });
    return numbers(application.axes, data);
  },
  softmax: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      const highest = Math.max(...line.map((i) => x.data[i]!));
      const weights = line.map((i) => Math.exp(x.data[i]! - highest));
      line.forEach((i, n) => (data[i] = weights[n]! / total(weights)));
    });
    return numbers(application.axes, data);
  },
  cumulativeSum: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      line.forEach((i, n) => {
        const added = application.node.attributes.reverse === true ? line.slice(n) : line.slice(0, n + 1);
        data[i] = total(added.map((j) => x.data[j]!));
      });
    });
    return numbers(application.axes, data);
  },
  matmul: (application) => product(application, tensor(application, 0).axes.at(-1)!),
  transposedMatmul: (application) =>
    product(application, tensor(application, 0).axes[application.node.attributes.left === true ? 0 : 1]!),
  logSums: (application) => {
    const { sums } = softmaxOfProducts(application);
    return numbers(application.axes, Float64Array.of(total(sums.map(Math.log))));
  },
  softmaxColumns: (application) => {
    const { b, inner, shares } = softmaxOfProducts(application);
    return tabulate(application.axes, ([row, k]) =>
      total(shares[row!]!.map((share, column) => share * b.data[column * inner + k!]!)),
    );
  },
  softmaxRows: (application) => {
    const { a, inner, shares } = softmaxOfProducts(application);
    return tabulate(application.axes, ([column, k]) =>
      total(shares.map((row, r) => row[column!]! * a.data[r * inner + k!]!)),
    );
  },
  gram: (application) => {
    const x = tensor(application, 0);
    const [rows, columns] = x.axes as [(typeof x.axes)[number], (typeof x.axes)[number]];
    return tabulate(application.axes, ([a, b]) => {
      let sum = 0;
      for (let row = 0; row < rows.size; row++) {
        sum += x.data[row * columns.size + a!]! * x.data[row * columns.size + b!]!;
      }
      return sum;
    });
  },
} satisfies Partial<Record<OperationName, Rule>>;
