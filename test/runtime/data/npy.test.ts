import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { readNpy, writeNpy } from "../../../runtime/data/npy.js";
import { formatNpyHeader } from "../../../runtime/data/npyHeader.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

/** A file as numpy writes it, with the header spelled out. */
function npyFile(header: string, data: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) lengthBytes.writeUInt16LE(header.length);
  else lengthBytes.writeUInt32LE(header.length);
  const magic = Buffer.from("\x93NUMPY", "latin1");
  return Buffer.concat([magic, Buffer.from([version, 0]), lengthBytes, Buffer.from(header), data]);
}

function bytesOf(array: Float32Array | Float64Array | Uint16Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer);
}

const cOrder = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;

async function problemOf(
  file: Uint8Array,
  ...expected: Parameters<typeof readNpy> extends [string, ...infer R] ? R : []
): Promise<DatasetError> {
  return withFolder({ "x.npy": file }, async (folder) => {
    const error = await rejection(DatasetError, () => readNpy(join(folder, "x.npy"), ...expected));
    expect(error.file).to.equal(join(folder, "x.npy"));
    expect(error.message).to.include("x.npy").and.to.include(error.problem).and.to.include(error.fix);
    return error;
  });
}

describe("npy files", () => {
  it("give back what was written, for every dtype", async () => {
    await withFolder({}, async (folder) => {
      const arrays = [
        { dtype: "float32", shape: [2, 3], data: Float32Array.of(1, -2.5, 3, 0, 1e-30, 6) },
        { dtype: "int32", shape: [4], data: Int32Array.of(-1, 0, 2 ** 31 - 1, 7) },
        { dtype: "int64", shape: [1, 2], data: BigInt64Array.of(-(2n ** 62n), 5n) },
        { dtype: "float32", shape: [0, 3], data: new Float32Array(0) },
      ] as const;
      for (const array of arrays) {
        await writeNpy(join(folder, "x.npy"), array);
        expect(await readNpy(join(folder, "x.npy"))).to.deep.equal(array);
      }
      expect(await readdir(folder)).to.deep.equal(["x.npy"]);
    });
  });

  it("are written with numpy's header, padded so that the data starts at a multiple of 64", () => {
    const header = formatNpyHeader("<f4", [500, 384]);
    expect(header.length).to.equal(128);
    expect(header.toString("latin1", 10)).to.match(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(500, 384\), \} *\n$/,
    );
    expect(formatNpyHeader("<i4", [5]).toString("latin1")).to.include("'shape': (5,)");
  });

  it("of float64 and float16 are read as float32", async () => {
    const wide = npyFile(cOrder("<f8", "(2, 2)"), bytesOf(Float64Array.of(0.1, -2, 1e300, 4)));
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555);
    const half = npyFile(cOrder("<f2", "(6,)"), bytesOf(halves));
    await withFolder({ "wide.npy": wide, "half.npy": half }, async (folder) => {
      const fromWide = await readNpy(join(folder, "wide.npy"), { dtype: "float32", shape: [null, 2] });
      expect([...fromWide.data]).to.deep.equal([Math.fround(0.1), -2, Infinity, 4]);
      const fromHalf = await readNpy(join(folder, "half.npy"));
      expect([...fromHalf.data]).to.deep.equal([
        1,
        -2,
        2 ** -24,
        65504,
        Infinity,
        Math.fround(0.333251953125),
      ]);
    });
  });

  it("of header version 2 and of more than one read chunk are read", async () => {
    const count = (1 << 21) + 3;
    const data = Float64Array.from({ length: count }, (_, index) => index % 1000);
    const file = npyFile(cOrder("<f8", `(${count},)`), bytesOf(data), 2);
    await withFolder({ "x.npy": file }, async (folder) => {
      const array = await readNpy(join(folder, "x.npy"));
      expect(array.data.length).to.equal(count);
      expect(array.data.every((value, index) => value === index % 1000)).to.equal(true);
    });
  });

  it("that are truncated are refused, in the data and in the header", async () => {
    const whole = npyFile(cOrder("<f4", "(2, 2)"), bytesOf(Float32Array.of(1, 2, 3, 4)));
    const inData = await problemOf(whole.subarray(0, whole.length - 1));
    expect(inData.problem).to.match(/truncated: its header promises \d+ bytes, but it has \d+/);
    expect((await problemOf(whole.subarray(0, 30))).problem).to.include("truncated");
    expect((await problemOf(whole.subarray(0, 5))).problem).to.include("not a .npy file");
  });

  it("that are longer than their header says are refused", async () => {
    const file = npyFile(cOrder("<f4", "(1,)"), bytesOf(Float32Array.of(1, 2)));
    expect((await problemOf(file)).problem).to.include("too long");
  });

  it("in Fortran order are refused, vectors excepted", async () => {
    const fortran = (shape: string): string => cOrder("<f4", shape).replace("False", "True");
    const matrix = npyFile(fortran("(2, 1)"), bytesOf(Float32Array.of(1, 2)));
    const error = await problemOf(matrix);
    expect(error.problem).to.include("Fortran order");
    expect(error.fix).to.include("ascontiguousarray");
    await withFolder(
      { "x.npy": npyFile(fortran("(2,)"), bytesOf(Float32Array.of(1, 2))) },
      async (folder) => {
        expect([...(await readNpy(join(folder, "x.npy"))).data]).to.deep.equal([1, 2]);
      },
    );
  });

  it("of another dtype than expected are refused", async () => {
    const integers = npyFile(cOrder("<i4", "(2,)"), bytesOf(Int32Array.of(1, 2)));
    const error = await problemOf(integers, { dtype: "float32" });
    expect(error.problem).to.equal("the elements are <i4, expected <f2 or <f4 or <f8");
    const bigEndian = npyFile(cOrder(">f4", "(1,)"), bytesOf(Float32Array.of(1)));
    expect((await problemOf(bigEndian)).problem).to.include("the elements are >f4");
  });

  it("of another shape than expected are refused", async () => {
    const vector = npyFile(cOrder("<f4", "(2,)"), bytesOf(Float32Array.of(1, 2)));
    expect((await problemOf(vector, { shape: [null, null] })).problem).to.equal(
      "the shape is [2], expected [any, any]",
    );
    expect((await problemOf(vector, { shape: [3] })).problem).to.equal("the shape is [2], expected [3]");
  });

  it("with a header that cannot be read, an unknown version or no file at all are refused", async () => {
    expect((await problemOf(npyFile("{'descr': [('a', '<f4')]}\n", new Uint8Array(4)))).problem).to.include(
      "header cannot be read",
    );
    expect((await problemOf(npyFile("{}\n", new Uint8Array(9), 9))).problem).to.include("version 9");
    expect((await rejection(DatasetError, () => readNpy("/nowhere/x.npy"))).problem).to.include(
      "does not exist",
    );
  });

  it("are left as they were when the data does not fit the shape", async () => {
    await withFolder({ "x.npy": "before" }, async (folder) => {
      const file = join(folder, "x.npy");
      const array = { dtype: "float32", shape: [2, 2], data: new Float32Array(3) } as const;
      expect((await rejection(DatasetError, () => writeNpy(file, array))).problem).to.include(
        "needs 4 elements",
      );
      expect(await readFile(file, "utf8")).to.equal("before");
      await writeFile(file, "still writable");
    });
  });
});
