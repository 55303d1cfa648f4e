/** Texts by id in shared memory: threads read them without a copy, and a million of them are two arrays. */
export interface PackedTexts {
  /** UTF-8 of all texts, one after the other. */
  readonly bytes: Uint8Array;
  /** [text + 1], text i is `bytes` from `start[i]` up to `start[i + 1]`. */
  readonly start: Int32Array;
  /** Open addressing over the texts' hashes, a power of two of slots: id + 1, or 0 for a free one. */
  readonly slots: Int32Array;
}

/** 32 bits of FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash >>> 0;
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/** @throws RangeError for more than 2 GiB of text */
export function packTexts(texts: readonly string[]): PackedTexts {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total > 2 ** 31 - 1) throw new RangeError(`${total} bytes of titles or keys are more than 2 GiB`);
  const start = new Int32Array(shared(4 * (texts.length + 1)));
  for (const [id, length] of lengths.entries()) start[id + 1] = start[id]! + length;
  const bytes = new Uint8Array(shared(total));
  const encoder = new TextEncoder();
  for (const [id, text] of texts.entries()) bytes.set(encoder.encode(text), start[id]);
  const size = 2 ** Math.ceil(Math.log2(2 * Math.max(1, texts.length)));
  const slots = new Int32Array(shared(4 * size));
  for (let id = 0; id < texts.length; id++) {
    let slot = hashOf(bytes, start[id]!, start[id + 1]!) & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = id + 1;
  }
  return { bytes, start, slots };
}

/** Reads {@link PackedTexts}. */
export class TextColumn {
  private readonly bytes: Buffer;

  constructor(private readonly packed: PackedTexts) {
    const { buffer, byteOffset, length } = packed.bytes;
    this.bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
  }

  get size(): number {
    return this.packed.start.length - 1;
  }

  /** The text of an id below `size`. */
  text(id: number): string {
    return this.bytes.toString("utf8", this.packed.start[id], this.packed.start[id + 1]);
  }

  /** The first id with this text, null if none has it. */
  id(text: string): number | null {
    const { start, slots } = this.packed;
    const wanted = Buffer.from(text);
    let slot = hashOf(wanted, 0, wanted.length) & (slots.length - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
      const id = slots[slot]! - 1;
      if (this.bytes.subarray(start[id], start[id + 1]).equals(wanted)) return id;
    }
    return null;
  }
}
