import { expect } from "chai";
import {
  jointPropagationLayers,
  propagate,
  propagationLayers,
  Sparse,
  Tensor,
  transposed,
  type Embeddings,
  type Propagation,
} from "../../src/index.js";
import { topologicalOrder } from "../../src/ir/node.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

const entries = [
  [0, 0, 0.5],
  [0, 2, 2],
  [1, 1, -1],
  [2, 2, 0.25],
] as const;

function setting(): { g: GraphBuilder; step: Propagation; tables: Embeddings[] } {
  const g = new GraphBuilder();
  const matrix = new Sparse<"user", "item">(g.sparse("graph", "user", "item", [3, 4], entries));
  const step: Propagation = ({ users, items }) => ({
    users: propagate(matrix, items),
    items: propagate(transposed(matrix), users),
  });
  const tables = [0, 1, 2].map((t): Embeddings => ({
    users: new Tensor(g.float(`users_${t}`, { user: 3, dim: 2 }, undefined, ["dim"])),
    items: new Tensor(g.float(`items_${t}`, { item: 4, dim: 2 }, undefined, ["dim"])),
  }));
  return { g, step, tables };
}

describe("joint propagation", () => {
  for (const layers of [
    [2, 2, 2],
    [0, 2, 1],
    [3, 0, 1],
    [0, 0, 0],
  ]) {
    it(`has the layers of each table, ${layers.join(", ")} of them`, () => {
      const { g, step, tables } = setting();
      const joint = jointPropagationLayers(step, tables, layers);
      tables.forEach((table, t) => {
        const apart = propagationLayers(step, table, layers[t]!);
        expect(joint[t]!).to.have.length(apart.length);
        apart.forEach((layer, l) => {
          for (const side of ["users", "items"] as const) {
            const [found, expected] = [joint[t]![l]![side].node, layer[side].node];
            const values = evaluate([found, expected], g.feeds);
            expect([...numbersOf(values, found)]).to.deep.equal([...numbersOf(values, expected)]);
          }
        });
      });
    });
  }

  it("takes one product per layer and direction for all tables", () => {
    const { step, tables } = setting();
    const last = jointPropagationLayers(step, tables, [2, 2, 2]).flatMap((layers) => layers.at(-1)!);
    const products = topologicalOrder(last.flatMap(({ users, items }) => [users.node, items.node])).filter(
      ({ operation }) => operation === "sparseProduct",
    );
    expect(products).to.have.length(4);
  });

  it("has nothing to do without tables", () => {
    expect(jointPropagationLayers(setting().step, [], [])).to.deep.equal([]);
  });
});
