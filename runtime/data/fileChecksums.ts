import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export interface FileChecksums {
  /** sha256 in hex over the lines `<sha256>  <name>`, sorted by name. */
  readonly checksum: string;
  /** sha256 in hex of each file. */
  readonly files: Readonly<Record<string, string>>;
}

/** Checksums that do not depend on where the folder lies or on file times. */
export async function fileChecksums(folder: string, names: readonly string[]): Promise<FileChecksums> {
  const files: Record<string, string> = {};
  const total = createHash("sha256");
  for (const name of [...names].sort()) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, name), { highWaterMark: 1 << 20 }), hash);
    files[name] = hash.digest("hex");
    total.update(`${files[name]}  ${name}\n`);
  }
  return { checksum: total.digest("hex"), files };
}
