import { readFile } from "node:fs/promises";
import type { Json } from "../artifacts/manifest.js";
import { DatasetError } from "./datasetError.js";
import { nearestName } from "./nearestName.js";

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

const KEYS = ["users", "items", "name", "modalities", "groups", "source"] as const;

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads dataset.json; a file that does not exist states nothing.
 *
 * @throws DatasetError for anything but an object with the known keys, counts of at least 1 and plain file stems
 */
export async function readDatasetDescription(file: string): Promise<DatasetDescription> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    return { users: null, items: null, name: null, modalities: null, groups: null, source: null };
  }
  const fail = (problem: string, fix: string): never => {
    throw new DatasetError({ file }, problem, fix);
  };
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch (cause) {
    return fail(`this is not JSON (${(cause as Error).message})`, "Correct the file or remove it");
  }
  if (!isObject(parsed)) return fail("the file must hold one JSON object", `Its keys are ${KEYS.join(", ")}`);
  for (const key of Object.keys(parsed)) {
    if (KEYS.some((known) => known === key)) continue;
    return fail(
      `unknown key "${key}"`,
      `Use ${KEYS.join(", ")}; the nearest is "${nearestName(key, KEYS)!}"`,
    );
  }
  const count = (key: "users" | "items"): number | null => {
    const value = parsed[key] ?? null;
    if (value === null) return null;
    return typeof value === "number" && Number.isInteger(value) && value >= 1 && value < 2 ** 31
      ? value
      : fail(`"${key}" is ${JSON.stringify(value)}`, "State an integer of at least 1");
  };
  const name = parsed["name"] ?? null;
  if (name !== null && (typeof name !== "string" || name === "")) {
    return fail(`"name" is ${JSON.stringify(name)}`, "State a text that is not empty");
  }
  const modalities = parsed["modalities"] ?? null;
  const isStem = (stem: Json): stem is string => typeof stem === "string" && /^[\w-]+$/.test(stem);
  if (modalities !== null && !(Array.isArray(modalities) && modalities.every(isStem))) {
    return fail(
      `"modalities" is ${JSON.stringify(modalities)}`,
      'State a list of file stems such as ["text", "image"]',
    );
  }
  if (modalities !== null && new Set(modalities).size !== modalities.length) {
    return fail(`"modalities" names one twice: ${modalities.join(", ")}`, "Name each modality once");
  }
  return {
    users: count("users"),
    items: count("items"),
    name,
    modalities: modalities as readonly string[] | null,
    groups: parsed["groups"] ?? null,
    source: parsed["source"] ?? null,
  };
}
