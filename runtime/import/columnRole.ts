/**
 * What a column of a source holds. The SQL side reads millions of rows at once; where it meets a bad one, `problem`
 * explains the field that a second, slower look at the file finds.
 */
export interface ColumnRole {
  /** SQL of the staged value of a VARCHAR column. */
  value(column: string): string;
  /** SQL that is true for a field that cannot be taken. */
  bad(column: string): string;
  /** What is wrong with a field, continuing `<column> "<text>" …`; null if nothing is. */
  problem(text: string): string | null;
}

/** Ids are int32, and so is their number. */
const LARGEST_ID = 2 ** 31 - 2;

/** SQL that is true for a text that a table of tab-separated fields cannot hold. */
const breaksField = (column: string): string =>
  [9, 10, 13].map((code) => `contains(${column}, chr(${code}))`).join(" OR ");

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export const columnRoles = {
  /** A user's or an item's key: any text. */
  key: {
    value: (column) => column,
    bad: (column) => `coalesce(${column}, '') = '' OR ${breaksField(column)}`,
    problem: (text) =>
      text === "" ? "is empty" : /[\t\r\n]/.test(text) ? "contains a tab or a line break" : null,
  },
  /** A key that is an id of the source's own numbering: an integer from 0. */
  id: {
    value: (column) => `CAST(TRY_CAST(${column} AS BIGINT) AS VARCHAR)`,
    bad: (column) =>
      `NOT coalesce(regexp_full_match(${column}, '\\d{1,10}') AND TRY_CAST(${column} AS BIGINT) <= ${LARGEST_ID}, false)`,
    problem: (text) =>
      /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID
        ? null
        : `is not an integer from 0 to ${LARGEST_ID}`,
  },
  /** A rating; an empty field is an unknown one. */
  number: {
    value: (column) => `TRY_CAST(nullif(${column}, '') AS DOUBLE)`,
    bad: (column) =>
      `coalesce(${column}, '') <> '' AND NOT coalesce(isfinite(TRY_CAST(${column} AS DOUBLE)), false)`,
    problem: (text) => (text === "" || numberPattern.test(text.trim()) ? null : "is not a number"),
  },
  /** Seconds since 1970 or any other number, or a date that ISO 8601 allows, which becomes seconds. */
  time: {
    value: (column) =>
      `coalesce(TRY_CAST(nullif(${column}, '') AS DOUBLE), epoch(TRY_CAST(${column} AS TIMESTAMP)))`,
    bad: (column) =>
      `coalesce(${column}, '') <> '' AND NOT coalesce(isfinite(TRY_CAST(${column} AS DOUBLE)), ` +
      `TRY_CAST(${column} AS TIMESTAMP) IS NOT NULL)`,
    problem: (text) =>
      text === "" || numberPattern.test(text.trim()) || !Number.isNaN(Date.parse(text))
        ? null
        : "is neither a number nor a date",
  },
  /** Milliseconds since 1970, which become seconds. */
  milliseconds: {
    value: (column) => `TRY_CAST(nullif(${column}, '') AS DOUBLE) / 1000`,
    bad: (column) =>
      `coalesce(${column}, '') <> '' AND NOT coalesce(isfinite(TRY_CAST(${column} AS DOUBLE)), false)`,
    problem: (text) => (text === "" || numberPattern.test(text.trim()) ? null : "is not a number"),
  },
  /** Anything, as it is. */
  raw: { value: (column) => column, bad: () => "false", problem: () => null },
  /** Any text; white space that would break a table becomes one space. */
  text: {
    value: (column) => `regexp_replace(coalesce(${column}, ''), '[\\t\\r\\n]+', ' ', 'g')`,
    bad: () => "false",
    problem: () => null,
  },
  /** The split of a row by number: 0 train, 1 valid, 2 test. */
  splitNumber: {
    value: (column) => `TRY_CAST(${column} AS UTINYINT)`,
    bad: (column) => `NOT coalesce(${column} IN ('0', '1', '2'), false)`,
    problem: (text) => (/^[012]$/.test(text) ? null : "is not 0 (train), 1 (valid) or 2 (test)"),
  },
  /** The split of a row by name. */
  splitName: {
    value: (column) =>
      `CASE ${column} WHEN 'train' THEN 0 WHEN 'valid' THEN 1 WHEN 'test' THEN 2 END::UTINYINT`,
    bad: (column) => `NOT coalesce(${column} IN ('train', 'valid', 'test'), false)`,
    problem: (text) => (["train", "valid", "test"].includes(text) ? null : "is not train, valid or test"),
  },
} as const satisfies Record<string, ColumnRole>;

export type ColumnRoleName = keyof typeof columnRoles;
