import { expect } from "chai";
import { PickleError } from "../../../runtime/import/pickle/pickleError.js";
import { readPickle } from "../../../runtime/import/pickle/readPickle.js";
import { PickleTuple } from "../../../runtime/import/pickle/pickleValue.js";
import { SparseObject } from "../../../runtime/import/pickle/sparseObject.js";
import { pickledCoo, pickledCsr, PickleWriter, type NumpyTypeName } from "./pickleWriter.js";

const matrix = {
  rows: 3,
  columns: 300,
  entries: [
    [0, 2],
    [0, 299],
    [2, 0],
  ] as const,
};

function entriesOf(bytes: Buffer): readonly (readonly [number, number])[] {
  const value = readPickle(bytes);
  expect(value).to.be.instanceOf(SparseObject);
  const { rowIds, columnIds, rows, columns } = (value as SparseObject).entries!;
  expect([rows, columns]).to.deep.equal([3, 300]);
  return Array.from(rowIds, (row, entry) => [row, columnIds[entry]!] as const);
}

function refusal(bytes: Buffer): PickleError {
  try {
    readPickle(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(PickleError);
    return error as PickleError;
  }
  throw new Error("expected a PickleError");
}

describe("reading a pickle", () => {
  for (const protocol of [2, 3, 4, 5] as const) {
    it(`finds the entries of coo and csr matrices of protocol ${protocol}`, () => {
      expect(entriesOf(pickledCoo(protocol, matrix))).to.deep.equal(matrix.entries);
      expect(entriesOf(pickledCsr(protocol, matrix))).to.deep.equal(matrix.entries);
    });
  }

  for (const type of ["i4", "i8", "f4", "f8", "b1"] as const satisfies readonly NumpyTypeName[]) {
    it(`takes values of the type ${type}`, () => {
      expect(entriesOf(pickledCoo(4, matrix, type))).to.deep.equal(matrix.entries);
    });
  }

  it("leaves stored zeros out", () => {
    const bytes = new PickleWriter(4)
      .object("scipy.sparse._coo", "coo_matrix", {
        _shape: (writer) => writer.int(3).int(300).raw(0x86),
        row: (writer) => writer.array("i4", [0, 1]),
        col: (writer) => writer.array("i4", [5, 6]),
        data: (writer) => writer.array("f8", [0, -1]),
      })
      .end();
    expect(entriesOf(bytes)).to.deep.equal([[1, 6]]);
  });

  it("reads plain values, with memo, negative and long integers", () => {
    // [(1, -2), None, True, False, 2.5, "é", 70000, (1, -2)], the tuple kept in the memo
    const bytes = new PickleWriter(2).raw(0x5d, 0x28).int(1).int(-2).raw(0x86, 0x71, 7, 0x4e, 0x88, 0x89);
    const half = Buffer.alloc(8);
    half.writeDoubleBE(2.5);
    bytes.raw(0x47).bytes(half).text("é").raw(0x8a, 3, 0x70, 0x11, 0x01).raw(0x68, 7, 0x65);
    const pair = new PickleTuple([1, -2]);
    expect(readPickle(bytes.end())).to.deep.equal([pair, null, true, false, 2.5, "é", 70_000, pair]);
  });

  const system = (protocol: 2 | 3 | 4 | 5): PickleWriter =>
    new PickleWriter(protocol).global("posix", "system").text("touch /tmp/pwned").raw(0x85, 0x52);

  for (const protocol of [2, 3, 4, 5] as const) {
    it(`refuses a call of os.system in protocol ${protocol} at its name`, () => {
      const { problem, offset } = refusal(system(protocol).end());
      expect(problem).to.equal('the file asks for "posix.system", which no matrix of numbers needs; refused');
      expect(offset).to.be.greaterThan(1);
    });
  }

  const names = [
    ["builtins", "eval"],
    ["os", "system"],
    ["subprocess", "Popen"],
    ["numpy", "load"],
    ["numpy.core.multiarray", "fromfile"],
    ["__proto__", "constructor"],
    ["scipy.sparse.coo", "__class__"],
  ] as const;
  for (const [module, name] of names) {
    it(`refuses the name ${module}.${name}`, () => {
      expect(refusal(new PickleWriter(4).global(module, name).end()).problem).to.contain(
        `"${module}.${name}"`,
      );
    });
  }

  const opcodes: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ["INST", [0x28, 0x69]],
    ["OBJ", [0x28, 0x6f]],
    ["EXT1", [0x82, 1]],
    ["PERSID", [0x50, 0x61, 0x0a]],
    ["BINPERSID", [0x4e, 0x51]],
    ["NEWOBJ_EX", [0x92]],
    ["NEXT_BUFFER", [0x97]],
    ["DUP", [0x4e, 0x32]],
    ["FROZENSET", [0x28, 0x91]],
  ];
  for (const [name, bytes] of opcodes) {
    it(`refuses the opcode ${name}`, () => {
      expect(refusal(new PickleWriter(5).raw(...bytes).end()).problem).to.equal(
        `the opcode ${name} is not among those that a matrix needs; refused`,
      );
    });
  }

  const bad: readonly (readonly [what: string, bytes: Buffer, problem: string])[] = [
    ["that is empty", Buffer.alloc(0), "this is not a pickle of protocol 2 to 5"],
    ["of an unknown protocol", Buffer.from([0x80, 6, 0x4e, 0x2e]), "pickle protocol 6 is unknown"],
    ["of protocol 0", Buffer.from("cos\nsystem\n(S'ls'\ntR."), "this is not a pickle of protocol 2 to 5"],
    ["with an unknown opcode", Buffer.from([0x80, 4, 0xff]), "there is no opcode 0xff"],
    ["with more values than one", Buffer.from([0x80, 4, 0x4e, 0x4e, 0x2e]), "values are left on the stack"],
    ["without a value", Buffer.from([0x80, 4, 0x2e]), "a value is missing on the stack"],
    ["without a mark", Buffer.from([0x80, 4, 0x74]), "a mark is missing on the stack"],
    ["with a length beyond its end", Buffer.from([0x80, 4, 0x42, 255, 255, 255, 127]), "the file ends"],
    ["with an empty memo", Buffer.from([0x80, 4, 0x68, 3]), "the memo has no entry 3"],
    ["that calls a number", Buffer.from([0x80, 4, 0x4b, 1, 0x29, 0x52]), "calls what is no function"],
    ["that builds a number", Buffer.from([0x80, 4, 0x4b, 1, 0x7d, 0x62]), "the state of a plain value"],
    ["that appends to a number", Buffer.from([0x80, 4, 0x4b, 1, 0x4e, 0x61]), "what is no list"],
    ["that sets items of a list", Buffer.from([0x80, 4, 0x5d, 0x4e, 0x4e, 0x73]), "what is no dict"],
    ["with a dict by numbers", Buffer.from([0x80, 4, 0x7d, 0x4b, 1, 0x4e, 0x73]), "a key that is no text"],
    ["with an integer of 9 bytes", Buffer.from([0x80, 4, 0x8a, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]), "too large"],
    ["that ends early", pickledCoo(4, matrix).subarray(0, 200), "the file ends in the middle of a value"],
    [
      "with big-endian numbers",
      new PickleWriter(4).array("i4", [1], ">").end(),
      "the numbers are not little-endian",
    ],
    [
      "with an array of objects",
      new PickleWriter(4).global("numpy", "dtype").text("O8").raw(0x89, 0x88, 0x87, 0x52).end(),
      'arrays of "O8" are not numbers',
    ],
    [
      "that calls a class that is only to be named",
      new PickleWriter(4).global("numpy", "ndarray").raw(0x29, 0x52).end(),
      "calls what is no function",
    ],
    [
      "with an item beyond the matrix",
      pickledCoo(4, { ...matrix, columns: 299 }),
      "the column 299 is outside",
    ],
    ["with a user beyond the matrix", pickledCoo(4, { ...matrix, rows: 2 }), "the row 2 is outside"],
  ];
  for (const [what, bytes, problem] of bad) {
    it(`refuses a file ${what}`, () => {
      const error = refusal(bytes);
      expect(error.problem).to.contain(problem);
      expect(error.message).to.match(/\(at byte \d+; nothing in the file was executed\)$/);
    });
  }

  it("refuses matrices whose arrays do not go together", () => {
    const withArrays = (
      indptr: readonly number[],
      indices: readonly number[],
      data: readonly number[],
    ): Buffer =>
      new PickleWriter(4)
        .object("scipy.sparse._csr", "csr_matrix", {
          _shape: (writer) => writer.int(2).int(9).raw(0x86),
          indptr: (writer) => writer.array("i4", indptr),
          indices: (writer) => writer.array("i4", indices),
          data: (writer) => writer.array("f8", data),
        })
        .end();
    expect(refusal(withArrays([0, 1], [3], [1])).problem).to.contain(
      '"indptr" does not divide 1 values into 2',
    );
    expect(refusal(withArrays([0, 2, 1], [3], [1])).problem).to.contain('"indptr" does not divide');
    expect(refusal(withArrays([0, 1, 2], [3], [1, 1])).problem).to.contain(
      "2 values for 2 rows and 1 columns",
    );
    const shapeless = new PickleWriter(4).object("scipy.sparse._csr", "csr_matrix", {}).end();
    expect(refusal(shapeless).problem).to.equal("the matrix has no shape of two sizes");
  });
});
