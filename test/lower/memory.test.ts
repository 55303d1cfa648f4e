import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { parseModelMetadata } from "../../runtime/artifacts/modelMetadata.js";
import type { Node } from "../../src/ir/node.js";
import { tensorType, type Axis } from "../../src/ir/types.js";
import { MEMORY_KEY } from "../../src/lower/lower.js";
import { executionOrder, graphMemory, type GraphMemory } from "../../src/lower/memory.js";
import { dominates, formatPolynomial } from "../../src/lower/polynomial.js";
import { apply, input } from "../../src/ops/apply.js";

const user: Axis = { name: "user", size: "user" };
const item: Axis = { name: "item", size: "item" };
const dim: Axis = { name: "dim", size: 4 };
const x = input("x", "parameter", tensorType("float32", [user, dim]));

function memory(outputs: readonly Node[], loop?: ReadonlySet<Node>): GraphMemory {
  const named = outputs.map((node, index) => ({ name: `y${index}`, node }));
  return graphMemory({ name: "example", outputs: named }, (node) => node.operation, loop);
}

function live(...outputs: readonly Node[]): string[] {
  return memory(outputs).live.map(formatPolynomial);
}

describe("memory of a graph", () => {
  it("counts results until their last use, and inputs never", () => {
    // [user, dim] floats are 16 bytes a user; the transpose cannot be written over its input.
    const a = apply("exp", [x]);
    const b = apply("transpose", [a], { order: ["dim", "user"] });
    const c = apply("sum", [b], { axes: ["user"] });
    expect(live(c)).to.deep.equal(["32·user", "16·user + 16"]);
    expect(memory([c]).largest.map(({ name }) => name)).to.include("exp");
  });

  it("writes element-wise results over an input of equal shape that nothing else reads", () => {
    const once = apply("tanh", [apply("exp", [x])]);
    expect(live(once)).to.deep.equal(["16·user"]);
    const shared = apply("exp", [x]);
    expect(live(apply("multiply", [shared, apply("tanh", [shared])]))).to.deep.equal(["32·user"]);
  });

  it("never writes over what is fed", () => {
    expect(live(apply("exp", [x]), apply("tanh", [x]))).to.deep.equal(["32·user"]);
  });

  it("holds memory from the first to the last tensor of a shape that takes it, as onnxruntime's plan does", () => {
    // The second [user, dim] value takes the first one's memory, which is held while only [item, item] lives.
    const total = apply("sum", [apply("exp", [x])], { axes: ["user", "dim"] });
    const other = input("z", "parameter", tensorType("float32", [item, dim]));
    const square = apply("exp", [apply("multiply", [other, total])]);
    const scale = apply("sum", [square], { axes: ["item", "dim"] });
    const last = apply("sum", [apply("multiply", [x, scale])], { axes: ["dim"] });
    expect(live(last)).to.deep.equal(["16·item + 16·user + 4", "20·user"]);
  });

  it("leaves the results of a fused step to the loop, and keeps what steps read from outside", () => {
    const fixed = apply("exp", [input("b", "buffer", tensorType("float32", [user, dim]))]);
    const outside = apply("transpose", [fixed], { order: ["dim", "user"] });
    const inside = apply("transpose", [outside], { order: ["user", "dim"] });
    const next = apply("add", [x, inside]);
    // Outside, both orientations live at once; in a step, the held one and the inner one, but not the new state.
    expect(memory([next], new Set([x, inside, next])).live.map(formatPolynomial)).to.deep.equal(["32·user"]);
    expect(live(next)).to.deep.equal(["32·user"]);
  });

  it("counts the largest group of a sparse product, however many products there are", () => {
    const matrix = input("a", "buffer", {
      kind: "sparse",
      row: user,
      column: { name: "user2", size: "user" },
      entry: { name: "edge", size: "edge" },
      groups: 8,
    });
    const features = input("f", "parameter", tensorType("float32", [{ name: "user2", size: "user" }, dim]));
    const once = apply("sparseProduct", [matrix, features]);
    expect(live(once)).to.deep.equal(["16·a/rows/largest_group + 48·user"]);
    const again = apply("sparseProduct", [matrix, apply("rename", [once], { from: "user", to: "user2" })]);
    expect(live(again)).to.deep.equal(["16·a/rows/largest_group + 64·user"]);
  });

  it("runs nodes as onnxruntime does: from what nothing reads, the one written last first", () => {
    const a = apply("exp", [x]);
    const b = apply("tanh", [x]);
    const both = apply("add", [a, b]);
    const alone = apply("abs", [x]);
    expect(executionOrder([a, b, both, alone]).map((node) => node.operation)).to.deep.equal([
      "abs",
      "tanh",
      "exp",
      "add",
    ]);
  });

  it("leaves out sets and values that are nowhere larger than another", () => {
    const { manifest, files } = buildArtifacts(models.get("ksi")!, { modalities: ["text"] });
    for (const [graph, { file }] of Object.entries(manifest.graphs)) {
      const { live: sets, largest } = JSON.parse(parseModelMetadata(files.get(file)!).get(MEMORY_KEY)!) as {
        live: Record<string, number>[];
        largest: { bytes: Record<string, number>; declared: string }[];
      };
      expect(sets.length, graph).to.be.above(0);
      for (const list of [sets, largest.map(({ bytes }) => bytes)]) {
        const polynomials = list.map((entry) => new Map(Object.entries(entry)));
        polynomials.forEach((left, i) => {
          expect(polynomials.filter((right, j) => i !== j && dominates(right, left))).to.deep.equal([]);
        });
      }
      expect(largest.every(({ declared }) => /^\S+:\d+$|^mmkit/.test(declared))).to.equal(true);
    }
  });
});
