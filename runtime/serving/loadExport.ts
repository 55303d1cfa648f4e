import { Ajv } from "ajv";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../artifacts/artifactError.js";
import { sha256Of } from "../artifacts/loadArtifacts.js";
import { readIdKeys, type IdKeys } from "../data/idKeys.js";
import type { InteractionLists } from "../data/interactions.js";
import { readTextTable } from "../data/textTable.js";
import { readSafetensors } from "../training/safetensors.js";
import { decodeSeen, exportFiles, type ExportDescription } from "./exportFormat.js";

const count = { type: "integer", minimum: 1 };
const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const properties = {
  format: { const: "mmkit-export" },
  version: { const: 1 },
  model: text,
  title: { type: "string" },
  users: count,
  items: count,
  dim: count,
  precision: { enum: ["float32", "float16", "int8"] },
  hasSeen: flag,
  hasTitles: flag,
  hasItemKeys: flag,
  hasUserKeys: flag,
  source: { type: "object" },
  files: {
    type: "object",
    // A name in the folder, not a path out of it.
    propertyNames: { pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$" },
    additionalProperties: { type: "string", pattern: "^[0-9a-f]{64}$" },
    required: [exportFiles.recommend, exportFiles.score],
  },
};
const ajv = new Ajv({ allErrors: true, strictRequired: false });
const followsSchema = ajv.compile<ExportDescription>({
  type: "object",
  properties,
  required: Object.keys(properties).filter((key) => !["hasItemKeys", "hasUserKeys"].includes(key)),
  additionalProperties: false,
});

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
  if (followsSchema(parsed)) return parsed;
  const problems = ajv.errorsText(followsSchema.errors, { dataVar: "export", separator: "\n  " });
  throw new ArtifactError(file, `not the description of an export:\n  ${problems}\n`, AGAIN);
}

/**
 * Reads an export folder and checks it: its description, the hash of every file, the users' training items.
 *
 * @throws ArtifactError, SafetensorsError, DatasetError naming the file and what is wrong with it
 */
export async function loadExport(folder: string): Promise<Export> {
  const description = await readDescription(folder);
  const { users, items, files } = description;
  for (const [name, sha256] of Object.entries(files)) {
    const file = join(folder, name);
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null) throw new ArtifactError(file, "the file is missing or cannot be read", AGAIN);
    const found = sha256Of(bytes);
    if (found === sha256) continue;
    const problem = `it must have the sha256 ${sha256} of export.json, found ${found}: it was changed or cut short`;
    throw new ArtifactError(file, problem, AGAIN);
  }
  const seenFile = join(folder, exportFiles.seen);
  const seen = description.hasSeen ? decodeSeen(await readSafetensors(seenFile), users, items) : null;
  if (typeof seen === "string") throw new ArtifactError(seenFile, seen, AGAIN);
  const { hasTitles, hasItemKeys = false, hasUserKeys = false } = description;
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
