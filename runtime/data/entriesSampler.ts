import type { SamplerEntry } from "../artifacts/manifest.js";
import { drawOutside } from "./drawOutside.js";
import { Random } from "./random.js";
import type { Sampler } from "./sampler.js";
import { SamplerError } from "./samplerError.js";
import { entryRows, type SparseMatrix } from "./sparseMatrix.js";

type EntriesEntry = Extract<SamplerEntry, { readonly kind: "entries" }>;

/**
 * Every entry of a sparse matrix once per epoch, in random order, each with a column that its row has no entry in,
 * drawn uniformly; the last batch may be short. Entries of one row and column, such as two relations between the same
 * entities, are entries of their own.
 *
 * @throws SamplerError if there are no entries, or a row has an entry in every column
 */
export function entriesSampler(
  { batchSize, buffer }: EntriesEntry,
  matrix: SparseMatrix,
  seed: number,
  stream: string,
): Sampler {
  const { rows, columns, rowStart, columnIds } = matrix;
  if (columnIds.length === 0) {
    throw new SamplerError(`the matrix "${buffer}" has no entries`, "Use data that has some");
  }
  const linked = distinctColumns(matrix);
  const full = linked.findIndex((ids) => ids.length === columns);
  if (full >= 0) {
    throw new SamplerError(
      `row ${full} of the matrix "${buffer}" has an entry in each of the ${columns} columns, so there is no other`,
      "Use data without such a row",
    );
  }
  const rowOf = entryRows({ rows, columns, rowStart, columnIds });
  const stepsPerEpoch = Math.ceil(columnIds.length / batchSize);
  return {
    stepsPerEpoch,
    batchSize,
    lastBatchSize: columnIds.length - (stepsPerEpoch - 1) * batchSize,
    epoch(epoch) {
      const random = new Random(seed, "entries", stream, epoch);
      const entry = Int32Array.from(columnIds, (_, index) => index);
      random.shuffle(entry);
      const entryRow = entry.map((index) => rowOf[index]!);
      return {
        epoch,
        steps: stepsPerEpoch,
        batchSize,
        length: entry.length,
        columns: {
          entry,
          entryRow,
          entryColumn: entry.map((index) => columnIds[index]!),
          negativeColumn: entryRow.map((row) => {
            const ids = linked[row]!;
            return drawOutside(columns, ids, 0, ids.length, random);
          }),
        },
      };
    },
  };
}

/** [row]: its columns, ascending, each once. */
function distinctColumns({ rows, rowStart, columnIds }: SparseMatrix): Int32Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const ids = columnIds.subarray(rowStart[row], rowStart[row + 1]);
    return ids.filter((id, index) => index === 0 || ids[index - 1] !== id);
  });
}
