import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import type { DelimitedLayout } from "../delimitedRecords.js";
import { headedSource, readHeader } from "../delimitedSource.js";
import { requireColumns } from "../requireColumns.js";
import type { SourceFiles } from "../sourceFiles.js";
import { staged, type ColumnMapping, type SourceFormat, type StagedSource } from "../sourceFormat.js";
import { checkUnique, stageTable, type StagedColumns, type TableSource } from "../tableSource.js";
import { stageTexts } from "../textTable.js";
import type { Workspace } from "../workspace.js";

/** Types of fields in a header such as `timestamp:float`. */
const fieldTypes = ["token", "token_seq", "float", "float_seq"];

const splitEndings = [".train.inter", ".valid.inter", ".test.inter"] as const;

const layoutOf = (file: string): DelimitedLayout => ({
  file,
  delimiter: "\t",
  quoted: false,
  encoding: "utf-8",
});

/** The name of a field without its type. */
const fieldName = (field: string): string => field.slice(0, field.lastIndexOf(":"));

function interactionFiles(
  source: SourceFiles,
): readonly { readonly file: string; readonly split: number | null }[] {
  const given = splitEndings.flatMap((ending, split) => {
    return source.matching(new RegExp(`${ending.replaceAll(".", "\\.")}$`)).map((file) => ({ file, split }));
  });
  if (given.length > 0) return given;
  return source.matching(/\.inter$/).map((file) => ({ file, split: null }));
}

/**
 * Atomic files of RecBole (recbole.io/docs/user_guide/data/atomic_files.html): tab-separated tables whose headers give
 * every field a type. `<name>.inter` with user_id and item_id; `.item` and `.user` with columns of texts; `.kg` with
 * head_id, relation_id and tail_id; `.link` with item_id and entity_id. `<name>.train.inter`, `.valid.inter` and
 * `.test.inter` are a given split. Sequences stay texts, separated by spaces.
 */
export const recbole: SourceFormat = {
  summary: "RecBole atomic files: .inter, .item, .user, .kg, .link",
  takes: ["user", "item", "time", "rating", "skip-incomplete"],
  async recognise(source) {
    const file = interactionFiles(source)[0]?.file;
    if (file === undefined) return null;
    const header = await readHeader(layoutOf(file));
    const isTyped = header.every((field) => fieldTypes.includes(field.slice(field.lastIndexOf(":") + 1)));
    return isTyped ? `${basename(file)} has a header with types (${header[0]!})` : null;
  },
  async read(source, workspace, { mapping, skipIncomplete }) {
    const names = { user: mapping.user ?? "user_id", item: mapping.item ?? "item_id" };
    const files = interactionFiles(source);
    const isSplit = files[0]?.split !== null;
    if (files.length === 0 || files.length > (isSplit ? 3 : 1)) {
      const problem =
        files.length === 0 ? "there is no .inter file" : `there are ${files.length} .inter files`;
      throw new DatasetError({ file: source.path }, problem, "Name one of them as the source");
    }
    const parts: string[] = [];
    const notes: string[] = [];
    let has: StagedSource["has"] | null = null;
    for (const { file, split } of files) {
      const table = await typedSource(file);
      const columns = interactionColumns(table, names, mapping);
      const part = `part_${parts.length}`;
      const complete = Object.keys(columns).filter((name) => name !== "rating");
      const left = await stageTable(workspace, part, table, columns, skipIncomplete ? { complete } : {});
      if (left > 0) notes.push(`${left} rows of ${basename(file)} without user, item or time were left out`);
      has ??= { time: "time" in columns, rating: "rating" in columns, split: isSplit };
      const values = [
        has.time ? "time" : "",
        has.rating ? "rating" : "",
        isSplit ? `${split!} AS split` : "",
      ];
      parts.push(
        `SELECT user_key, item_key, ${values.filter(Boolean).join(", ")} FROM ${part}`.replace(
          ",  FROM",
          " FROM",
        ),
      );
    }
    await workspace.run(`CREATE TABLE ${staged.interactions} AS ${parts.join(" UNION ALL ")}`);
    return {
      ids: "appearance",
      has: has!,
      userColumns: await stageSide(source, workspace, /\.user$/, staged.users, names.user),
      itemColumns: await stageSide(source, workspace, /\.item$/, staged.items, names.item),
      features: [],
      knowledgeGraph: await stageGraph(source, workspace, names.item),
      notes,
      lineOf: null,
    };
  },
};

/** @throws DatasetError if a field has no type or an unknown one */
async function typedSource(
  file: string,
): Promise<TableSource & { readonly types: ReadonlyMap<string, string> }> {
  const header = await readHeader(layoutOf(file));
  const types = new Map<string, string>();
  for (const field of header) {
    const type = field.slice(field.lastIndexOf(":") + 1);
    types.set(fieldName(field), type);
    if (field.includes(":") && fieldTypes.includes(type)) continue;
    throw new DatasetError(
      { file, line: 1 },
      `the field "${field}" of the header has no type`,
      `Write <name>:<type> with one of ${fieldTypes.join(", ")}`,
    );
  }
  return { ...(await headedSource(layoutOf(file), fieldName)), types };
}

function interactionColumns(
  table: TableSource & { readonly types: ReadonlyMap<string, string> },
  names: { readonly user: string; readonly item: string },
  mapping: ColumnMapping,
): StagedColumns {
  requireColumns(table, [
    names.user,
    names.item,
    ...[mapping.time, mapping.rating].filter((name) => name !== undefined),
  ]);
  const optional = (from: string, role: "time" | "number", column: string): StagedColumns => {
    if (!table.columns.includes(from)) return {};
    if (table.types.get(from) === "float") return { [column]: { from, role } };
    const problem = `the field ${from} has the type ${table.types.get(from)!}, expected float`;
    throw new DatasetError({ file: table.file, line: 1 }, problem, "Correct the header");
  };
  return {
    user_key: { from: names.user, role: "key" },
    item_key: { from: names.item, role: "key" },
    ...optional(mapping.time ?? "timestamp", "time", "time"),
    ...optional(mapping.rating ?? "rating", "number", "rating"),
  };
}

/** The one file of an ending, null if there is none. */
function onlyFile(source: SourceFiles, pattern: RegExp): string | null {
  const [file, second] = source.matching(pattern);
  if (second === undefined) return file ?? null;
  throw new DatasetError({ file: second }, `there is ${basename(file!)}, too`, "Keep one of the two");
}

async function stageSide(
  source: SourceFiles,
  workspace: Workspace,
  pattern: RegExp,
  table: typeof staged.users | typeof staged.items,
  key: string,
): Promise<readonly string[] | null> {
  const file = onlyFile(source, pattern);
  return file === null ? null : await stageTexts(workspace, table, await typedSource(file), key);
}

async function stageGraph(
  source: SourceFiles,
  workspace: Workspace,
  item: string,
): Promise<StagedSource["knowledgeGraph"]> {
  const triples = onlyFile(source, /\.kg$/);
  if (triples === null) return null;
  const [head, relation, tail] = ["head_id", "relation_id", "tail_id"];
  const table = await typedSource(triples);
  requireColumns(table, [head, relation, tail]);
  await stageTable(workspace, staged.triples, table, {
    head: { from: head, role: "key" },
    relation: { from: relation, role: "key" },
    tail: { from: tail, role: "key" },
  });
  const links = onlyFile(source, /\.link$/);
  if (links === null) {
    throw new DatasetError(
      { file: triples },
      "there are triples, but no .link file says which items are which entities",
      "Put the .link file beside it, or move the .kg file away",
    );
  }
  const linkTable = await typedSource(links);
  requireColumns(linkTable, [item, "entity_id"]);
  const columns = {
    item_key: { from: item, role: "key" },
    entity_key: { from: "entity_id", role: "key" },
  } as const;
  await stageTable(workspace, staged.links, linkTable, columns);
  for (const column of Object.keys(columns)) await checkUnique(workspace, staged.links, linkTable, column);
  return { entities: false, relations: false, links: true };
}
