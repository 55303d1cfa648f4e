import type { DatasetError } from "../../runtime/data/datasetError.js";

/** A dataset folder with more than one problem. */
export class DatasetProblemsError extends Error {
  override readonly name = "DatasetProblemsError";

  constructor(
    readonly folder: string,
    readonly problems: readonly DatasetError[],
  ) {
    const lines = problems.map(({ message }) => `  ${message}`).join("\n");
    super(`${folder} cannot be loaded, for ${problems.length} reasons:\n${lines}`);
  }
}
