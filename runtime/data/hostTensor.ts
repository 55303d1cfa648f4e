import type { ArtifactDType } from "../artifacts/manifest.js";

export type HostArray = Float32Array | Int32Array | BigInt64Array | BigUint64Array | Uint8Array;

/** A tensor in host memory, row-major; `bool` is one byte per element. */
export interface HostTensor {
  readonly dtype: ArtifactDType;
  readonly dims: readonly number[];
  readonly data: HostArray;
}

/** Data that does not fit its dtype or dims, or a tensor of another dtype than its reader needs. */
export class HostTensorError extends Error {
  override readonly name = "HostTensorError";
  readonly expected: string;
  readonly found: string;

  constructor(what: string, expected: string, found: string) {
    super(`${what} must be ${expected}, but it is ${found}.`);
    this.expected = expected;
    this.found = found;
  }
}

const arrayOf = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} satisfies Record<ArtifactDType, unknown>;

/**
 * Wraps data without copying it.
 *
 * @throws HostTensorError if the array is not the dtype's or its length is not the product of `dims`
 */
export function hostTensor(dtype: ArtifactDType, dims: readonly number[], data: HostArray): HostTensor {
  if (!(data instanceof arrayOf[dtype])) {
    throw new HostTensorError(`data of a ${dtype} tensor`, arrayOf[dtype].name, data.constructor.name);
  }
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== data.length) {
    const shape = `[${dims.join(", ")}]`;
    throw new HostTensorError(
      `data of a tensor ${shape}`,
      `${size} elements long`,
      `${data.length} elements long`,
    );
  }
  return { dtype, dims, data };
}

function describe(tensor: HostTensor): string {
  return `${tensor.dtype} [${tensor.dims.join(", ")}]`;
}

/** @throws HostTensorError if the tensor is not float32 with exactly these dims */
export function float32Data(what: string, tensor: HostTensor, dims: readonly number[]): Float32Array {
  if (!(tensor.data instanceof Float32Array) || tensor.dims.join() !== dims.join()) {
    throw new HostTensorError(what, `float32 [${dims.join(", ")}]`, describe(tensor));
  }
  return tensor.data;
}

/** @throws HostTensorError if the tensor is not int64 with exactly these dims */
export function int64Data(what: string, tensor: HostTensor, dims: readonly number[]): BigInt64Array {
  if (!(tensor.data instanceof BigInt64Array) || tensor.dims.join() !== dims.join()) {
    throw new HostTensorError(what, `int64 [${dims.join(", ")}]`, describe(tensor));
  }
  return tensor.data;
}
