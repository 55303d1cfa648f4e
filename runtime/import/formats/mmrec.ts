import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import { delimitedRecords } from "../delimitedRecords.js";
import { headedSource, readHeader } from "../delimitedSource.js";
import { checkComplete, stageIdMap, type IdMapEntry } from "../idMap.js";
import { itemsWithFeatures, numberedFeatures, sizeOf } from "../numberedIds.js";
import type { SourceFiles } from "../sourceFiles.js";
import { staged, type SourceFormat } from "../sourceFormat.js";
import { lineOf, stageTable, type StagedColumns } from "../tableSource.js";
import type { Workspace } from "../workspace.js";
import { requireColumns } from "../requireColumns.js";

/** The column with the split: 0 train, 1 valid, 2 test. */
const SPLIT_COLUMN = "x_label";

const layoutOf = (file: string, delimiter = "\t") =>
  ({ file, delimiter, quoted: false, encoding: "utf-8" }) as const;

function interactionFiles(source: SourceFiles): readonly string[] {
  return source.matching(/\.inter$/);
}

/**
 * Folders of MMRec (github.com/enoche/MMRec): one tab-separated `<name>.inter` with userID, itemID, rating, timestamp
 * and x_label; `<modality>_feat.npy` with one row per item; and optionally the maps that its preprocessing leaves,
 * u_id_mapping.csv (user_id, userID) and i_id_mapping.csv (asin, itemID).
 */
export const mmrec: SourceFormat = {
  summary: "MMRec folder: <name>.inter with x_label, *_feat.npy",
  takes: ["user", "item", "time", "rating", "skip-incomplete"],
  async recognise(source) {
    const [file, ...more] = interactionFiles(source);
    if (file === undefined || more.length > 0) return null;
    const header = await readHeader(layoutOf(file));
    return header.includes(SPLIT_COLUMN) ? `${basename(file)} has a column ${SPLIT_COLUMN}` : null;
  },
  async read(source, workspace, { mapping, skipIncomplete }) {
    const [file, ...more] = interactionFiles(source);
    if (file === undefined || more.length > 0) {
      throw new DatasetError(
        { file: source.path },
        file === undefined ? "there is no .inter file" : `there are ${more.length + 1} .inter files`,
        "A source in the format mmrec has one",
      );
    }
    const table = await headedSource(layoutOf(file));
    const [user, item] = [mapping.user ?? "userID", mapping.item ?? "itemID"];
    requireColumns(table, [user, item, SPLIT_COLUMN]);
    const [rating, time] = [mapping.rating ?? "rating", mapping.time ?? "timestamp"];
    const has = { rating: table.columns.includes(rating), time: table.columns.includes(time), split: true };
    const columns: StagedColumns = {
      user_key: { from: user, role: "id" },
      item_key: { from: item, role: "id" },
      split: { from: SPLIT_COLUMN, role: "splitNumber" },
      ...(has.rating ? { rating: { from: rating, role: "number" } } : {}),
      ...(has.time ? { time: { from: time, role: "time" } } : {}),
    };
    const complete = ["user_key", "item_key", ...(has.time ? ["time"] : [])];
    const left = await stageTable(
      workspace,
      staged.interactions,
      table,
      columns,
      skipIncomplete ? { complete } : {},
    );
    const features = await numberedFeatures(source, workspace);
    const users = await sizeOf(workspace, "user_key");
    const items = itemsWithFeatures(await sizeOf(workspace, "item_key"), features);
    return {
      ids: { users, items },
      has,
      userColumns: await stageMap(source, workspace, "u_id_mapping.csv", staged.users, "user", user, users),
      itemColumns: await stageMap(source, workspace, "i_id_mapping.csv", staged.items, "item", item, items),
      features,
      knowledgeGraph: null,
      notes: left === 0 ? [] : [`${left} rows without user, item or time were left out`],
      lineOf: lineOf(table),
    };
  },
};

/** @returns the further columns of the table (none), null if there is no map */
async function stageMap(
  source: SourceFiles,
  workspace: Workspace,
  name: string,
  table: string,
  what: "user" | "item",
  numberColumn: string,
  size: number,
): Promise<readonly string[] | null> {
  const file = source.find(name);
  if (file === null) return null;
  const delimiter = (await readHeader(layoutOf(file, "\n")))[0]!.includes("\t") ? "\t" : ",";
  checkComplete(
    file,
    what,
    await stageIdMap(workspace, table, file, entries(file, delimiter, numberColumn)),
    size,
  );
  return [];
}

async function* entries(
  file: string,
  delimiter: string,
  numberColumn: string,
): AsyncGenerator<IdMapEntry, void> {
  let numberAt: number | null = null;
  for await (const { line, fields } of delimitedRecords(layoutOf(file, delimiter))) {
    if (fields.length !== 2) {
      throw new DatasetError(
        { file, line },
        `the line has ${fields.length} fields, expected 2`,
        "Correct the line",
      );
    }
    if (numberAt === null) {
      numberAt = fields.indexOf(numberColumn);
      if (numberAt >= 0) continue;
      throw new DatasetError(
        { file, line },
        `the header has no column "${numberColumn}"`,
        "Correct the header",
      );
    }
    yield { line, number: fields[numberAt]!, key: fields[1 - numberAt]! };
  }
}
