import { NumpyArray, NumpyType } from "./numpyArray.js";
import { PickleTuple, type PickleValue, type Refusal } from "./pickleValue.js";
import { SparseObject, type SparseKind } from "./sparseObject.js";

/** A function or a class that a pickle may name. */
export interface PickleGlobal {
  /** Whether it is called or its instances are made. */
  readonly how: "called" | "instantiated" | "named";
  /** Makes the value that stands for the call's result; runs nothing from the file. */
  make(given: readonly PickleValue[], refusal: Refusal): PickleValue;
}

const called = (make: PickleGlobal["make"]): PickleGlobal => ({ how: "called", make });
const sparse = (kind: SparseKind): PickleGlobal => ({
  how: "instantiated",
  make: () => new SparseObject(kind),
});

/** `numpy.dtype("f8", False, True)` */
const dtype = called(([code], refusal) => {
  if (typeof code !== "string") throw refusal("a numpy.dtype without a name");
  return NumpyType.named(code, refusal);
});

/** `_reconstruct(numpy.ndarray, (0,), b"b")`: an empty array whose contents BUILD sets. */
const reconstruct = called(() => new NumpyArray());

/** `scalar(dtype, bytes)` */
const scalar = called(([type, bytes], refusal) => {
  if (!(type instanceof NumpyType) || !Buffer.isBuffer(bytes)) throw refusal("a numpy scalar without bytes");
  return type.numbers(bytes, 1, refusal)[0]!;
});

/** `_frombuffer(bytes, dtype, shape, order)`, protocol 5. */
const fromBuffer = called(([bytes, type, shape, order], refusal) => {
  return new NumpyArray().build(
    new PickleTuple([1, shape ?? null, type ?? null, order === "F", bytes ?? null]),
    refusal,
  );
});

/** `_codecs.encode(text, "latin1")`: how Python 3 writes bytes in protocol 2. */
const encode = called(([content, encoding], refusal) => {
  if (typeof content !== "string" || encoding !== "latin1")
    throw refusal("bytes in another encoding than latin1");
  return Buffer.from(content, "latin1");
});

const named: PickleGlobal = {
  how: "named",
  make: (_, refusal) => {
    throw refusal("a class is called that is only to be named");
  },
};

/** All that a pickle may name, by module and name. numpy 2 and scipy 1.8 moved modules. */
export const allowedGlobals: ReadonlyMap<string, PickleGlobal> = new Map([
  ["numpy.ndarray", named],
  ["numpy.dtype", dtype],
  ["numpy.core.multiarray._reconstruct", reconstruct],
  ["numpy._core.multiarray._reconstruct", reconstruct],
  ["numpy.core.multiarray.scalar", scalar],
  ["numpy._core.multiarray.scalar", scalar],
  ["numpy.core.numeric._frombuffer", fromBuffer],
  ["numpy._core.numeric._frombuffer", fromBuffer],
  ["_codecs.encode", encode],
  ["scipy.sparse.coo.coo_matrix", sparse("coo")],
  ["scipy.sparse._coo.coo_matrix", sparse("coo")],
  ["scipy.sparse._coo.coo_array", sparse("coo")],
  ["scipy.sparse.csr.csr_matrix", sparse("csr")],
  ["scipy.sparse._csr.csr_matrix", sparse("csr")],
  ["scipy.sparse._csr.csr_array", sparse("csr")],
]);
