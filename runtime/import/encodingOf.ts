import { DatasetError } from "../data/datasetError.js";
import { textLines, type TextEncoding } from "./textLines.js";

/** UTF-8 if the whole file is, Latin-1 otherwise, which any file is: only for files known to be in one of the two. */
export async function encodingOf(file: string): Promise<TextEncoding> {
  try {
    for await (const batch of textLines(file)) if (batch.lines.length === 0) break;
    return "utf-8";
  } catch (error) {
    if (error instanceof DatasetError && error.problem === "the line is not UTF-8 text") return "latin-1";
    throw error;
  }
}
