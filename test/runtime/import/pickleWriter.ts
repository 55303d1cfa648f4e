/** Little-endian bytes of an array by numpy's type. */
const elementWriters = {
  i4: (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  },
  i8: (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  f4: (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return bytes;
  },
  f8: (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return bytes;
  },
  b1: (value: number) => Buffer.from([value]),
} as const;

export type NumpyTypeName = keyof typeof elementWriters;

/** Writes pickles as CPython, numpy and scipy do, opcode by opcode. */
export class PickleWriter {
  readonly #parts: Buffer[] = [];

  constructor(readonly protocol: 2 | 3 | 4 | 5) {
    this.raw(0x80, protocol);
  }

  raw(...bytes: readonly number[]): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  bytes(content: Buffer): this {
    this.#parts.push(content);
    return this;
  }

  /** Protocol 4 names a global by two texts, earlier ones by two lines. */
  global(module: string, name: string): this {
    if (this.protocol >= 4) return this.text(module).text(name).raw(0x93);
    return this.bytes(Buffer.from(`c${module}\n${name}\n`));
  }

  text(content: string): this {
    const bytes = Buffer.from(content);
    if (this.protocol >= 4) return this.raw(0x8c, bytes.length).bytes(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return this.raw(0x58).bytes(length).bytes(bytes);
  }

  int(value: number): this {
    if (value >= 0 && value < 256) return this.raw(0x4b, value);
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return this.raw(0x4a).bytes(bytes);
  }

  /** Protocol 2 has no bytes: Python 3 has a codec make them of a text. */
  blob(content: Buffer): this {
    if (this.protocol === 2) {
      this.global("_codecs", "encode").text(content.toString("latin1")).text("latin1");
      return this.raw(0x86, 0x52);
    }
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.length);
    return this.raw(0x42).bytes(length).bytes(content);
  }

  /** numpy.dtype with its state (version, byte order, …). */
  dtype(type: NumpyTypeName, order = type === "b1" ? "|" : "<"): this {
    this.global("numpy", "dtype").text(type).raw(0x89, 0x88, 0x87, 0x52);
    this.raw(0x28).int(3).text(order).raw(0x4e, 0x4e, 0x4e).int(-1).int(-1).int(0);
    return this.raw(0x74, 0x62);
  }

  /** An array as numpy writes it: made empty and given its state, or in protocol 5 from a buffer. */
  array(type: NumpyTypeName, values: readonly number[], order?: string): this {
    const content = Buffer.concat(values.map((value) => elementWriters[type](value)));
    if (this.protocol === 5) {
      this.global("numpy._core.numeric", "_frombuffer").raw(0x28);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(content.length));
      this.raw(0x96).bytes(length).bytes(content);
      return this.dtype(type, order).int(values.length).raw(0x85).text("C").raw(0x74, 0x52);
    }
    this.global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray");
    this.int(0).raw(0x85).blob(Buffer.from("b")).raw(0x87, 0x52);
    this.raw(0x28).int(1).int(values.length).raw(0x85).dtype(type, order).raw(0x89).blob(content);
    return this.raw(0x74, 0x62);
  }

  /** An object of a class: made by NEWOBJ, with its attributes set by BUILD. */
  object(module: string, name: string, attributes: Readonly<Record<string, (writer: this) => void>>): this {
    this.global(module, name).raw(0x29, 0x81, 0x7d, 0x28);
    for (const [key, write] of Object.entries(attributes)) {
      this.text(key);
      write(this);
    }
    return this.raw(0x75, 0x62);
  }

  end(): Buffer {
    return Buffer.concat([...this.#parts, Buffer.from([0x2e])]);
  }
}

export interface MatrixToPickle {
  readonly rows: number;
  readonly columns: number;
  readonly entries: readonly (readonly [row: number, column: number])[];
}

/** A scipy.sparse.coo_matrix of ones. */
export function pickledCoo(
  protocol: 2 | 3 | 4 | 5,
  { rows, columns, entries }: MatrixToPickle,
  type: NumpyTypeName = "f8",
): Buffer {
  const ids = (axis: 0 | 1) => entries.map((entry) => entry[axis]);
  const shape = (writer: PickleWriter) => writer.int(rows).int(columns).raw(0x86);
  // Protocol 5 as scipy 1.13 and later write it, the others as scipy before.
  const places: Readonly<Record<string, (writer: PickleWriter) => void>> =
    protocol === 5
      ? { coords: (writer) => writer.array("i4", ids(0)).array("i4", ids(1)).raw(0x86) }
      : { row: (writer) => writer.array("i4", ids(0)), col: (writer) => writer.array("i4", ids(1)) };
  return new PickleWriter(protocol)
    .object(protocol === 5 ? "scipy.sparse._coo" : "scipy.sparse.coo", "coo_matrix", {
      _shape: shape,
      maxprint: (writer) => writer.int(50),
      ...places,
      data: (writer) =>
        writer.array(
          type,
          entries.map(() => 1),
        ),
      has_canonical_format: (writer) => writer.raw(0x89),
    })
    .end();
}

/** A scipy.sparse.csr_matrix of ones. */
export function pickledCsr(protocol: 2 | 3 | 4 | 5, { rows, columns, entries }: MatrixToPickle): Buffer {
  const sorted = [...entries].sort(([a, b], [c, d]) => a - c || b - d);
  const starts = Array.from({ length: rows + 1 }, (_, row) => sorted.filter(([at]) => at < row).length);
  return new PickleWriter(protocol)
    .object("scipy.sparse.csr", "csr_matrix", {
      _shape: (writer) => writer.int(rows).int(columns).raw(0x86),
      maxprint: (writer) => writer.int(50),
      indices: (writer) =>
        writer.array(
          "i4",
          sorted.map(([, column]) => column),
        ),
      indptr: (writer) => writer.array("i4", starts),
      data: (writer) =>
        writer.array(
          "f4",
          sorted.map(() => 1),
        ),
    })
    .end();
}
