import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Every file below a folder with its content, base64; to see that nothing was changed. */
export async function folderContents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const contents: Record<string, string> = {};
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) contents[name] = (await readFile(path)).toString("base64");
  }
  return contents;
}
