import { createHash } from "node:crypto";

const MASK = (1n << 64n) - 1n;

function swapHalves(x: bigint): bigint {
  return ((x >> 32n) | (x << 32n)) & MASK;
}

/** Widynski's "Squares: A Fast Counter-Based RNG" (arXiv 2004.06278), four rounds: 32 bits. */
export function squares32(counter: bigint, key: bigint): bigint {
  const y = (counter * key) & MASK;
  const z = (y + key) & MASK;
  let x = y;
  x = swapHalves((x * x + y) & MASK);
  x = swapHalves((x * x + z) & MASK);
  x = swapHalves((x * x + y) & MASK);
  return ((x * x + z) & MASK) >> 32n;
}

/** Multiplier of the key for a named stream: the first eight bytes of its SHA-256, little-endian, made odd. */
export function streamKey(key: bigint, stream: string): bigint {
  const digest = createHash("sha256").update(stream, "utf8").digest();
  let multiplier = 0n;
  for (let byte = 7; byte >= 0; byte--) multiplier = (multiplier << 8n) | BigInt(digest[byte]!);
  return (key * (multiplier | 1n)) & MASK;
}

/** Uniform in [0, 1) from the upper 24 of the 32 bits, for element `index` of step `step`. */
export function uniform24(key: bigint, stream: string, step: number, index: bigint): number {
  const counter = (BigInt(Math.trunc(step)) * (1n << 32n) + index) & MASK;
  return Number(squares32(counter, streamKey(key, stream)) >> 8n) / 2 ** 24;
}
