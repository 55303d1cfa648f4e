import { expect } from "chai";
import { topologicalOrder } from "../../../src/ir/node.js";
import type { Feeds } from "../../evaluator/evaluate.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers, parameterNames } from "../instanceValues.js";
import { bpr, plus, rowsOf } from "../ksi/plainKsi.js";
import { frobenius, matmul, shifted, type Rows } from "../plainMatrix.js";
import { DIM, FEATURES, ITEMS, smallInstance, triples, type SmallInstance } from "../smallInstance.js";

const vbpr = (given: Given = {}): SmallInstance => smallInstance("vbpr", given, false);

/** Features of all modalities side by side. */
const joined = (feeds: Feeds, modalities: readonly string[]): number[][] =>
  Array.from({ length: ITEMS }, (_, item) =>
    modalities.flatMap((modality) => rowsOf(feeds[`${modality}_features`], FEATURES[modality])[item]!),
  );

/** [x_i | F_i W + b]. */
function itemVectors(feeds: Feeds, modalities: readonly string[]): number[][] {
  const weight = rowsOf(feeds["projection/weight"]);
  const content = shifted(matmul(joined(feeds, modalities), weight), rowsOf(feeds["projection/bias"])[0]!);
  return rowsOf(feeds["item_embedding"]).map((row, item) => [...row, ...content[item]!]);
}

const users = (feeds: Feeds): Rows => rowsOf(feeds["user_embedding"], 2 * DIM);

describe("VBPR", () => {
  for (const modalities of [["image"], ["image", "text"], ["text", "audio", "image"]]) {
    it(`has items of ID embedding and projected features of ${modalities.join(", ")}`, () => {
      const instance = vbpr({ modalities });
      expectVectors(instance, {
        users: users(instance.feeds),
        items: itemVectors(instance.feeds, modalities),
      });
    });
  }

  it("ranks by the vectors it is served with, and regularises the rows of the batch by unsquared norms", () => {
    const instance = vbpr({ l2: 0.5 });
    const vectors = { users: users(instance.feeds), items: itemVectors(instance.feeds, ["image", "text"]) };
    expectClose([loss(instance, "bpr")], [bpr(vectors)]);
    const norms =
      frobenius(triples.users.map((id) => vectors.users[id]!)) +
      frobenius(triples.positives.map((id) => vectors.items[id]!)) +
      frobenius(triples.negatives.map((id) => vectors.items[id]!));
    expectClose([loss(instance, "l2")], [(0.5 * norms) / triples.users.length]);
  });

  it("projects the rows of the batch only, each once, where it is trained", () => {
    const { declaration } = vbpr();
    const products = topologicalOrder(declaration.main.losses.map(({ node }) => node)).filter(
      ({ operation }) => operation === "matmul",
    );
    expect(products).to.have.length(2);
    for (const { type } of products) {
      expect(type.kind === "tensor" && type.axes[0]!.size, "rows of a product").to.equal("drawn");
    }
  });

  it("adds item bias and feature bias as the original, and does not regularise them", () => {
    const modalities = ["image", "text"];
    const instance = vbpr({ biases: true, l2: 0.5 });
    const bias = plus(
      rowsOf(instance.feeds["item_bias"], 1),
      matmul(joined(instance.feeds, modalities), rowsOf(instance.feeds["feature_bias"], 1)),
    );
    const items = itemVectors(instance.feeds, modalities).map((row, item) => [...row, ...bias[item]!]);
    const withOne = users(instance.feeds).map((row) => [...row, 1]);
    expectVectors(instance, { users: withOne, items });
    expectClose([loss(instance, "bpr")], [bpr({ users: withOne, items })]);
    expectClose([loss(instance, "l2")], [loss(vbpr({ l2: 0.5 }), "l2")]);
  });

  it("is matrix factorisation without modalities", () => {
    const [instance, mf] = [vbpr({ modalities: [] }), smallInstance("mf", {}, false)];
    expect(parameterNames(instance)).to.deep.equal(parameterNames(mf));
    expectClose([loss(instance, "bpr")], [loss(mf, "bpr")]);
    expectClose(
      numbers(instance, instance.declaration.vectors!.users),
      numbers(mf, mf.declaration.vectors!.users),
    );
    expect(losses(vbpr({ l2: 0 }))).to.have.all.keys("bpr");
  });
});

describe("VBPR's loss", () => {
  const cases: readonly Given[] = [
    { modalities: [] },
    { modalities: ["image"] },
    { modalities: ["image", "text"] },
    { biases: true },
    { biases: true, modalities: [] },
  ];
  for (const given of cases) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("vbpr", { l2: 0.5, ...given }));
  }
});
