import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFolderAtomic } from "../artifacts/atomicWrite.js";
import type { Json } from "../artifacts/manifest.js";
import { hostTensor } from "../data/hostTensor.js";
import { KEY_COLUMN } from "../data/idKeys.js";
import type { InteractionLists } from "../data/interactions.js";
import { encodeSafetensors } from "../training/safetensors.js";
import type { Safetensors } from "../training/safetensorsFormat.js";

/** Names of the files of an export folder. */
export const exportFiles = {
  description: "export.json",
  /** `user_ids` int32 [block], `seen` int64 [pair, 2], `k` int64 [1] to `items` int64 and `scores` float32 [block, k] */
  recommend: "recommend.onnx",
  /** `user_ids`, `item_ids` int32 [pair] to `scores` float32 [pair] */
  score: "score.onnx",
  /** Each user's training items: `row_start` int32 [user + 1], `item_ids` int32 [interaction]. */
  seen: "seen.safetensors",
  /** Columns item_id and, where the dataset has them, title and key. */
  items: "items.tsv",
  /** Columns user_id and key. */
  users: "users.tsv",
} as const;

/** export.json. */
export interface ExportDescription {
  readonly format: "mmkit-export";
  readonly version: 1;
  readonly model: string;
  readonly title: string;
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  readonly precision: "float32" | "float16" | "int8";
  /** Whether the users' training items are there, so that they can be left out of recommendations. */
  readonly hasSeen: boolean;
  readonly hasTitles: boolean;
  /** Whether items.tsv and users.tsv hold the owner's keys; absent stands for false. */
  readonly hasItemKeys?: boolean;
  readonly hasUserKeys?: boolean;
  /** Where it comes from: hyper-parameters, dataset checksum, seed, epoch, metrics … */
  readonly source: { readonly [key: string]: Json };
  /** sha256 of every other file of the folder, by name. */
  readonly files: { readonly [file: string]: string };
}

/** What an export folder is made of. */
export interface ExportContents {
  readonly description: Omit<
    ExportDescription,
    "format" | "version" | "hasSeen" | "hasTitles" | "hasItemKeys" | "hasUserKeys" | "files"
  >;
  /** Bytes of the graphs by file name, at least recommend.onnx and score.onnx. */
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  /** Each user's training items. */
  readonly seen?: InteractionLists;
  /** [item] */
  readonly titles?: readonly string[];
  /** The owner's keys, [item] and [user]. */
  readonly itemKeys?: readonly string[];
  readonly userKeys?: readonly string[];
}

export function encodeSeen({ rowStart, itemIds }: InteractionLists): Uint8Array {
  const tensors = new Map([
    ["row_start", hostTensor("int32", [rowStart.length], rowStart)],
    ["item_ids", hostTensor("int32", [itemIds.length], itemIds)],
  ]);
  return encodeSafetensors({ tensors, metadata: {} });
}

/**
 * The lists of a seen file, or what is wrong with them.
 *
 * @param users number of users there must be
 * @param items ids must be below this
 */
export function decodeSeen(
  { tensors }: Safetensors,
  users: number,
  items: number,
): InteractionLists | string {
  const rowStart = tensors.get("row_start")?.data;
  const itemIds = tensors.get("item_ids")?.data;
  if (!(rowStart instanceof Int32Array) || !(itemIds instanceof Int32Array)) {
    return "int32 tensors row_start and item_ids are needed";
  }
  if (rowStart.length !== users + 1)
    return `row_start must have ${users + 1} entries, found ${rowStart.length}`;
  const ascends = rowStart.every((start, user) => start >= (user === 0 ? 0 : rowStart[user - 1]!));
  if (rowStart[0] !== 0 || rowStart[users] !== itemIds.length || !ascends) {
    return `row_start must ascend from 0 to the ${itemIds.length} item ids`;
  }
  const outside = itemIds.find((item) => item < 0 || item >= items);
  return outside === undefined ? { rowStart, itemIds } : `item ${outside} is not one of the ${items} items`;
}

/** Tabs and line breaks would end a field early. */
function oneField(title: string): string {
  return title.replaceAll(/[\t\r\n]+/g, " ");
}

function table(idColumn: string, columns: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const texts = Object.values(columns);
  const rows = texts[0]!.map((_, id) => [id, ...texts.map((column) => oneField(column[id]!))].join("\t"));
  return Buffer.from(`${[[idColumn, ...Object.keys(columns)].join("\t"), ...rows].join("\n")}\n`);
}

/** Writes an export folder, whole or not at all; an existing folder is replaced. */
export async function writeExport(folder: string, contents: ExportContents): Promise<void> {
  const { description, graphs, seen, titles, itemKeys, userKeys } = contents;
  const files = new Map<string, Uint8Array>(graphs);
  if (seen !== undefined) files.set(exportFiles.seen, encodeSeen(seen));
  const ofItems = {
    ...(titles === undefined ? {} : { title: titles }),
    ...(itemKeys === undefined ? {} : { [KEY_COLUMN]: itemKeys }),
  };
  if (Object.keys(ofItems).length > 0) files.set(exportFiles.items, table("item_id", ofItems));
  if (userKeys !== undefined) files.set(exportFiles.users, table("user_id", { [KEY_COLUMN]: userKeys }));
  const hashes = [...files].map(
    ([file, bytes]) => [file, createHash("sha256").update(bytes).digest("hex")] as const,
  );
  const complete: ExportDescription = {
    format: "mmkit-export",
    version: 1,
    ...description,
    hasSeen: seen !== undefined,
    hasTitles: titles !== undefined,
    hasItemKeys: itemKeys !== undefined,
    hasUserKeys: userKeys !== undefined,
    files: Object.fromEntries(hashes),
  };
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [file, bytes] of files) await writeFile(join(temporary, file), bytes);
    await writeFile(join(temporary, exportFiles.description), `${JSON.stringify(complete, null, 2)}\n`);
  });
}
