import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import { nearestName } from "../../data/nearestName.js";
import { delimiterOf } from "../delimiterOf.js";
import { delimitedSource, headedSource } from "../delimitedSource.js";
import { isJsonArray, jsonArraySource } from "../jsonArraySource.js";
import { jsonFields, jsonLinesSource } from "../jsonLinesSource.js";
import { parquetSource } from "../parquetSource.js";
import { requireColumns } from "../requireColumns.js";
import type { SourceFiles } from "../sourceFiles.js";
import {
  staged,
  type ColumnMapping,
  type ReadOptionName,
  type ReadOptions,
  type SourceFormat,
  type StagedSource,
} from "../sourceFormat.js";
import { lineOf, stageTable, type StagedColumns, type TableSource } from "../tableSource.js";
import { stageTexts } from "../textTable.js";
import type { Workspace } from "../workspace.js";

/** Kinds of files that are tables by their endings. */
const endings = {
  csv: /\.(csv|tsv|txt|dat)(\.gz)?$/i,
  json: /\.(json|jsonl|ndjson)(\.gz)?$/i,
  parquet: /\.(parquet|pq)$/i,
} as const;

type TableKind = keyof typeof endings;

/** Names that a column is known by where the user names none; letters only, in lower case. */
const usualNames: Readonly<Record<keyof ColumnMapping, readonly string[]>> = {
  user: ["userid", "user", "uid", "customerid", "customer", "reviewerid"],
  item: ["itemid", "item", "iid", "productid", "product", "movieid", "asin", "sku"],
  time: ["timestamp", "time", "unixtime", "unixreviewtime", "date", "datetime", "createdat"],
  rating: ["rating", "score", "overall", "stars"],
  split: [],
};

/** A table in a file of its kind; how a text is laid out is found out where it is not said. */
async function openTable(
  kind: TableKind,
  file: string,
  { delimiter, columns }: Pick<ReadOptions, "delimiter" | "columns">,
  workspace: Workspace,
): Promise<TableSource> {
  if (kind === "parquet") return parquetSource(file, workspace);
  if (kind === "json" && (await isJsonArray(file))) return jsonArraySource(file, workspace);
  if (kind === "json") return jsonLinesSource(file, await jsonFields(file));
  const separator = delimiter ?? (await delimiterOf(file));
  const layout = { file, delimiter: separator, quoted: true, encoding: "utf-8" } as const;
  return columns === null ? headedSource(layout) : delimitedSource(layout, columns);
}

/** The column that a name of the mapping or a usual name stands for, null if there is none. */
function columnOf(table: TableSource, what: keyof ColumnMapping, mapping: ColumnMapping): string | null {
  const stated = mapping[what];
  if (stated !== undefined) {
    requireColumns(table, [stated], `Name the column with --${what}`);
    return stated;
  }
  const found = table.columns.filter((name) =>
    usualNames[what].includes(name.toLowerCase().replaceAll(/[^a-z]/g, "")),
  );
  return found.length === 1 ? found[0]! : null;
}

function requiredColumn(table: TableSource, what: "user" | "item", mapping: ColumnMapping): string {
  const found = columnOf(table, what, mapping);
  if (found !== null) return found;
  const nearest = nearestName(`${what}_id`, table.columns);
  throw new DatasetError(
    { file: table.file, line: 1 },
    `which column holds the ${what}s is not clear (there are ${table.columns.join(", ")})`,
    `Name it, for example with --${what} ${nearest ?? table.columns[0] ?? "<column>"}`,
  );
}

function tableFormat(kind: TableKind, summary: string): SourceFormat {
  const ofText: readonly ReadOptionName[] = kind === "csv" ? ["delimiter", "columns"] : [];
  return {
    summary,
    takes: ["user", "item", "time", "rating", "split", "items", "skip-incomplete", ...ofText],
    recognise(source) {
      const isOne = !source.isFolder && endings[kind].test(source.path);
      return Promise.resolve(isOne ? `${basename(source.path)} ends like a ${kind} file` : null);
    },
    read: (source, workspace, options) => readTable(kind, source, workspace, options),
  };
}

async function readTable(
  kind: TableKind,
  source: SourceFiles,
  workspace: Workspace,
  options: ReadOptions,
): Promise<StagedSource> {
  const { mapping, itemFile, skipIncomplete } = options;
  if (source.isFolder) {
    throw new DatasetError(
      { file: source.path },
      `the source is a folder, but ${kind} is a file`,
      "Name the file",
    );
  }
  const table = await openTable(kind, source.path, options, workspace);
  const user = requiredColumn(table, "user", mapping);
  const item = requiredColumn(table, "item", mapping);
  const optional = { time: "time", rating: "number", split: "splitName" } as const;
  const found = Object.entries(optional).map(([what, role]) => {
    return [what, columnOf(table, what as keyof typeof optional, mapping), role] as const;
  });
  const columns: StagedColumns = {
    user_key: { from: user, role: "key" },
    item_key: { from: item, role: "key" },
    ...Object.fromEntries(
      found.flatMap(([what, from, role]) => (from === null ? [] : [[what, { from, role }]])),
    ),
  };
  const complete = Object.keys(columns).filter((name) => name !== "rating");
  const left = await stageTable(
    workspace,
    staged.interactions,
    table,
    columns,
    skipIncomplete ? { complete } : {},
  );
  const taken = Object.entries(columns).map(([name, { from }]) => `${name.replace(/_key$/, "")} = ${from}`);
  return {
    ids: "appearance",
    has: { time: "time" in columns, rating: "rating" in columns, split: "split" in columns },
    userColumns: null,
    itemColumns: itemFile === null ? null : await readItems(itemFile, item, workspace),
    features: [],
    knowledgeGraph: null,
    notes: [
      `columns: ${taken.join(", ")}`,
      ...(left === 0 ? [] : [`${left} rows in which one of them is empty were left out`]),
    ],
    lineOf: lineOf(table),
  };
}

/** @param key the column that holds the items' keys */
async function readItems(file: string, key: string, workspace: Workspace): Promise<readonly string[]> {
  const kind = (Object.keys(endings) as TableKind[]).find((one) => endings[one].test(file)) ?? "csv";
  const table = await openTable(kind, file, { delimiter: null, columns: null }, workspace);
  requireColumns(table, [key], "The table about items holds their keys in a column of the same name");
  return stageTexts(workspace, staged.items, table, key);
}

export const csv = tableFormat(
  "csv",
  "any CSV or TSV with a header: --user, --item, --time, --rating name columns",
);
export const json = tableFormat(
  "json",
  "any JSON lines or array: --user, --item, --time, --rating name fields",
);
export const parquet = tableFormat("parquet", "any Parquet: --user, --item, --time, --rating name columns");
