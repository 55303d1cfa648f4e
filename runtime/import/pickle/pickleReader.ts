import { PickleError } from "./pickleError.js";

/** The bytes of a pickle, read from the front; every length is checked against what is there. */
export class PickleReader {
  readonly #bytes: Buffer;
  #at = 0;
  /** Where the current opcode stands. */
  opcodeAt = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  opcode(): number {
    this.opcodeAt = this.#at;
    return this.take(1)[0]!;
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw this.problem("the file ends in the middle of a value");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  unsigned(bytes: 1 | 2 | 4): number {
    return this.take(bytes).readUIntLE(0, bytes);
  }

  signed32(): number {
    return this.take(4).readInt32LE();
  }

  length64(): number {
    const length = this.take(8).readBigUInt64LE();
    if (length > BigInt(this.#bytes.length)) throw this.problem("the file ends in the middle of a value");
    return Number(length);
  }

  float(): number {
    return this.take(8).readDoubleBE();
  }

  /** A little-endian integer in two's complement. */
  long(length: number): number {
    const bytes = this.take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index]!);
    if (length > 0 && bytes[length - 1]! >= 128) value -= 1n << BigInt(8 * length);
    if (BigInt(Number(value)) !== value || length > 16) throw this.problem("an integer is too large");
    return Number(value);
  }

  /** Text up to a line break. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.problem("the file ends in the middle of a name");
    const line = this.take(end - this.#at).toString("utf8");
    this.take(1);
    return line;
  }

  problem(sentence: string): PickleError {
    return new PickleError(this.opcodeAt, sentence);
  }
}
