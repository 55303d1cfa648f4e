import { expect } from "chai";
import {
  concat,
  DeclarationError,
  gather,
  meanOf,
  ShapeError,
  slice,
  sumOf,
  Tensor,
  topK,
  toIds,
  type Scalar,
} from "../../src/index.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

const g = new GraphBuilder();
const x = new Tensor<["row", "column"]>(g.float("x", { row: 2, column: 4 }, undefined, ["column"]));

function problem(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    expect(error).to.be.instanceOf(ShapeError);
    const { details } = error as ShapeError;
    expect(details.location).to.match(/^test\/authoring\/operations\.test\.ts:\d+$/);
    return `${details.operation}: ${details.problem}`;
  }
  throw new Error("nothing was refused");
}

describe("slice", () => {
  it("takes elements up to the last", () => {
    expect(slice(x, "column", 0, 4, "all").type.axes[1]).to.deep.equal({ name: "all", size: 4 });
    expect(slice(x, "column", 3, 1, "last").type.axes[1]).to.deep.equal({ name: "last", size: 1 });
  });

  const cases: readonly (readonly [start: number, length: number, problem: string])[] = [
    [-1, 2, "slice: cannot take 2 elements from element -1 on"],
    [1, 0, "slice: cannot take 0 elements from element 1 on"],
    [0.5, 1, "slice: cannot take 1 elements from element 0.5 on"],
    [3, 2, 'slice: axis "column" has 4 elements, fewer than the 5 that 2 from element 3 on need'],
  ];
  for (const [start, length, expected] of cases) {
    it(`refuses ${length} elements from ${start} on`, () => {
      expect(problem(() => slice(x, "column", start, length, "part"))).to.equal(expected);
    });
  }

  it("refuses an axis whose size only the data fixes, and one that is not there", () => {
    expect(problem(() => slice(x, "row", 0, 1, "part"))).to.equal(
      'slice: axis "row" of "x" must have a fixed size, but the data fixes it (row); use split',
    );
    expect(problem(() => slice(x, "missing" as "row", 0, 1, "part"))).to.equal(
      'slice: "x" has no axis "missing", only [row, column]',
    );
  });
});

describe("topK", () => {
  it("refuses a k above a fixed size, and one that is no count", () => {
    expect(topK(x, { name: "k", size: 4 }).values.type.axes[1]!.size).to.equal(4);
    expect(problem(() => topK(x, { name: "k", size: 5 }))).to.equal(
      'topKValues: "k" is 5, but axis "column" of "x" has only 4 elements',
    );
    expect(problem(() => topK(x, { name: "k", size: 0 }))).to.equal(
      'topKValues: "k" must be a positive whole number, but it is 0',
    );
  });
});

describe("toIds", () => {
  it("makes ids of the axis that is named, which look up no other", () => {
    const columns = new Tensor<["column", "dim"]>(g.float("columns", { column: 4, dim: 3 }));
    const lines = new Tensor<["line", "dim"]>(g.float("lines", { line: 4, dim: 3 }));
    const ids = toIds(topK<["row"], "column", "k">(x, { name: "k", size: 1 }).indices, "column");
    expect(ids.type).to.include({ dtype: "int32", indexes: "column" });
    expect(gather(columns, ids).type.axes.map(({ name }) => name)).to.deep.equal(["row", "k", "dim"]);
    // @ts-expect-error ids of "column" do not index "line"
    expect(problem(() => gather(lines, ids))).to.include('holds ids of "column"');
  });
});

describe("sums, means and concatenations of no values", () => {
  it("are refused by name", () => {
    for (const [name, build] of [
      ["sumOf", () => sumOf<[]>([])],
      ["meanOf", () => meanOf<[]>([])],
    ] as readonly (readonly [string, () => Scalar])[]) {
      expect(build).to.throw(DeclarationError, `${name}: needs at least one value, but the list is empty`);
    }
    expect(problem(() => concat("into", []))).to.equal(
      "concat: needs at least one value, but the list is empty",
    );
  });
});
