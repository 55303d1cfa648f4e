import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

export interface SiteFile {
  /** Below the site's folder, with `/` on every system. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** All files of a built page, sorted by path. */
export async function siteFiles(folder: string): Promise<SiteFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (file) => {
      const content = await readFile(file);
      return {
        path: relative(folder, file).split(sep).join("/"),
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      };
    }),
  );
}
