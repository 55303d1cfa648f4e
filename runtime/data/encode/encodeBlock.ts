import { EncodeError } from "./encodeError.js";
import type { EncoderSession } from "./encoderSession.js";

/**
 * Features of consecutive items, rows of NaN for those that have nothing to encode; null if none has.
 *
 * @param onBroken takes the place in the block and what is wrong with a picture, which then is missing; null to fail
 */
export async function encodeBlock(
  session: EncoderSession,
  block: readonly (string | null)[],
  onBroken: ((at: number, error: EncodeError) => void) | null,
): Promise<{ readonly size: number; readonly rows: Float32Array } | null> {
  let places = block.flatMap((source, at) => (source === null ? [] : [at]));
  while (places.length > 0) {
    try {
      const { size, rows } = await session.encode(places.map((at) => block[at]!));
      const all = new Float32Array(block.length * size).fill(NaN);
      places.forEach((at, row) => {
        all.set(rows.subarray(row * size, (row + 1) * size), at * size);
      });
      return { size, rows: all };
    } catch (error) {
      const at =
        error instanceof EncodeError ? places.find((place) => block[place] === error.subject) : undefined;
      if (at === undefined || onBroken === null) throw error;
      onBroken(at, error as EncodeError);
      places = places.filter((place) => place !== at);
    }
  }
  return null;
}

/** Width of the features, from the first item that can be encoded, for batches before it that have nothing. */
export async function sizeOfAny(
  session: EncoderSession,
  sources: readonly (string | null)[],
): Promise<number> {
  for (const source of sources) {
    const made = source === null ? null : await encodeBlock(session, [source], () => undefined);
    if (made !== null) return made.size;
  }
  throw new EncodeError(
    "the items",
    "none of them can be encoded",
    "Look at the pictures that items.tsv names",
  );
}

/** Turns rows of NaN into zeros, in place. @returns their numbers */
export function zeroMissing(rows: Float32Array, size: number): number[] {
  const missing: number[] = [];
  for (let item = 0; item * size < rows.length; item++) {
    if (!Number.isNaN(rows[item * size]!)) continue;
    rows.fill(0, item * size, (item + 1) * size);
    missing.push(item);
  }
  return missing;
}
