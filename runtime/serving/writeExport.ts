import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFolderAtomic } from "../artifacts/atomicWrite.js";
import { hostTensor } from "../data/hostTensor.js";
import { KEY_COLUMN } from "../data/idKeys.js";
import type { InteractionLists } from "../data/interactions.js";
import { encodeSafetensors } from "../training/safetensors.js";
import {
  EXPORT_VERSION,
  exportFiles,
  graphFileName,
  type ExportDescription,
  type ExportGraph,
  type MeasuredQuality,
  type Precision,
} from "./exportFormat.js";
import { fileHash } from "./fileHash.js";

/** Graphs of one precision. */
export interface PrecisionContents {
  /** Makes the bytes of every graph; called once each, so that only one is in memory. */
  readonly graphs: Readonly<Record<ExportGraph, () => Uint8Array>>;
  /** Constants outside of the graphs, by file name. */
  readonly externalData?: ReadonlyMap<string, Uint8Array>;
}

type EncodedFile = readonly [file: string, encode: () => Uint8Array];

/** Graphs that train visitors' vectors. */
export interface PersonaliseContents {
  readonly training: ReadonlyMap<Precision, EncodedFile>;
  readonly optimizer: EncodedFile;
  readonly learningRate: number;
  readonly steps: number;
  readonly pull: number;
}

/** What an export folder is made of. */
export interface ExportContents {
  readonly description: Pick<
    ExportDescription,
    "model" | "title" | "users" | "items" | "dim" | "foldIn" | "source"
  >;
  readonly precisions: { readonly float32: PrecisionContents } & {
    readonly [Other in Exclude<Precision, "float32">]?: PrecisionContents;
  };
  /** Absent for a model without one. */
  readonly itemTower?: {
    readonly graph: Uint8Array;
    readonly externalData?: ReadonlyMap<string, Uint8Array>;
    readonly modalities: NonNullable<ExportDescription["itemTower"]>["modalities"];
  };
  /** Absent where pages cannot train. */
  readonly personalise?: PersonaliseContents;
  /** Each user's training items. */
  readonly seen?: InteractionLists;
  /** [item] */
  readonly titles?: readonly string[];
  /** The owner's keys, [item] and [user]. */
  readonly itemKeys?: readonly string[];
  readonly userKeys?: readonly string[];
}

/** Bytes that are written at once: one write of more than 2 GB fails. */
const CHUNK = 2 ** 26;

/** Tabs and line breaks would end a field early. */
function oneField(title: string): string {
  return title.replaceAll(/[\t\r\n]+/g, " ");
}

function table(idColumn: string, columns: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const texts = Object.values(columns);
  const rows = texts[0]!.map((_, id) => [id, ...texts.map((column) => oneField(column[id]!))].join("\t"));
  return Buffer.from(`${[[idColumn, ...Object.keys(columns)].join("\t"), ...rows].join("\n")}\n`);
}

/** Bytes of seen.safetensors: each user's training items. */
function encodeSeen({ rowStart, itemIds }: InteractionLists): Uint8Array {
  const tensors = new Map([
    ["row_start", hostTensor("int32", [rowStart.length], rowStart)],
    ["item_ids", hostTensor("int32", [itemIds.length], itemIds)],
  ]);
  return encodeSafetensors({ tensors, metadata: {} });
}

/** Files beside the graphs. */
function tables({ seen, titles, itemKeys, userKeys }: ExportContents): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (seen !== undefined) files.set(exportFiles.seen, encodeSeen(seen));
  const ofItems = {
    ...(titles === undefined ? {} : { title: titles }),
    ...(itemKeys === undefined ? {} : { [KEY_COLUMN]: itemKeys }),
  };
  if (Object.keys(ofItems).length > 0) files.set(exportFiles.items, table("item_id", ofItems));
  if (userKeys !== undefined) files.set(exportFiles.users, table("user_id", { [KEY_COLUMN]: userKeys }));
  return files;
}

async function writeInChunks(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx");
  try {
    for (let start = 0; start < bytes.length; start += CHUNK) {
      await handle.writeFile(bytes.subarray(start, start + CHUNK));
    }
  } finally {
    await handle.close();
  }
}

/** Names of the files of a precision, and what makes their bytes. */
function precisionFiles(precision: Precision, { graphs, externalData = new Map() }: PrecisionContents) {
  const names = Object.fromEntries(
    Object.keys(graphs).map((graph) => [graph, graphFileName(graph as ExportGraph, precision)] as const),
  ) as Record<ExportGraph, string>;
  const ofGraphs = Object.entries(graphs).map(
    ([graph, encode]) => [names[graph as ExportGraph], encode] as const,
  );
  const others = [...externalData].map(([file, bytes]) => [file, () => bytes] as const);
  return { graphs: names, externalData: [...externalData.keys()], files: [...ofGraphs, ...others] };
}

function personaliseEntry(contents: PersonaliseContents | undefined): ExportDescription["personalise"] {
  if (contents === undefined) return null;
  const { training, optimizer, ...settings } = contents;
  const names = Object.fromEntries([...training].map(([precision, [file]]) => [precision, file]));
  return {
    training: names as unknown as NonNullable<ExportDescription["personalise"]>["training"],
    optimizer: optimizer[0],
    ...settings,
  };
}

/**
 * Writes an export folder, whole or not at all; an existing folder is replaced.
 *
 * @param measure called when all files but export.json are in the folder it is given, to measure a precision's quality
 */
export async function writeExport(
  folder: string,
  contents: ExportContents,
  measure: (
    description: ExportDescription,
    temporary: string,
  ) => Promise<Readonly<Partial<Record<Precision, MeasuredQuality>>>> = () => Promise.resolve({}),
): Promise<void> {
  const { description, precisions, itemTower, personalise } = contents;
  const ofPrecisions = Object.entries(precisions).map(
    ([precision, graphs]) =>
      [precision as Precision, precisionFiles(precision as Precision, graphs)] as const,
  );
  const files = [
    ...ofPrecisions.flatMap(([, ofPrecision]) => ofPrecision.files),
    ...(itemTower === undefined ? [] : [[exportFiles.itemTower, () => itemTower.graph] as const]),
    ...[...(itemTower?.externalData ?? [])].map(([file, bytes]) => [file, () => bytes] as const),
    ...(personalise === undefined ? [] : [personalise.optimizer, ...personalise.training.values()]),
    ...[...tables(contents)].map(([file, bytes]) => [file, () => bytes] as const),
  ];
  await writeFolderAtomic(folder, async (temporary) => {
    const hashes: Record<string, { sha256: string; bytes: number }> = {};
    for (const [file, encode] of files) {
      await writeInChunks(join(temporary, file), encode());
      hashes[file] = await fileHash(join(temporary, file));
    }
    const entry = ([name, { graphs, externalData, files: own }]: (typeof ofPrecisions)[number]) => ({
      graphs,
      externalData,
      bytes: own.reduce((sum, [file]) => sum + hashes[file]!.bytes, 0),
      name,
    });
    const describe = (
      measured: Readonly<Partial<Record<Precision, MeasuredQuality>>>,
    ): ExportDescription => ({
      format: "mmkit-export",
      version: EXPORT_VERSION,
      ...description,
      precisions: Object.fromEntries(
        ofPrecisions
          .map(entry)
          .map(({ name, ...rest }) => [name, { ...rest, measured: measured[name] ?? null }]),
      ) as unknown as ExportDescription["precisions"],
      itemTower:
        itemTower === undefined
          ? null
          : {
              file: exportFiles.itemTower,
              externalData: [...(itemTower.externalData?.keys() ?? [])],
              modalities: itemTower.modalities,
            },
      personalise: personaliseEntry(personalise),
      hasSeen: contents.seen !== undefined,
      hasTitles: contents.titles !== undefined,
      hasItemKeys: contents.itemKeys !== undefined,
      hasUserKeys: contents.userKeys !== undefined,
      files: hashes,
    });
    const complete = describe(await measure(describe({}), temporary));
    await writeFile(join(temporary, exportFiles.description), `${JSON.stringify(complete, null, 2)}\n`);
  });
}
