import type { OperationName } from "../../../src/ops/table.js";
import { elementCount, type TensorValue } from "../value.js";
import { matrix, numbers, rowLength, tensor, type Application, type Rule } from "./application.js";

/** Σ over the entries of each row of weight times the row of x at the entry's column. */
function weightedSum(
  application: Application,
  x: TensorValue,
  weight: (entry: number) => number,
): TensorValue {
  const length = rowLength(x, 1);
  const data = new Float64Array(elementCount(application.axes));
  matrix(application).entries.forEach(({ row, column }, entry) => {
    for (let k = 0; k < length; k++) data[row * length + k]! += weight(entry) * x.data[column * length + k]!;
  });
  return numbers(application.axes, data);
}

function segment(start: number, fold: (total: number, value: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 1);
    const length = rowLength(x, 1);
    const data = new Float64Array(elementCount(application.axes)).fill(start);
    matrix(application).entries.forEach(({ row }, entry) => {
      for (let k = 0; k < length; k++) {
        data[row * length + k] = fold(data[row * length + k]!, x.data[entry * length + k]!);
      }
    });
    return numbers(application.axes, data);
  };
}

export const sparseRules = {
  transposeSparse: (application) => {
    const { rows, columns, entries } = matrix(application);
    const swapped = entries.map(({ row, column, weight }) => ({ row: column, column: row, weight }));
    return { kind: "sparse", rows: columns, columns: rows, entries: swapped };
  },
  sparseProduct: (application) => {
    const { entries } = matrix(application);
    return weightedSum(application, tensor(application, 1), (entry) => entries[entry]!.weight);
  },
  neighbourSum: (application) => weightedSum(application, tensor(application, 1), () => 1),
  entryProduct: (application) => {
    const values = tensor(application, 1);
    return weightedSum(application, tensor(application, 2), (entry) => values.data[entry]!);
  },
  entryRows: (application) =>
    numbers(
      application.axes,
      Float64Array.from(matrix(application).entries, ({ row }) => row),
    ),
  entryColumns: (application) =>
    numbers(
      application.axes,
      Float64Array.from(matrix(application).entries, ({ column }) => column),
    ),
  entryWeights: (application) =>
    numbers(
      application.axes,
      Float64Array.from(matrix(application).entries, ({ weight }) => weight),
    ),
  entryDot: (application) => {
    const left = tensor(application, 1);
    const right = tensor(application, 2);
    const length = rowLength(left, 1);
    const products = matrix(application).entries.map(({ row, column }) => {
      let product = 0;
      for (let k = 0; k < length; k++)
        product += left.data[row * length + k]! * right.data[column * length + k]!;
      return product;
    });
    return numbers(application.axes, Float64Array.from(products));
  },
  rowMatmul: (application) => {
    const values = tensor(application, 1);
    const weights = tensor(application, 2);
    const [inner, out] = weights.axes.slice(1).map((axis) => axis.size) as [number, number];
    const data = new Float64Array(elementCount(application.axes));
    matrix(application).entries.forEach(({ row }, entry) => {
      for (let i = 0; i < inner; i++) {
        for (let o = 0; o < out; o++) {
          data[entry * out + o]! +=
            values.data[entry * inner + i]! * weights.data[(row * inner + i) * out + o]!;
        }
      }
    });
    return numbers(application.axes, data);
  },
  rowOuter: (application) => {
    const left = tensor(application, 1);
    const right = tensor(application, 2);
    const [inner, out] = [left, right].map((values) => rowLength(values, 1)) as [number, number];
    const data = new Float64Array(elementCount(application.axes));
    matrix(application).entries.forEach(({ row }, entry) => {
      for (let i = 0; i < inner; i++) {
        for (let o = 0; o < out; o++) {
          data[(row * inner + i) * out + o]! += left.data[entry * inner + i]! * right.data[entry * out + o]!;
        }
      }
    });
    return numbers(application.axes, data);
  },
  segmentSum: segment(0, (sum, value) => sum + value),
  segmentMax: segment(-3.4e38, Math.max),
} satisfies Partial<Record<OperationName, Rule>>;
