import { amazon } from "./formats/amazon.js";
import { kgat } from "./formats/kgat.js";
import { mmrec } from "./formats/mmrec.js";
import { movielens } from "./formats/movielens.js";
import { pickledMatrices } from "./formats/pickledMatrices.js";
import { recbole } from "./formats/recbole.js";
import { csv, json, parquet } from "./formats/tables.js";
import type { SourceFormat } from "./sourceFormat.js";

/** Every format by name, the most particular first: the first that recognises a source takes it. */
export const formats = {
  mmrec,
  recbole,
  diffmm: pickledMatrices,
  kgat,
  movielens,
  amazon,
  csv,
  json,
  parquet,
} as const satisfies Record<string, SourceFormat>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];
