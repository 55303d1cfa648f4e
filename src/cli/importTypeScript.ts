import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Whether Node takes a module for CommonJS: by its ending, else by `type` of the nearest package.json. */
function isCommonJs(file: string): boolean {
  if (/^\.[cm]/.test(extname(file))) return extname(file).startsWith(".c");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const description = join(folder, "package.json");
    if (existsSync(description)) {
      return (JSON.parse(readFileSync(description, "utf8")) as { type?: unknown }).type !== "module";
    }
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The exports of a TypeScript or JavaScript module, compiled in memory by tsx; types are not checked.
 *
 * A CommonJS module is required, not imported: tsx would import it under a name made up anew every time, which then
 * stood as the place of declaration in compiled files and made equal models differ.
 *
 * @param file absolute path
 */
export async function importTypeScript(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (isCommonJs(file)) {
    const tsx = await import("tsx/cjs/api");
    return tsx.require(file, import.meta.url) as Record<string, unknown>;
  }
  const { tsImport } = await import("tsx/esm/api");
  return (await tsImport(pathToFileURL(file).href, import.meta.url)) as Record<string, unknown>;
}
