import { Ajv } from "ajv";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../artifacts/artifactError.js";
import { readIdKeys, type IdKeys } from "../data/idKeys.js";
import type { InteractionLists } from "../data/interactions.js";
import { readTextTable } from "../data/textTable.js";
import { readSafetensors } from "../training/safetensors.js";
import {
  EXPORT_VERSION,
  exportFiles,
  exportGraphs,
  precisions,
  type ExportDescription,
  type Precision,
} from "./exportFormat.js";
import { fileHash } from "./fileHash.js";
import { decodeSeen } from "./seenFile.js";

const count = { type: "integer", minimum: 1 };
const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
/** A name in the folder, not a path out of it. */
const fileName = { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$" };
const object = (required: readonly string[], ofProperties: object) => ({
  type: "object",
  properties: ofProperties,
  required,
  additionalProperties: false,
});
const measured = object(["split", "users", "metrics"], {
  split: { enum: ["valid", "test"] },
  users: count,
  metrics: { type: "object", additionalProperties: { type: "number" } },
});
const precision = object(["graphs", "externalData", "bytes", "measured"], {
  graphs: object(exportGraphs, Object.fromEntries(exportGraphs.map((graph) => [graph, fileName]))),
  externalData: { type: "array", items: fileName },
  bytes: count,
  measured: { anyOf: [{ type: "null" }, measured] },
});
const itemTower = object(["file", "externalData", "modalities"], {
  file: fileName,
  externalData: { type: "array", items: fileName },
  modalities: { type: "array", items: object(["name", "columns"], { name: text, columns: count }) },
});
const personalise = object(["training", "optimizer", "learningRate", "steps", "pull"], {
  training: object(["float32"], Object.fromEntries(precisions.map((name) => [name, fileName]))),
  optimizer: fileName,
  learningRate: { type: "number", exclusiveMinimum: 0 },
  steps: count,
  pull: { type: "number", minimum: 0 },
});
const properties = {
  format: { const: "mmkit-export" },
  version: { const: EXPORT_VERSION },
  model: text,
  title: { type: "string" },
  users: count,
  items: count,
  dim: count,
  precisions: object(["float32"], Object.fromEntries(precisions.map((name) => [name, precision]))),
  foldIn: object(["ridge"], { ridge: { type: "number", exclusiveMinimum: 0 } }),
  itemTower: { anyOf: [{ type: "null" }, itemTower] },
  personalise: { anyOf: [{ type: "null" }, personalise] },
  hasSeen: flag,
  hasTitles: flag,
  hasItemKeys: flag,
  hasUserKeys: flag,
  source: { type: "object" },
  files: {
    type: "object",
    propertyNames: fileName,
    additionalProperties: object(["sha256", "bytes"], {
      sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
      bytes: { type: "integer", minimum: 0 },
    }),
  },
};
const ajv = new Ajv({ allErrors: true, strictRequired: false, strictTypes: false });
const followsSchema = ajv.compile<ExportDescription>(object(Object.keys(properties), properties));

/** An export folder, checked; its graphs are loaded by whoever runs them. */
export interface Export {
  readonly folder: string;
  readonly description: ExportDescription;
  /** Each user's training items, null if the export has none. */
  readonly seen: InteractionLists | null;
  /** Title of an item, null if the export has none. */
  readonly titleOf: (item: number) => string | null;
  /** The owner's keys, null if the export has none. */
  readonly keys: { readonly users: IdKeys | null; readonly items: IdKeys | null };
}

const AGAIN = "Write the folder again with `mmkit export`.";

async function readDescription(folder: string): Promise<ExportDescription> {
  const file = join(folder, exportFiles.description);
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "it is missing" : (error as Error).message;
    throw new ArtifactError(file, `the description of an export cannot be read: ${reason}`, AGAIN);
  }
  const { format, version } = (parsed ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format === "mmkit-export" && version !== EXPORT_VERSION) {
    throw new ArtifactError(
      file,
      `this is an export of version ${JSON.stringify(version)}, but version ${EXPORT_VERSION} is needed`,
      "Export the model again with `mmkit export`.",
    );
  }
  if (followsSchema(parsed)) return parsed;
  const problems = ajv.errorsText(followsSchema.errors, { dataVar: "export", separator: "\n  " });
  throw new ArtifactError(file, `not the description of an export:\n  ${problems}\n`, AGAIN);
}

/** The files that serving in some precisions needs, with what export.json says of each. */
function neededFiles(
  file: string,
  { files, precisions: entries, itemTower: tower, personalise: forPages }: ExportDescription,
  of: readonly Precision[],
) {
  const graphFiles = (name: Precision): readonly string[] => {
    const entry = entries[name];
    return entry === undefined ? [] : [...Object.values(entry.graphs), ...entry.externalData];
  };
  const needed = new Set([
    ...of.flatMap(graphFiles),
    ...(tower === null ? [] : [tower.file, ...tower.externalData]),
  ]);
  const others = new Set([
    ...precisions.filter((name) => !of.includes(name)).flatMap(graphFiles),
    // Only pages train visitors' vectors.
    ...(forPages === null ? [] : [...Object.values(forPages.training), forPages.optimizer]),
  ]);
  const unlisted = [...needed].find((name) => !Object.hasOwn(files, name));
  if (unlisted !== undefined) {
    throw new ArtifactError(file, `it names the file "${unlisted}", but has no sha256 of it`, AGAIN);
  }
  return Object.entries(files).filter(([name]) => needed.has(name) || !others.has(name));
}

export interface LoadExportOptions {
  /** Only these precisions must be there, whole; all that export.json lists if absent. */
  readonly precisions?: readonly Precision[];
}

/**
 * Reads an export folder and checks it: its description, size and hash of every file, the users' training items.
 *
 * @throws ArtifactError, SafetensorsError, DatasetError naming the file and what is wrong with it
 */
export async function loadExport(folder: string, options: LoadExportOptions = {}): Promise<Export> {
  const description = await readDescription(folder);
  const descriptionFile = join(folder, exportFiles.description);
  const { users, items } = description;
  const wanted = options.precisions ?? precisions;
  for (const [name, { sha256 }] of neededFiles(descriptionFile, description, wanted)) {
    const file = join(folder, name);
    const found = await fileHash(file).catch(() => null);
    if (found === null) throw new ArtifactError(file, "the file is missing or cannot be read", AGAIN);
    if (found.sha256 === sha256) continue;
    const problem = `it must have the sha256 ${sha256} of export.json, found ${found.sha256}: it was changed or cut short`;
    throw new ArtifactError(file, problem, AGAIN);
  }
  const seenFile = join(folder, exportFiles.seen);
  const seen = description.hasSeen ? decodeSeen(await readSafetensors(seenFile), users, items) : null;
  if (typeof seen === "string") throw new ArtifactError(seenFile, seen, AGAIN);
  const { hasTitles, hasItemKeys, hasUserKeys } = description;
  const ofItems =
    hasTitles || hasItemKeys ? await readTextTable(join(folder, exportFiles.items), "item_id") : null;
  ofItems?.checkSize(items);
  const ofUsers = hasUserKeys ? await readTextTable(join(folder, exportFiles.users), "user_id") : null;
  ofUsers?.checkSize(users);
  return {
    folder,
    description,
    seen,
    titleOf: (item) => (hasTitles ? (ofItems?.text("title", item) ?? null) : null),
    keys: {
      users: readIdKeys(ofUsers, "user", users),
      items: hasItemKeys ? readIdKeys(ofItems, "item", items) : null,
    },
  };
}
