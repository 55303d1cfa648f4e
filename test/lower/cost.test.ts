import { expect } from "chai";
import { tensorType, type Axis } from "../../src/ir/types.js";
import { graphCost } from "../../src/lower/cost.js";
import { evaluatePolynomial, formatPolynomial, polynomial } from "../../src/lower/polynomial.js";
import { apply, input } from "../../src/ops/apply.js";

const user: Axis = { name: "user", size: "user" };
const dim: Axis = { name: "dim", size: 64 };
const out: Axis = { name: "out", size: 8 };

describe("cost of a graph", () => {
  it("counts 2 m n k operations of a product and the bytes of its inputs and its result", () => {
    const x = input("x", "parameter", tensorType("float32", [user, dim]));
    const w = input("w", "parameter", tensorType("float32", [dim, out]));
    const cost = graphCost({ name: "product", outputs: [{ name: "y", node: apply("matmul", [x, w]) }] });
    expect(formatPolynomial(cost.flops)).to.equal("1024·user");
    expect(formatPolynomial(cost.bytes)).to.equal("288·user + 2048");
  });

  it("counts a value that two others read once", () => {
    const x = input("x", "parameter", tensorType("float32", [user]));
    const shared = apply("exp", [x]);
    const outputs = [{ name: "y", node: apply("add", [shared, shared]) }];
    expect(formatPolynomial(graphCost({ name: "twice", outputs }).flops)).to.equal("2·user");
  });

  it("counts two operations per entry and column of a sparse product", () => {
    const matrix = input("a", "buffer", {
      kind: "sparse",
      row: user,
      column: { name: "item", size: "item" },
      entry: { name: "edge", size: "edge" },
      groups: 8,
    });
    const x = input("x", "parameter", tensorType("float32", [{ name: "item", size: "item" }, dim]));
    const cost = graphCost({
      name: "sparse",
      outputs: [{ name: "y", node: apply("sparseProduct", [matrix, x]) }],
    });
    expect(formatPolynomial(cost.flops)).to.equal("128·edge");
    expect(
      evaluatePolynomial(
        cost.bytes,
        new Map([
          ["edge", 10],
          ["user", 2],
        ]),
      ),
    ).to.equal(10 * (8 + 768) + 2 * 768);
  });

  it("takes nothing for renaming", () => {
    const x = input("x", "parameter", tensorType("float32", [user]));
    const outputs = [{ name: "y", node: apply("rename", [x], { from: "user", to: "node" }) }];
    const cost = graphCost({ name: "view", outputs });
    expect([cost.flops, cost.bytes].map(formatPolynomial)).to.deep.equal(["0", "0"]);
  });
});

describe("polynomials of axis sizes", () => {
  it("multiply sums out and collect equal terms", () => {
    const sum = { sum: ["user", "item", 2] } as const;
    expect(formatPolynomial(polynomial({ product: [sum, sum] }))).to.equal(
      "item·item + 2·item·user + user·user + 4·item + 4·user + 4",
    );
  });

  it("have a value only where every symbol has one", () => {
    const value = polynomial({ product: [3, "user", "dim"] });
    expect(evaluatePolynomial(value, new Map([["user", 5]]))).to.equal(undefined);
    expect(
      evaluatePolynomial(
        value,
        new Map([
          ["user", 5],
          ["dim", 2],
        ]),
      ),
    ).to.equal(30);
  });
});
