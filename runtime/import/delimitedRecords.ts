import { DatasetError } from "../data/datasetError.js";
import { textLines, type TextEncoding } from "./textLines.js";

/** How a text file with one record per line is laid out. */
export interface DelimitedLayout {
  readonly file: string;
  /** Up to four characters. */
  readonly delimiter: string;
  /** Whether fields may stand in double quotes, with a doubled quote for one inside. */
  readonly quoted: boolean;
  readonly encoding: TextEncoding;
}

export interface DelimitedRecord {
  /** 1-based line on which the record starts. */
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * The records of a delimited file one by one; empty lines are none.
 *
 * @throws DatasetError naming the line of a quote that is not closed or text after a closing one
 */
export async function* delimitedRecords(layout: DelimitedLayout): AsyncGenerator<DelimitedRecord, void> {
  const { file, delimiter, quoted } = layout;
  let open: { readonly line: number; readonly text: string } | null = null;
  for await (const { first, lines } of textLines(file, layout.encoding)) {
    for (const [index, content] of lines.entries()) {
      if (open === null && content === "") continue;
      const line: number = open?.line ?? first + index;
      const record: string = open === null ? content : `${open.text}\n${content}`;
      const fields =
        quoted && record.includes('"')
          ? quotedFields(file, line, record, delimiter)
          : record.split(delimiter);
      open = fields === null ? { line, text: record } : null;
      if (fields !== null) yield { line, fields };
    }
  }
  if (open === null) return;
  throw new DatasetError({ file, line: open.line }, "a quoted field is not closed", "Close the quote");
}

/** @returns null if a quoted field goes on behind the text */
function quotedFields(file: string, line: number, text: string, delimiter: string): string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      fields.push(text.slice(at, end < 0 ? undefined : end));
      if (end < 0) return fields;
      at = end + delimiter.length;
      continue;
    }
    let close = text.indexOf('"', at + 1);
    while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close < 0) return null;
    fields.push(text.slice(at + 1, close).replaceAll('""', '"'));
    at = close + 1;
    if (at === text.length) return fields;
    if (!text.startsWith(delimiter, at)) {
      throw new DatasetError(
        { file, line },
        `text follows the closing quote of field ${fields.length}`,
        "Double the quotes within a quoted field",
      );
    }
    at += delimiter.length;
  }
}
