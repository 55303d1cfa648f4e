import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DatasetError } from "../data/datasetError.js";
import { contentLines } from "./jsonLinesSource.js";
import { parsePythonLiteral, PythonLiteralError } from "./pythonLiteral.js";
import { textLines } from "./textLines.js";
import type { Workspace } from "./workspace.js";

/** Whether a line writes its keys in single quotes. */
export const isPythonLine = (line: string): boolean => /^\{\s*u?'/.test(line);

/**
 * A file with the same lines as JSON: itself unless it holds Python literals.
 *
 * @throws DatasetError naming the line that is no literal
 */
export async function asJsonLines(file: string, workspace: Workspace): Promise<string> {
  for await (const { content } of contentLines(file)) {
    if (!isPythonLine(content)) return file;
    break;
  }
  const made = join(workspace.folder, `${basename(file).replace(/\.gz$/, "")}.translated`);
  await pipeline(Readable.from(translated(file, workspace)), createWriteStream(made));
  return made;
}

async function* translated(file: string, workspace: Workspace): AsyncGenerator<string, void> {
  for await (const { first, lines } of textLines(file)) {
    workspace.tell(`translating ${basename(file)} from Python`);
    const made = lines.map((content, index) => {
      if (content.trim() === "") return "";
      try {
        return JSON.stringify(parsePythonLiteral(content));
      } catch (error) {
        if (!(error instanceof PythonLiteralError)) throw error;
        throw new DatasetError(
          { file, line: first + index },
          `the line is ${error.message}`,
          "Download the file again",
        );
      }
    });
    yield `${made.join("\n")}\n`;
  }
}
