import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** sha256, hexadecimal, and size of a file of any length. */
export async function fileHash(file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}
