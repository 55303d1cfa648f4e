/** The distinct ids of every batch among some columns, and where each id of a column stands among them. */
export interface DistinctIds {
  /** [batch, width], in order of first appearance, padded with id 0. */
  readonly ids: Int32Array;
  /** Per column [batch, place]. */
  readonly places: readonly Int32Array[];
}

/** Calls `visit` with every id that a batch has for the first time, and with the place of every id of every column. */
function visitBatches(
  columns: readonly Int32Array[],
  batchSize: number,
  visit: {
    first?: (batch: number, id: number, place: number) => void;
    each?: (column: number, index: number, place: number) => void;
  },
): number {
  const length = columns[0]!.length;
  const highest = columns.reduce((most, ids) => ids.reduce((a, b) => Math.max(a, b), most), -1);
  const seenIn = new Int32Array(highest + 1).fill(-1);
  const placeOf = new Int32Array(highest + 1);
  let most = 0;
  for (let start = 0, batch = 0; start < length; start += batchSize, batch++) {
    let count = 0;
    columns.forEach((ids, column) => {
      for (let index = start; index < Math.min(start + batchSize, length); index++) {
        const id = ids[index]!;
        if (seenIn[id] !== batch) {
          seenIn[id] = batch;
          placeOf[id] = count++;
          visit.first?.(batch, id, placeOf[id]);
        }
        visit.each?.(column, index, placeOf[id]!);
      }
    });
    most = Math.max(most, count);
  }
  return most;
}

/** The most distinct ids that a batch has, of all columns together. */
export function mostDistinct(columns: readonly Int32Array[], batchSize: number): number {
  return visitBatches(columns, batchSize, {});
}

/** @param width at least `mostDistinct` */
export function distinctIds(columns: readonly Int32Array[], batchSize: number, width: number): DistinctIds {
  const ids = new Int32Array((columns[0]!.length / batchSize) * width);
  const places = columns.map(({ length }) => new Int32Array(length));
  visitBatches(columns, batchSize, {
    first: (batch, id, place) => {
      ids[batch * width + place] = id;
    },
    each: (column, index, place) => {
      places[column]![index] = place;
    },
  });
  return { ids, places };
}
