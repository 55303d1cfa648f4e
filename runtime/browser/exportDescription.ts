import { ArtifactError } from "../artifacts/artifactError.js";
import { EXPORT_VERSION, exportGraphs, type ExportDescription } from "../serving/exportFormat.js";

const AGAIN = "Write the folder again with `mmkit export`.";

function shown(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

/** What is wrong with a description, as far as a page relies on it; null for nothing. */
function problemOf(parsed: Partial<ExportDescription> | null): string | null {
  if (typeof parsed !== "object" || parsed === null) return "it is not a JSON object";
  if (parsed.format !== "mmkit-export") {
    return `its format must be "mmkit-export", found ${shown(parsed.format)}`;
  }
  if (parsed.version !== EXPORT_VERSION) {
    return `its version must be ${EXPORT_VERSION}, found ${shown(parsed.version)}`;
  }
  for (const key of ["users", "items", "dim"] as const) {
    const count: unknown = parsed[key];
    if (!Number.isSafeInteger(count) || (count as number) < 1) {
      return `"${key}" must be a whole number from 1, found ${shown(count)}`;
    }
  }
  const files = Object.entries(parsed.files ?? {});
  const bad = files.find(
    ([, { sha256, bytes }]) => !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(bytes),
  );
  if (bad !== undefined) return `"${bad[0]}" has no sha256 and number of bytes`;
  for (const [precision, entry] of Object.entries(parsed.precisions ?? {})) {
    const named = [...exportGraphs.map((graph) => entry.graphs[graph]), ...entry.externalData];
    const missing = named.find((file) => parsed.files?.[file] === undefined);
    if (missing !== undefined)
      return `the file "${missing}" of precision ${precision} is not among its files`;
  }
  return parsed.precisions?.float32 === undefined ? "it has no float32 graphs" : null;
}

/** @throws ArtifactError unless the text describes an export of this version */
export function readExportDescription(url: string, text: string): ExportDescription {
  let parsed: Partial<ExportDescription> | null;
  try {
    parsed = JSON.parse(text) as Partial<ExportDescription> | null;
  } catch (error) {
    throw new ArtifactError(url, `it is not JSON (${(error as Error).message})`, AGAIN);
  }
  const problem = problemOf(parsed);
  if (problem === null) return parsed as ExportDescription;
  throw new ArtifactError(url, `not the description of an export: ${problem}`, AGAIN);
}
