import { textLines } from "./textLines.js";

const delimiters = ["\t", ",", ";", "|"] as const;

/** The separator that occurs most often on a file's first line, outside of quotes; a comma if none does. */
export async function delimiterOf(file: string): Promise<string> {
  for await (const { lines } of textLines(file)) {
    const header = (lines[0] ?? "").replaceAll(/"[^"]*"/g, "");
    const counts = delimiters.map((delimiter) => header.split(delimiter).length);
    const most = Math.max(...counts);
    return most > 1 ? delimiters[counts.indexOf(most)]! : ",";
  }
  return ",";
}
