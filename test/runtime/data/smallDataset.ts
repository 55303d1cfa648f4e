import type { Dataset } from "../../../runtime/data/dataset.js";
import { splitInteractions, splitNames, type SplitName } from "../../../runtime/data/interactions.js";
import type { ModalityFeatures } from "../../../runtime/data/modalityFeatures.js";

/** [user, item] */
export type Pair = readonly [number, number];

/** Features from rows; rows of zeros are missing. */
export function featuresOf(name: string, matrix: readonly (readonly number[])[]): ModalityFeatures {
  const missing = matrix.flatMap((row, item) => (row.every((value) => value === 0) ? [item] : []));
  return {
    name,
    file: `${name}.npy`,
    rows: matrix.length,
    size: matrix[0]!.length,
    data: Float32Array.from(matrix.flat()),
    missing: Int32Array.from(missing),
  };
}

/** A dataset in memory. */
export function datasetOf(
  sizes: { readonly users: number; readonly items: number },
  pairs: Partial<Record<SplitName, readonly Pair[]>>,
  modalities: readonly ModalityFeatures[] = [],
): Dataset {
  const rows = splitNames.flatMap((split, index) =>
    (pairs[split] ?? []).map((pair) => [...pair, index] as const),
  );
  const column = (at: 0 | 1 | 2): Int32Array => Int32Array.from(rows, (row) => row[at]);
  const { users, items } = sizes;
  const splits = splitInteractions(
    "interactions.tsv",
    { userIds: column(0), itemIds: column(1), splits: column(2) },
    users,
    items,
  );
  const { train, valid, test, notes } = splits;
  return {
    folder: "memory",
    name: "memory",
    users,
    items,
    train,
    valid,
    test,
    counts: { train: train.itemIds.length, valid: valid.itemIds.length, test: test.itemIds.length },
    modalities: new Map(modalities.map((modality) => [modality.name, modality])),
    itemTable: null,
    userTable: null,
    keys: { users: null, items: null },
    groups: null,
    source: null,
    notes,
    checksum: "",
    files: {},
  };
}
