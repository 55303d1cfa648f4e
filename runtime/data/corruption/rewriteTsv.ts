/**
 * A tab-separated text with one column changed and only some of its rows; other columns stay as they are.
 *
 * @param text with a header line; every row has as many fields as the header
 * @param kept rows to write, 0-based, the first below the header being 0
 * @param values [row of the text]
 */
export function rewriteTsv(text: string, column: string, kept: Int32Array, values: Int32Array): string {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const at = lines[0]!.split("\t").indexOf(column);
  const written = Array.from(kept, (row) => {
    const fields = lines[row + 1]!.split("\t");
    fields[at] = String(values[row]!);
    return fields.join("\t");
  });
  return [lines[0]!, ...written, ""].join("\n");
}
