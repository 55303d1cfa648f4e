import { slicedEll } from "../../runtime/data/slicedEll.js";
import type { OnnxModel, OnnxValueInfo } from "../../src/onnx/model.js";
import type { PlainTensor } from "../onnx/runBoth.js";
import type { DenseFeed, Feeds } from "./evaluate.js";
import type { SparseValue } from "./value.js";

/** How the tensors of a sparse feed are laid out: by name below the matrix's. */
export type SparseEncoder = (
  name: string,
  matrix: SparseValue,
  groups: number,
) => ReadonlyMap<string, { readonly dims: readonly number[]; readonly data: ArrayLike<number> }>;

/** The layout the runtime feeds. */
export const runtimeLayout: SparseEncoder = (name, { rows, columns, entries }, groups) => {
  const rowStart = new Int32Array(rows + 1);
  for (const { row } of entries) rowStart[row + 1]!++;
  for (let row = 0; row < rows; row++) rowStart[row + 1]! += rowStart[row]!;
  const columnIds = Int32Array.from(entries, ({ column }) => column);
  const values = Float32Array.from(entries, ({ weight }) => weight);
  const { tensors } = slicedEll(name, { rows, columns, rowStart, columnIds, values }, groups, () => true);
  return tensors as ReadonlyMap<string, { dims: readonly number[]; data: Int32Array }>;
};

/** A layout of our own within the same contract: rows dealt to the groups in turn, one group left empty. */
export const dealtLayout: SparseEncoder = (name, matrix, groups) => {
  const tensors = new Map<string, { dims: number[]; data: number[] }>();
  const orient = (
    orientation: string,
    rows: number,
    rowOf: (n: number) => number,
    columnOf: (n: number) => number,
  ) => {
    const members = Array.from({ length: rows }, (_, row) =>
      matrix.entries.flatMap((_, n) => (rowOf(n) === row ? [n] : [])),
    );
    const used = groups - 1;
    const positions = new Array<number>(matrix.entries.length).fill(0);
    let start = 0;
    const concatenated: number[] = [];
    for (let group = 0; group < groups; group++) {
      const mine = members.flatMap((_, row) =>
        group < used && row % used === used - 1 - group ? [row] : [],
      );
      const width = Math.max(1, ...mine.map((row) => members[row]!.length));
      const cells = (value: (entry: number) => number, padding: number): number[] =>
        mine.flatMap((row) =>
          Array.from({ length: width }, (_, slot) => {
            const entry = members[row]![slot];
            return entry === undefined ? padding : value(entry);
          }),
        );
      const set = (part: string, data: number[]): void => {
        tensors.set(`${name}/${orientation}/group_${group}/${part}`, { dims: [mine.length, width], data });
      };
      set("neighbours", cells(columnOf, 0));
      const past = orientation === "rows" ? matrix.columns : matrix.rows;
      const stack = (value: (entry: number) => number, padding: number): number[] =>
        Array.from({ length: width }, (_, slot) =>
          mine.map((row) => {
            const entry = members[row]![slot];
            return entry === undefined ? padding : value(entry);
          }),
        ).flat();
      const prefix = `${name}/${orientation}/group_${group}`;
      const stackedDims = [width, mine.length];
      tensors.set(`${prefix}/stacked`, { dims: stackedDims, data: stack(columnOf, past) });
      const entriesData = stack((entry) => entry, matrix.entries.length);
      tensors.set(`${prefix}/stacked_entries`, { dims: stackedDims, data: entriesData });
      tensors.set(`${prefix}/ones`, { dims: [1, width], data: new Array<number>(width).fill(1) });
      set(
        "weights",
        cells((entry) => matrix.entries[entry]!.weight, 0),
      );
      set(
        "entries",
        cells((entry) => entry, matrix.entries.length),
      );
      mine.forEach((row, place) => {
        members[row]!.forEach((entry, slot) => {
          positions[entry] = start + place * width + slot;
        });
      });
      start += mine.length * width;
      tensors.set(`${name}/${orientation}/group_${group}/rows`, { dims: [mine.length], data: mine });
      concatenated.push(...mine);
    }
    tensors.set(`${name}/${orientation}/cells`, { dims: [positions.length], data: positions });
    const order = members.map((_, row) => concatenated.indexOf(row));
    tensors.set(`${name}/${orientation}/order`, { dims: [rows], data: order });
  };
  const rowOf = (n: number): number => matrix.entries[n]!.row;
  const columnOf = (n: number): number => matrix.entries[n]!.column;
  orient("rows", matrix.rows, rowOf, columnOf);
  orient("columns", matrix.columns, columnOf, rowOf);
  const count = [matrix.entries.length];
  tensors.set(`${name}/entry/rows`, { dims: count, data: matrix.entries.map(({ row }) => row) });
  tensors.set(`${name}/entry/columns`, { dims: count, data: matrix.entries.map(({ column }) => column) });
  tensors.set(`${name}/entry/weights`, { dims: count, data: matrix.entries.map(({ weight }) => weight) });
  return tensors;
};

/** Plain data as the element type that an ONNX input wants. */
export function plainTensor(
  dtype: OnnxValueInfo["dtype"],
  dims: readonly number[],
  data: DenseFeed["data"] | ArrayLike<number>,
): PlainTensor {
  const values = Array.from(data as ArrayLike<number | bigint>);
  const numbers = (): number[] => values.map(Number);
  switch (dtype) {
    case "float32":
      return { type: "float32", dims, data: Float32Array.from(numbers()) };
    case "float64":
      return { type: "float64", dims, data: Float64Array.from(numbers()) };
    case "int32":
      return { type: "int32", dims, data: Int32Array.from(numbers()) };
    case "int64":
      return { type: "int64", dims, data: BigInt64Array.from(values, BigInt) };
    case "uint64":
      return { type: "uint64", dims, data: BigUint64Array.from(values, BigInt) };
    case "bool":
      return { type: "bool", dims, data: Uint8Array.from(numbers()) };
    default:
      throw new Error(`no test feeds ${dtype}`);
  }
}

/** Groups of a matrix; some number if the model takes none of them. */
function groupsOf(model: OnnxModel, matrix: string): number {
  const taken = model.graph.inputs.flatMap(({ name }) => {
    const [, buffer, group] = /^(.*)\/(?:rows|columns)\/group_(\d+)\//.exec(name) ?? [];
    return buffer === matrix ? [Number(group)] : [];
  });
  return taken.length === 0 ? 4 : 1 + Math.max(...taken);
}

/** The feeds of an evaluation as the inputs of an ONNX model. */
export function onnxFeeds(
  model: OnnxModel,
  feeds: Feeds,
  encode: SparseEncoder = runtimeLayout,
): Record<string, PlainTensor> {
  const sparse = new Map(
    Object.entries(feeds).flatMap(([name, feed]) =>
      feed.kind === "sparse" ? [...encode(name, feed, groupsOf(model, name))] : [],
    ),
  );
  return Object.fromEntries(
    model.graph.inputs.map(({ name, dtype }) => {
      const feed = feeds[name];
      if (feed?.kind === "dense") return [name, plainTensor(dtype, feed.dims, feed.data)];
      const part = sparse.get(name);
      if (part === undefined) throw new Error(`input "${name}" of the model is not fed`);
      return [name, plainTensor(dtype, part.dims, part.data)];
    }),
  );
}
