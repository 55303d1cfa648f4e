import type { BufferEntry } from "../artifacts/manifest.js";
import type { Buffers } from "./buffers.js";
import { hostTensor, type HostTensor } from "./hostTensor.js";
import type { RecipeResult } from "./recipe.js";

/** Parts of a kept sparse matrix: its size [rows, columns], then compressed rows. */
const parts = ["size", "row_start", "columns", "values"] as const;

function encoded(name: string, result: RecipeResult): [string, HostTensor][] {
  if (result.kind === "dense") return [[name, result.tensor]];
  const { rows, columns, rowStart, columnIds, values } = result.matrix;
  const vectors = {
    size: Int32Array.of(rows, columns),
    row_start: rowStart,
    columns: columnIds,
    values,
  };
  return parts.map((part) => {
    const data = vectors[part];
    return [`${name}/${part}`, hostTensor(part === "values" ? "float32" : "int32", [data.length], data)];
  });
}

/** Tensors of the contents of buffers, for a checkpoint; buffers that hold nothing yet are left out. */
export function encodeBuffers(entries: readonly BufferEntry[], buffers: Buffers): Map<string, HostTensor> {
  return new Map(
    entries.flatMap(({ name }) => {
      const made = buffers.get(name);
      return made === undefined ? [] : encoded(name, made.result);
    }),
  );
}

/** The contents that `encodeBuffers` made tensors of, by buffer. */
export function decodeBuffers(
  entries: readonly BufferEntry[],
  tensors: ReadonlyMap<string, HostTensor>,
): Map<string, RecipeResult> {
  const results = new Map<string, RecipeResult>();
  for (const { kind, name } of entries) {
    if (kind === "dense") {
      const tensor = tensors.get(name);
      if (tensor !== undefined) results.set(name, { kind, tensor });
      continue;
    }
    const [size, rowStart, columnIds, values] = parts.map((part) => tensors.get(`${name}/${part}`)?.data);
    if (size === undefined) continue;
    const [rows, columns] = size as Int32Array;
    const matrix = {
      rows: rows!,
      columns: columns!,
      rowStart: rowStart as Int32Array,
      columnIds: columnIds as Int32Array,
      values: values as Float32Array,
    };
    results.set(name, { kind, matrix });
  }
  return results;
}
