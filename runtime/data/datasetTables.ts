import type {
  DatasetContents,
  InteractionPairs,
  KnowledgeGraphContents,
  TextColumns,
} from "./datasetContents.js";
import { DatasetError } from "./datasetError.js";
import { KEY_COLUMN } from "./idKeys.js";
import { splitNames, type SplitName } from "./interactions.js";

const BREAKS_FIELD = /[\t\r\n]/;

/** A file of a dataset, checked: its lines without line breaks. */
export interface TableFile {
  readonly name: string;
  lines(): Iterable<string>;
}

function checkId(file: string, line: number, what: string, id: number, size: number): void {
  if (Number.isInteger(id) && id >= 0 && id < size) return;
  throw new DatasetError(
    { file, line },
    `${what} id ${id} is not an integer from 0 to ${size - 1}`,
    `Correct the id or the number of ${what}s`,
  );
}

/** interactions.tsv. @throws DatasetError for ids out of range, lists of different lengths, nothing in train */
export function interactionsTable(
  file: string,
  users: number,
  items: number,
  interactions: Readonly<Record<SplitName, InteractionPairs>>,
): TableFile {
  const names = Object.keys(interactions.train.columns ?? {});
  let line = 1;
  for (const split of splitNames) {
    const { userIds, itemIds, columns = {} } = interactions[split];
    if (userIds.length !== itemIds.length) {
      throw new DatasetError(
        { file },
        `${split} has ${userIds.length} users but ${itemIds.length} items`,
        "Pass one user and one item per interaction",
      );
    }
    if (split === "train" && userIds.length === 0) {
      throw new DatasetError({ file }, "there are no training interactions", "Put some into train");
    }
    if (Object.keys(columns).join("\t") !== names.join("\t")) {
      throw new DatasetError(
        { file },
        `${split} has the columns [${Object.keys(columns).join(", ")}], train has [${names.join(", ")}]`,
        "Pass the same columns for every split",
      );
    }
    for (const [name, values] of Object.entries(columns)) {
      if (values.length === userIds.length) continue;
      throw new DatasetError(
        { file },
        `column "${name}" of ${split} has ${values.length} values for ${userIds.length} interactions`,
        "Pass one value per interaction",
      );
    }
    for (let index = 0; index < userIds.length; index++) {
      line++;
      checkId(file, line, "user", userIds[index]!, users);
      checkId(file, line, "item", itemIds[index]!, items);
      const bad = names.find((name) => BREAKS_FIELD.test(String(columns[name]![index])));
      if (bad !== undefined) throw fieldBreak(file, line, bad);
    }
  }
  return {
    name: "interactions.tsv",
    *lines() {
      yield ["user_id", "item_id", "split", ...names].join("\t");
      for (const split of splitNames) {
        const { userIds, itemIds, columns = {} } = interactions[split];
        for (let index = 0; index < userIds.length; index++) {
          const more = names.map((name) => columns[name]![index]!);
          yield [userIds[index]!, itemIds[index]!, split, ...more].join("\t");
        }
      }
    },
  };
}

function fieldBreak(file: string, line: number, column: string): DatasetError {
  return new DatasetError(
    { file, line },
    `a text of column "${column}" contains a tab or a line break`,
    "Replace them with spaces",
  );
}

/**
 * A table with one row per id from 0.
 *
 * @param what what a row stands for, in messages
 * @throws DatasetError for columns of another length, tabs or line breaks in a text, empty or repeated keys
 */
export function idTable(
  file: string,
  name: string,
  idColumn: string,
  what: string,
  rows: number,
  columns: TextColumns,
): TableFile {
  const entries = Object.entries(columns);
  for (const [column, texts] of entries) {
    if (texts.length !== rows) {
      throw new DatasetError(
        { file },
        `column "${column}" has ${texts.length} texts for ${rows} ${what}s`,
        `Pass one text per ${what}`,
      );
    }
    const bad = [column, ...texts].findIndex((text) => BREAKS_FIELD.test(text));
    if (bad >= 0) throw fieldBreak(file, bad + 1, column);
    if (column === KEY_COLUMN) checkKeys(file, what, texts);
  }
  return {
    name,
    *lines() {
      yield [idColumn, ...entries.map(([column]) => column)].join("\t");
      for (let row = 0; row < rows; row++) yield [row, ...entries.map(([, texts]) => texts[row]!)].join("\t");
    },
  };
}

function checkKeys(file: string, what: string, keys: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [id, key] of keys.entries()) {
    const other = seen.get(key);
    if (key !== "" && other === undefined) {
      seen.set(key, id);
      continue;
    }
    throw new DatasetError(
      { file, line: id + 2 },
      key === ""
        ? `${what} ${id} has no key`
        : `${what} ${id} has the key "${key}", which is ${what} ${other!}'s already`,
      "Give each a key of its own",
    );
  }
}

/** kg_triples.tsv and the tables of entities and relations. @throws DatasetError for ids out of range */
export function knowledgeGraphTables(
  path: (name: string) => string,
  { heads, relations, tails, entityColumns, relationColumns }: KnowledgeGraphContents,
): readonly TableFile[] {
  const file = path("kg_triples.tsv");
  if (heads.length !== relations.length || heads.length !== tails.length) {
    throw new DatasetError(
      { file },
      `there are ${heads.length} heads, ${relations.length} relations and ${tails.length} tails`,
      "Pass one of each per triple",
    );
  }
  const rowsOf = (columns: TextColumns | undefined): number | null =>
    Object.values(columns ?? {})[0]?.length ?? null;
  const entities = rowsOf(entityColumns);
  const kinds = rowsOf(relationColumns);
  for (let index = 0; index < heads.length; index++) {
    checkId(file, index + 2, "entity", heads[index]!, entities ?? 2 ** 31 - 1);
    checkId(file, index + 2, "relation", relations[index]!, kinds ?? 2 ** 31 - 1);
    checkId(file, index + 2, "entity", tails[index]!, entities ?? 2 ** 31 - 1);
  }
  const triples: TableFile = {
    name: "kg_triples.tsv",
    *lines() {
      yield "head\trelation\ttail";
      for (let index = 0; index < heads.length; index++) {
        yield `${heads[index]!}\t${relations[index]!}\t${tails[index]!}`;
      }
    },
  };
  const table = (
    name: string,
    id: string,
    what: string,
    rows: number | null,
    columns: TextColumns | undefined,
  ) => (rows === null ? [] : [idTable(path(name), name, id, what, rows, columns!)]);
  return [
    triples,
    ...table("kg_entities.tsv", "entity_id", "entity", entities, entityColumns),
    ...table("kg_relations.tsv", "relation_id", "relation", kinds, relationColumns),
  ];
}

/** missing.tsv, null if no modality says which items lack it. @throws DatasetError for an id out of range */
export function missingTable(file: string, { items, features = {} }: DatasetContents): TableFile | null {
  const listed = Object.entries(features).flatMap(([modality, { missing }]) =>
    missing === undefined
      ? []
      : [[modality, Array.from(missing).sort((left, right) => left - right)] as const],
  );
  if (listed.length === 0) return null;
  for (const [, ids] of listed) for (const id of ids) checkId(file, 1, "item", id, items);
  return {
    name: "missing.tsv",
    *lines() {
      yield "item_id\tmodality";
      for (const [modality, ids] of listed) for (const id of ids) yield `${id}\t${modality}`;
    },
  };
}
