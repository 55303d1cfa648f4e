import { readdir, stat } from "node:fs/promises";
import { OutputError } from "./outputError.js";

/**
 * Checks, without changing anything, that a command may write a folder.
 *
 * @param force the user allows to replace what an earlier run of the command wrote there
 * @param ownFile the file by which such a folder is known; another folder is never replaced
 * @throws OutputError
 */
export async function checkFree(folder: string, force: boolean, ownFile: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) {
    throw new OutputError(folder, "a file is in the place of the folder", "Choose another folder.");
  }
  const names = await readdir(folder);
  if (names.length === 0) return;
  if (!names.includes(ownFile)) {
    throw new OutputError(
      folder,
      `the folder holds other files (${names.slice(0, 3).join(", ")}), which are not overwritten`,
      "Choose another folder.",
    );
  }
  if (force) return;
  throw new OutputError(
    folder,
    `the folder already holds ${ownFile}`,
    "Replace what is there with --force, or choose another folder.",
  );
}
