import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import type { Json } from "../artifacts/manifest.js";
import { DatasetError } from "./datasetError.js";
import { DATASET_VERSION, datasetSchema } from "./datasetSchema.js";
import { schemaProblems } from "./schemaProblems.js";

/** What dataset.json states; null where it is silent. */
export interface DatasetDescription {
  readonly users: number | null;
  readonly items: number | null;
  readonly name: string | null;
  readonly modalities: readonly string[] | null;
  readonly groups: Json;
  /** Where the data come from and what was done to them. */
  readonly source: Json;
}

type Stated = Partial<DatasetDescription>;

const followsSchema = new Ajv({ allErrors: true, verbose: true }).compile<Stated>(datasetSchema);

/**
 * Reads dataset.json; a file that does not exist states nothing.
 *
 * @throws DatasetError for anything that does not follow the schema, with all its problems, and for another version
 *   of the format
 */
export async function readDatasetDescription(file: string): Promise<DatasetDescription> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    return description({});
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const problem = `this is not JSON (${(cause as Error).message})`;
    throw new DatasetError({ file }, problem, "Correct the file or remove it");
  }
  const version = (parsed as { readonly version?: unknown } | null)?.version;
  if (typeof version === "number" && version > DATASET_VERSION) {
    throw new DatasetError(
      { file },
      `the folder has version ${version} of the dataset format, this mmkit reads version ${DATASET_VERSION}`,
      "Update mmkit",
    );
  }
  if (followsSchema(parsed)) return description(parsed);
  throw new DatasetError(
    { file },
    schemaProblems(followsSchema.errors ?? [], "dataset.json").join("; "),
    `Its keys are ${Object.keys(datasetSchema.properties).join(", ")}, all of them optional`,
  );
}

function description(stated: Stated): DatasetDescription {
  return {
    users: stated.users ?? null,
    items: stated.items ?? null,
    name: stated.name ?? null,
    modalities: stated.modalities ?? null,
    groups: stated.groups ?? null,
    source: stated.source ?? null,
  };
}
