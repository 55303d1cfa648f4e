import { CheckpointError, type CheckpointRecord } from "./checkpoint.js";

/**
 * Checks that a checkpoint meets the dataset it was trained on, to the last byte.
 *
 * @param checkpoint its folder, named in the error
 * @param dataset its name and checksum, and the folder it was read from
 * @throws CheckpointError
 */
export function checkSameDataset(
  checkpoint: string,
  { datasetChecksum }: Pick<CheckpointRecord, "datasetChecksum">,
  dataset: { readonly name: string; readonly checksum: string; readonly folder: string },
): void {
  if (datasetChecksum === dataset.checksum) return;
  throw new CheckpointError(
    checkpoint,
    `it was trained on a dataset with the checksum ${datasetChecksum}, but "${dataset.name}" in ` +
      `${dataset.folder} has ${dataset.checksum}`,
    "Give the folder of the same dataset (`--data` on the command line), or train again on this one.",
  );
}
