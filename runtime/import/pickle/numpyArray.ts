import { PickleBuild, PickleTuple, type PickleValue, type Refusal } from "./pickleValue.js";

interface ElementType {
  readonly bytes: number;
  read(bytes: Buffer, at: number): number;
}

/** Types of elements by numpy's kind and size; integers beyond 2^53 are refused by `exact`. */
const elements: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  i1: { bytes: 1, read: (bytes, at) => bytes.readInt8(at) },
  u1: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  i2: { bytes: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  u2: { bytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  i4: { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  u4: { bytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  i8: { bytes: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  u8: { bytes: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) },
  f4: { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  f8: { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};

/** `numpy.dtype` of numbers. */
export class NumpyType extends PickleBuild {
  private constructor(private readonly element: ElementType) {
    super();
  }

  static named(code: string, refusal: Refusal): NumpyType {
    const element = Object.hasOwn(elements, code) ? elements[code] : undefined;
    if (element === undefined) throw refusal(`arrays of ${JSON.stringify(code)} are not numbers`);
    return new NumpyType(element);
  }

  /** State: (version, byte order, …). */
  build(state: PickleValue, refusal: Refusal): this {
    const order = state instanceof PickleTuple ? state.items[1] : null;
    if (order === "<" || order === "|" || order === "=") return this;
    throw refusal("the numbers are not little-endian");
  }

  /** @throws PickleError if the bytes are not `count` elements */
  numbers(bytes: Buffer, count: number, refusal: Refusal): Float64Array {
    if (bytes.length !== count * this.element.bytes) {
      throw refusal(
        `an array of ${count} elements has ${bytes.length} bytes, not ${count * this.element.bytes}`,
      );
    }
    return Float64Array.from({ length: count }, (_, index) =>
      this.element.read(bytes, index * this.element.bytes),
    );
  }
}

/** `numpy.ndarray` of numbers; only its elements in the order of the file matter here. */
export class NumpyArray extends PickleBuild {
  values: Float64Array = new Float64Array(0);
  shape: readonly number[] = [0];

  /** State: (version, shape, dtype, is Fortran order, bytes). */
  build(state: PickleValue, refusal: Refusal): this {
    const [, shape, type, , bytes] = state instanceof PickleTuple ? state.items : [];
    if (!(shape instanceof PickleTuple) || !(type instanceof NumpyType) || !Buffer.isBuffer(bytes)) {
      throw refusal("the state of an array is not (version, shape, type, order, bytes)");
    }
    const sizes = shape.items.map(Number);
    if (sizes.length !== 1 || !Number.isInteger(sizes[0]) || sizes[0]! < 0) {
      throw refusal(`an array of a sparse matrix has one axis, found the shape (${sizes.join(", ")})`);
    }
    this.shape = sizes;
    this.values = type.numbers(bytes, sizes[0]!, refusal);
    return this;
  }
}
