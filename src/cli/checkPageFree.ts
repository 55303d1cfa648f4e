import { readFile, stat } from "node:fs/promises";
import { pageMark } from "../../exports/report/page/htmlPage.js";
import { OutputError } from "./outputError.js";

/**
 * Checks, without changing anything, that a command may write a page: nothing is there, or a page that mmkit wrote.
 *
 * @throws OutputError
 */
export async function checkPageFree(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return;
  if (found.isFile() && (await readFile(file, "utf8")).includes(pageMark)) return;
  throw new OutputError(
    file,
    "this is no page that mmkit wrote, so it is not overwritten",
    "Choose another file.",
  );
}
