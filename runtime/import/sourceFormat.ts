import type { ModalityFeatures } from "../data/modalityFeatures.js";
import type { SourceFiles } from "./sourceFiles.js";
import type { Workspace } from "./workspace.js";

/** Which columns of a table mean what; only for the formats whose columns can have any name. */
export interface ColumnMapping {
  readonly user?: string;
  readonly item?: string;
  readonly time?: string;
  readonly rating?: string;
  /** A column with train, valid or test. */
  readonly split?: string;
}

/** What a reader is told beside the source. */
export interface ReadOptions {
  readonly mapping: ColumnMapping;
  /** A file about the items: Amazon's metadata, or a table with the column of items. */
  readonly itemFile: string | null;
  /** Field separator of a text table, null to find it out. */
  readonly delimiter: string | null;
  /** Names of the columns of a text table without a header, null if it has one. */
  readonly columns: readonly string[] | null;
  /** Leave rows without user, item or time out instead of refusing the file. */
  readonly skipIncomplete: boolean;
}

/** The names of the tables that a reader makes in the workspace. */
export const staged = {
  /** In the source's order: user_key, item_key, and where the source has them time, rating, split (0, 1, 2). */
  interactions: "staged_interactions",
  /** Optional: source_key (that of the interactions), key (the owner's), and columns of text. */
  users: "staged_users",
  items: "staged_items",
  /** Optional: head, relation, tail; entities and relations by any key. */
  triples: "staged_triples",
  /** Optional with triples: source_key (that of the triples), name. */
  entities: "staged_entities",
  relations: "staged_relations",
  /** Optional with triples: which item (item_key) which entity (entity_key) is. */
  links: "staged_links",
} as const;

/** What a reader has made. */
export interface StagedSource {
  /**
   * "appearance": keys are any text, and ids follow the order of first appearance. A number of users and items:
   * keys are ids from 0, and all of them are there whether or not they interact (rows of feature files).
   */
  readonly ids: "appearance" | { readonly users: number; readonly items: number };
  readonly has: { readonly time: boolean; readonly rating: boolean; readonly split: boolean };
  /** Columns of staged_users and staged_items beside the keys; null where there is no such table. */
  readonly userColumns: readonly string[] | null;
  readonly itemColumns: readonly string[] | null;
  /** Only with numbered ids: row k belongs to the item with number k. */
  readonly features: readonly ModalityFeatures[];
  readonly knowledgeGraph: {
    readonly entities: boolean;
    readonly relations: boolean;
    readonly links: boolean;
  } | null;
  /** What was done with the source that its owner should know. */
  readonly notes: readonly string[];
  /** Where a row of the staged interactions, counted from 0, stands; null where it cannot be told. */
  readonly lineOf: ((row: number) => Promise<SourceLine>) | null;
}

/** A place in a source. */
export interface SourceLine {
  readonly file: string;
  readonly line: number | null;
}

/** What a reader can be told, by the names of the command line. */
export type ReadOptionName = keyof ColumnMapping | "items" | "delimiter" | "columns" | "skip-incomplete";

/** A format that can be imported. */
export interface SourceFormat {
  readonly summary: string;
  /** What it has a use for. */
  readonly takes: readonly ReadOptionName[];
  /** Why the source is of this format, continuing "because …"; null if it is not. */
  recognise(source: SourceFiles): Promise<string | null>;
  /** Reads the source into the staged tables. @throws DatasetError naming file and line */
  read(source: SourceFiles, workspace: Workspace, options: ReadOptions): Promise<StagedSource>;
}
