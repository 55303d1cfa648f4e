import { Random } from "../../../runtime/data/random.js";
import { formatNpyHeader } from "../../../runtime/data/npyHeader.js";

const GROUPS = 64;
const FLOATS_PER_PART = 2 ** 20;
/** Half width of the noise beside centres with coordinates in -1 … 1. */
const NOISE = 0.5;

/**
 * The bytes of a float32 `.npy` [items, size]: every item near one of 64 centres, so that neighbours and leading
 * components exist. Made in parts of 4 MB.
 */
export function* generatedFeatures(
  items: number,
  size: number,
  seed: number,
  modality: string,
): Generator<Buffer, void> {
  const random = new Random(seed, "generated", "features", modality);
  const uniform = (): number => random.uint32() * 2 ** -31 - 1;
  const centres = Array.from({ length: GROUPS }, () => Float32Array.from({ length: size }, uniform));
  yield formatNpyHeader("<f4", [items, size]);
  const rowsPerPart = Math.max(1, Math.floor(FLOATS_PER_PART / size));
  for (let first = 0; first < items; first += rowsPerPart) {
    const rows = Math.min(rowsPerPart, items - first);
    const part = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const centre = centres[random.uint32() % GROUPS]!;
      const start = row * size;
      for (let column = 0; column < size; column++)
        part[start + column] = centre[column]! + NOISE * uniform();
    }
    yield Buffer.from(part.buffer);
  }
}
