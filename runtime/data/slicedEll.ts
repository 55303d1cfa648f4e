import { degreeGroups } from "./degreeGroups.js";
import { hostTensor, type HostTensor } from "./hostTensor.js";
import {
  entryRows,
  rowDegrees,
  transposePattern,
  type SparseMatrix,
  type SparsePattern,
} from "./sparseMatrix.js";

/** `rows` serves products with the matrix, `columns` products with its transpose. */
export type Orientation = "rows" | "columns";

/** How much memory the padding of one orientation takes. */
export interface PaddingReport {
  readonly orientation: Orientation;
  readonly rows: number;
  readonly entries: number;
  /** Cells of all groups, padding included. */
  readonly cells: number;
  /** Groups that hold at least one row. */
  readonly usedGroups: number;
}

export interface SlicedEll {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly padding: readonly PaddingReport[];
}

/** The grouped matrix would be too large for memory. */
export class SlicedEllError extends Error {
  override readonly name = "SlicedEllError";
  readonly buffer: string;
  readonly orientation: Orientation;
  readonly cells: number;
  readonly groups: number;

  constructor(buffer: string, padding: PaddingReport, groups: number) {
    super(
      `sparse buffer "${buffer}", orientation "${padding.orientation}": ${padding.entries} entries in ` +
        `${padding.rows} rows need ${padding.cells} cells when padded to ${groups} widths, at most ` +
        `${MAX_CELLS} are supported. Declare the buffer with more groups.`,
    );
    this.buffer = buffer;
    this.orientation = padding.orientation;
    this.cells = padding.cells;
    this.groups = groups;
  }
}

/** 2^28 cells are 1 GiB for each of the neighbours, weights and entries. */
const MAX_CELLS = 2 ** 28;

interface Layout {
  /** [row]: group of each row. */
  readonly groupOf: Uint16Array;
  /** [row]: position of each row within its group; ascending with the row. */
  readonly slot: Int32Array;
  /** Rows and width of each group, empty groups [0, 1] last. */
  readonly shapes: readonly (readonly [number, number])[];
  readonly padding: PaddingReport;
}

function layOut(buffer: string, orientation: Orientation, pattern: SparsePattern, groups: number): Layout {
  const degrees = rowDegrees(pattern);
  const { widths, cells } = degreeGroups(degrees, groups);
  const padding: PaddingReport = {
    orientation,
    rows: pattern.rows,
    entries: pattern.columnIds.length,
    cells,
    usedGroups: widths.length,
  };
  if (cells > MAX_CELLS) throw new SlicedEllError(buffer, padding, groups);

  const groupOfDegree = new Uint16Array((widths.at(-1) ?? 0) + 1);
  for (let degree = 0, group = 0; degree < groupOfDegree.length; degree++) {
    if (degree > widths[group]!) group++;
    groupOfDegree[degree] = group;
  }
  const sizes = new Int32Array(groups);
  const groupOf = new Uint16Array(pattern.rows);
  const slot = new Int32Array(pattern.rows);
  for (let row = 0; row < pattern.rows; row++) {
    const group = groupOfDegree[degrees[row]!]!;
    groupOf[row] = group;
    slot[row] = sizes[group]!++;
  }
  const shapes = Array.from(sizes, (size, group) => [size, widths[group] ?? 1] as const);
  return { groupOf, slot, shapes, padding };
}

/**
 * The same with no empty group as long as there are rows: groups of the most rows are halved, keeping their width. For
 * onnxruntime's WebGPU provider, whose Concat fails on nine inputs that are all empty.
 */
function withoutEmptyGroups(layout: Layout): Layout {
  const shapes = [...layout.shapes];
  const groupOf = layout.groupOf.slice();
  const slot = layout.slot.slice();
  for (let empty = shapes.findIndex(([size]) => size === 0); empty >= 0;) {
    const most = shapes.reduce((best, [size], group) => (size > shapes[best]![0] ? group : best), 0);
    const [size, width] = shapes[most]!;
    if (size < 2) break;
    const kept = Math.ceil(size / 2);
    for (let row = 0; row < slot.length; row++) {
      if (groupOf[row] !== most || slot[row]! < kept) continue;
      groupOf[row] = empty;
      slot[row]! -= kept;
    }
    shapes[most] = [kept, width];
    shapes[empty] = [size - kept, width];
    empty = shapes.findIndex(([rows]) => rows === 0);
  }
  return { ...layout, shapes, groupOf, slot };
}

/** [row]: position of each row in the concatenation of all groups. */
function order({ groupOf, slot, shapes }: Layout): HostTensor {
  const start: number[] = [];
  let total = 0;
  for (const [size] of shapes) {
    start.push(total);
    total += size;
  }
  const positions = slot.map((position, row) => start[groupOf[row]!]! + position);
  return hostTensor("int32", [positions.length], positions);
}

/** [entry]: position of each entry of the matrix among the cells of all groups. */
function cellsOf(
  { groupOf, slot, shapes }: Layout,
  { rowStart, entries }: SparsePattern & { readonly entries: Int32Array },
): HostTensor {
  const start: number[] = [];
  let total = 0;
  for (const [size, width] of shapes) {
    start.push(total);
    total += size * width;
  }
  const cells = new Int32Array(entries.length);
  slot.forEach((position, row) => {
    const group = groupOf[row]!;
    const first = start[group]! + position * shapes[group]![1];
    const end = rowStart[row + 1]!;
    for (let at = rowStart[row]!; at < end; at++) cells[entries[at]!] = first + at - rowStart[row]!;
  });
  return hostTensor("int32", [cells.length], cells);
}

/** Spreads one value per entry into the group's cells. */
function spread<Values extends Int32Array | Float32Array>(
  layout: Layout,
  group: number,
  pattern: SparsePattern,
  cells: Values,
  values: Values,
): Values {
  const width = layout.shapes[group]![1];
  for (let row = 0; row < pattern.rows; row++) {
    if (layout.groupOf[row] !== group) continue;
    const start = pattern.rowStart[row]!;
    cells.set(values.subarray(start, pattern.rowStart[row + 1]), layout.slot[row]! * width);
  }
  return cells;
}

/** One value per entry of a group's rows [width, rows], `filler` where a row has fewer. */
function stackedValues(
  layout: Layout,
  group: number,
  pattern: SparsePattern,
  values: Int32Array,
  filler: number,
): Int32Array {
  const [size, width] = layout.shapes[group]!;
  const stacked = new Int32Array(size * width).fill(filler);
  for (let row = 0; row < pattern.rows; row++) {
    if (layout.groupOf[row] !== group) continue;
    const [start, end] = [pattern.rowStart[row]!, pattern.rowStart[row + 1]!];
    for (let at = start; at < end; at++) {
      stacked[(at - start) * size + layout.slot[row]!] = values[at]!;
    }
  }
  return stacked;
}

function orientationTensors(
  name: string,
  orientation: Orientation,
  oriented: SparsePattern & { readonly entries: Int32Array },
  values: Float32Array,
  groups: number,
  fillsGroups: boolean,
  wanted: (tensor: string) => boolean,
  tensors: Map<string, HostTensor>,
): PaddingReport {
  const plain = layOut(name, orientation, oriented, groups);
  const layout = fillsGroups ? withoutEmptyGroups(plain) : plain;
  const prefix = `${name}/${orientation}`;
  if (wanted(`${prefix}/order`)) tensors.set(`${prefix}/order`, order(layout));
  if (wanted(`${prefix}/cells`)) tensors.set(`${prefix}/cells`, cellsOf(layout, oriented));
  layout.shapes.forEach(([size, width], group) => {
    if (wanted(`${prefix}/group_${group}/rows`)) {
      const rows = Int32Array.from(layout.slot, (_, row) => row).filter(
        (row) => layout.groupOf[row] === group,
      );
      tensors.set(`${prefix}/group_${group}/rows`, hostTensor("int32", [size], rows));
    }
    const dims = [size, width];
    const cells = size * width;
    const neighbours = `${prefix}/group_${group}/neighbours`;
    if (wanted(neighbours)) {
      const data = spread(layout, group, oriented, new Int32Array(cells), oriented.columnIds);
      tensors.set(neighbours, hostTensor("int32", dims, data));
    }
    const weights = `${prefix}/group_${group}/weights`;
    if (wanted(weights)) {
      tensors.set(
        weights,
        hostTensor("float32", dims, spread(layout, group, oriented, new Float32Array(cells), values)),
      );
    }
    const stacked = `${prefix}/group_${group}/stacked`;
    if (wanted(stacked)) {
      const data = stackedValues(layout, group, oriented, oriented.columnIds, oriented.columns);
      tensors.set(stacked, hostTensor("int32", [width, size], data));
    }
    const stackedEntries = `${prefix}/group_${group}/stacked_entries`;
    if (wanted(stackedEntries)) {
      const data = stackedValues(layout, group, oriented, oriented.entries, values.length);
      tensors.set(stackedEntries, hostTensor("int32", [width, size], data));
    }
    const ones = `${prefix}/group_${group}/ones`;
    if (wanted(ones)) {
      tensors.set(ones, hostTensor("float32", [1, width], new Float32Array(width).fill(1)));
    }
    const entries = `${prefix}/group_${group}/entries`;
    if (wanted(entries)) {
      const data = spread(
        layout,
        group,
        oriented,
        new Int32Array(cells).fill(values.length),
        oriented.entries,
      );
      tensors.set(entries, hostTensor("int32", dims, data));
    }
  });
  return layout.padding;
}

/**
 * The tensors of a sparse buffer (see `SparseBufferEntry`), those that `wanted` accepts by name. An orientation of
 * which nothing is wanted costs nothing and has no padding report. Widths are chosen to need the fewest cells.
 *
 * @param fillsGroups leave no group empty as long as there are rows
 * @throws SlicedEllError if an orientation needs more than 2^28 cells
 */
export function slicedEll(
  name: string,
  matrix: SparseMatrix,
  groups: number,
  wanted: (tensor: string) => boolean,
  fillsGroups = false,
): SlicedEll {
  const tensors = new Map<string, HostTensor>();
  const padding: PaddingReport[] = [];
  const isWanted = (orientation: Orientation): boolean =>
    wanted(`${name}/${orientation}/order`) ||
    wanted(`${name}/${orientation}/cells`) ||
    Array.from({ length: groups }, (_, group) => `${name}/${orientation}/group_${group}`).some((group) =>
      ["neighbours", "weights", "stacked", "stacked_entries", "ones", "entries", "rows"].some((part) =>
        wanted(`${group}/${part}`),
      ),
    );
  if (isWanted("rows")) {
    const oriented = { ...matrix, entries: Int32Array.from(matrix.columnIds, (_, entry) => entry) };
    padding.push(
      orientationTensors(name, "rows", oriented, matrix.values, groups, fillsGroups, wanted, tensors),
    );
  }
  if (isWanted("columns")) {
    const oriented = transposePattern(matrix);
    const values = Float32Array.from(oriented.entries, (entry) => matrix.values[entry]!);
    padding.push(orientationTensors(name, "columns", oriented, values, groups, fillsGroups, wanted, tensors));
  }
  const entryCount = [matrix.columnIds.length];
  if (wanted(`${name}/entry/rows`)) {
    tensors.set(`${name}/entry/rows`, hostTensor("int32", entryCount, entryRows(matrix)));
  }
  if (wanted(`${name}/entry/columns`)) {
    tensors.set(`${name}/entry/columns`, hostTensor("int32", entryCount, matrix.columnIds));
  }
  if (wanted(`${name}/entry/weights`)) {
    tensors.set(`${name}/entry/weights`, hostTensor("float32", entryCount, matrix.values));
  }
  return { tensors, padding };
}
