import type { ExportDescription, Precision, PrecisionEntry } from "./exportFormat.js";
import { ServingError } from "./servingError.js";

/** @throws ServingError if the export has no graphs of the precision */
export function precisionEntry({ precisions }: ExportDescription, precision: Precision): PrecisionEntry {
  const entry = precisions[precision];
  if (entry !== undefined) return entry;
  throw new ServingError(
    `precision ${precision}`,
    `this export has ${Object.keys(precisions).join(" and ")} only`,
    `Export the model again with --quantize ${precision}.`,
  );
}
