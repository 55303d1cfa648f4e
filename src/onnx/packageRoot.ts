import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of mmkit's own package.json. Compiled code lies some levels deeper (`dist/src/…`) than its source, so
 * files that ship uncompiled are found from here.
 *
 * @param from where to start looking upwards: a file URL, by default this module's
 */
export function packageRoot(from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      const { name } = JSON.parse(readFileSync(file, "utf8")) as { name?: unknown };
      if (name === "mmkit") return folder;
    }
    if (folder === dirname(folder)) {
      throw new Error(`internal: no folder above ${fileURLToPath(from)} holds the package.json of mmkit`);
    }
  }
}
