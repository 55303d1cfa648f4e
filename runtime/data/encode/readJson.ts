import { readFile } from "node:fs/promises";
import { EncodeError } from "./encodeError.js";

/** @param fix what to do about it. @throws EncodeError for a file that is missing or is not JSON */
export async function readJson(file: string, fix: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new EncodeError(
      file,
      missing ? "the file does not exist" : `this is not JSON (${(error as Error).message})`,
      fix,
    );
  }
}
