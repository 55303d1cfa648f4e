import type { Json } from "../artifacts/manifest.js";
import type { SplitName } from "./interactions.js";

/** Pairs of equally long id lists. */
export interface InteractionPairs {
  readonly userIds: ArrayLike<number>;
  readonly itemIds: ArrayLike<number>;
  /** Further columns of interactions.tsv (timestamp, rating …), one value per pair; the same in every split. */
  readonly columns?: Readonly<Record<string, ArrayLike<number | string>>>;
}

export interface FeatureContents {
  readonly size: number;
  /** [items, size]; rows of missing items may hold anything and are written as zeros. */
  readonly data: Float32Array;
  /** Items without features of this modality; listed in missing.tsv. */
  readonly missing?: ArrayLike<number>;
  /** How the values are stored; float32 by default. */
  readonly precision?: "float16" | "float32";
}

/** Columns of a table beside its id, one text per row. */
export type TextColumns = Readonly<Record<string, readonly string[]>>;

export interface KnowledgeGraphContents {
  /** [triple] */
  readonly heads: ArrayLike<number>;
  readonly relations: ArrayLike<number>;
  readonly tails: ArrayLike<number>;
  /** Columns of kg_entities.tsv (kind, name), one text per entity; entity k below the number of items is item k. */
  readonly entityColumns?: TextColumns;
  /** Columns of kg_relations.tsv (name), one text per relation. */
  readonly relationColumns?: TextColumns;
}

/** Writes one file (or folder) of a dataset at the given path; the dataset's folder takes its place afterwards. */
export type FileWriter = (path: string) => Promise<void>;

/** A dataset to be written. */
export interface DatasetContents {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** Pairs in memory; where they would not fit, the file is among `files` and this is left out. */
  readonly interactions?: Readonly<Record<SplitName, InteractionPairs>>;
  /** By modality. */
  readonly features?: Readonly<Record<string, FeatureContents>>;
  /** The owner's keys, [user] and [item], no two equal: column `key` of users.tsv and items.tsv. */
  readonly userKeys?: readonly string[];
  readonly itemKeys?: readonly string[];
  /** Columns of users.tsv beside user_id, one text per user. */
  readonly userColumns?: TextColumns;
  /** Columns of items.tsv beside item_id, one text per item. */
  readonly itemColumns?: TextColumns;
  readonly knowledgeGraph?: KnowledgeGraphContents;
  readonly groups?: Json;
  /** Where the data come from and how they were split. */
  readonly source?: Json;
  /**
   * Further files by name, such as one that a database writes. Their contents are the caller's business; they are not
   * looked at.
   */
  readonly files?: Readonly<Record<string, FileWriter>>;
}
