const MASK64 = (1n << 64n) - 1n;

/** The output function of splitmix64 (Steele, Lea, Flood 2014): a bijection of 64 bits that mixes well. */
function mix64(state: bigint): bigint {
  let value = state & MASK64;
  value = ((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
  value = ((value ^ (value >> 27n)) * 0x94d049bb133111ebn) & MASK64;
  return value ^ (value >> 31n);
}

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

function checkedInteger(what: string, value: number): bigint {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${what} must be an integer between -2^53 and 2^53, but it is ${value}.`);
  }
  return BigInt(value) & MASK64;
}

/** FNV-1a over the string's UTF-16 code units. */
function hashString(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash = ((hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n) & MASK64;
  }
  return hash;
}

/**
 * A deterministic generator named by its purpose: `new Random(seed, "negatives", epoch)` always gives the same
 * numbers, whatever was drawn elsewhere, so a resumed run equals an uninterrupted one.
 * The generator is xoshiro128** (Blackman, Vigna 2018), seeded by splitmix64 from a hash of seed and purpose.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | null = null;

  /** @throws RangeError if the seed or a number of the purpose is not an integer */
  constructor(seed: number, ...purpose: readonly (string | number)[]) {
    let hash = mix64(checkedInteger("the seed", seed) + GOLDEN_GAMMA);
    for (const part of purpose) {
      // The tag keeps "1" and 1 apart, and the mixing between parts keeps ("a", "b") and ("ab") apart.
      const [tag, value] =
        typeof part === "string" ? [1n, hashString(part)] : [2n, checkedInteger("a purpose", part)];
      hash = mix64(mix64(hash + tag * GOLDEN_GAMMA) ^ mix64(value + GOLDEN_GAMMA));
    }
    const low = mix64(hash + GOLDEN_GAMMA);
    const high = mix64(hash + 2n * GOLDEN_GAMMA);
    this.#a = Number(low & 0xffffffffn) | 0;
    this.#b = Number(low >> 32n) | 0;
    this.#c = Number(high & 0xffffffffn) | 0;
    // Setting one bit excludes the all-zero state, the one that xoshiro cannot leave.
    this.#d = Number(high >> 32n) | 1;
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const b = this.#b;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return result;
  }

  /**
   * An integer from 0 to n - 1, all equally likely (leading bits, redrawn while too large).
   *
   * @throws RangeError unless n is an integer from 1 to 2^32
   */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`below(n) needs an integer n from 1 to 2^32, but n is ${n}.`);
    }
    if (n === 1) return 0;
    const shift = Math.clz32(n - 1);
    for (;;) {
      const value = this.uint32() >>> shift;
      if (value < n) return value;
    }
  }

  /** A multiple of 2^-53 in [0, 1). */
  float64(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Standard normal (Box and Muller 1958; every second call returns the other half of the pair). */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.float64()));
    const angle = 2 * Math.PI * this.float64();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Puts the values into a uniformly random order, in place (Fisher and Yates). */
  shuffle(values: Int32Array): void {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const value = values[last]!;
      values[last] = values[other]!;
      values[other] = value;
    }
  }
}

/**
 * The `random_key` fed to graphs: splitmix64 of the seed, made odd.
 *
 * @throws RangeError if the seed is not an integer
 */
export function randomKey(seed: number): bigint {
  return mix64(checkedInteger("the seed", seed) + GOLDEN_GAMMA) | 1n;
}
