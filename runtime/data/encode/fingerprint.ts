import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import type { EncoderDescription } from "./encoderDescription.js";

/** By parts: encoders may be larger than a buffer can be. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/** Files that decide the features, with their hashes. */
export async function encoderHashes({
  file,
  model,
  source,
}: EncoderDescription): Promise<Readonly<Record<string, string>>> {
  const { settings, kind } = source;
  const files =
    kind === "text"
      ? [settings.tokenizer, ...(settings.tokenizerConfig === undefined ? [] : [settings.tokenizerConfig])]
      : [];
  const hashes = await Promise.all(
    [file, model, ...files].map(async (path) => [basename(path), await hashOf(path)] as const),
  );
  return Object.fromEntries(hashes);
}

/** sha256 over all that decides the rows of an encoding; pictures by size and time of change. */
export async function fingerprintOf(
  sources: readonly (string | null)[],
  kind: "image" | "text",
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const source of sources) {
    const facts = kind === "image" && source !== null ? await stat(source).catch(() => null) : null;
    hash.update(JSON.stringify([source, facts?.size ?? null, facts?.mtimeMs ?? null]));
  }
  return hash.digest("hex");
}
