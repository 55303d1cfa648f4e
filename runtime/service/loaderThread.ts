/** The thread that reads and checks an export, since hashing its files would hold up requests meanwhile. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../artifacts/artifactError.js";
import { chooseDevice, type DeviceChoice, type DeviceRequest } from "../artifacts/device.js";
import type { InteractionLists } from "../data/interactions.js";
import { exportFiles, type Precision } from "../serving/exportFormat.js";
import { loadExport } from "../serving/loadExport.js";
import { precisionEntry } from "../serving/precisionEntry.js";
import type { ExportContent } from "./exportContent.js";
import { packError, type ThreadError } from "./threadError.js";
import { packTexts, type PackedTexts } from "./textColumn.js";

export interface LoadRequest {
  readonly folder: string;
  readonly device: DeviceRequest;
  readonly precision: Precision;
}

export interface LoadedContent {
  readonly content: ExportContent;
  /** Where the graphs can run. */
  readonly compute: DeviceChoice;
}

export type LoadOutcome = LoadedContent | { readonly error: ThreadError };

function sharedInts(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function sharedLists({ rowStart, itemIds }: InteractionLists): InteractionLists {
  return { rowStart: sharedInts(rowStart), itemIds: sharedInts(itemIds) };
}

async function describedBy(folder: string): Promise<string | null> {
  const bytes = await readFile(join(folder, exportFiles.description)).catch(() => null);
  return bytes === null ? null : createHash("sha256").update(bytes).digest("hex");
}

async function loadContent({ folder, device, precision }: LoadRequest): Promise<LoadedContent> {
  const before = await describedBy(folder);
  const { description, seen, titleOf, keys } = await loadExport(folder, { precisions: [precision] });
  const { graphs } = precisionEntry(description, precision);
  const compute = await chooseDevice(device, join(folder, graphs.recommend));
  const after = await describedBy(folder);
  if (after === null || after !== before) {
    throw new ArtifactError(folder, "another export took its place while it was read", "Load it again.");
  }
  const texts = (all: readonly string[] | undefined): PackedTexts | null =>
    all === undefined ? null : packTexts(all);
  const titles = Array.from({ length: description.items }, (_, item) => titleOf(item) ?? "");
  const content = {
    description,
    sha256: after,
    seen: seen === null ? null : sharedLists(seen),
    titles: description.hasTitles ? packTexts(titles) : null,
    itemKeys: texts(keys.items?.keys()),
    userKeys: texts(keys.users?.keys()),
  };
  return { content, compute };
}

/** @returns what was read or why not: an error thrown in a thread would lose its class */
export default async function load(request: LoadRequest): Promise<LoadOutcome> {
  try {
    return await loadContent(request);
  } catch (error) {
    return { error: packError(error) };
  }
}
