import { expect } from "chai";
import { inputName, topologicalOrder } from "../../../src/ir/node.js";
import type { Feeds } from "../../evaluator/evaluate.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, gradientOf, isZero, loss, losses } from "../instanceValues.js";
import { plus, rowsOf, times } from "../ksi/plainKsi.js";
import { collaborativeLayers } from "../mgnm/plainMgnm.js";
import { frobenius, matmul, multiplied, shifted, unitRows, type Rows } from "../plainMatrix.js";
import { DIM, FEATURES, ITEMS, smallInstance, triples, type SmallInstance } from "../smallInstance.js";

const bm3 = (given: Given = {}): SmallInstance => smallInstance("bm3", given, false);

/** [u; i] with one layer, X_I added to items. */
function online(feeds: Feeds): { users: number[][]; items: number[][] } {
  const [first, second] = collaborativeLayers(feeds, 1);
  return {
    users: times(plus(first!.users, second!.users), 0.5),
    items: plus(times(plus(first!.items, second!.items), 0.5), first!.items),
  };
}

const predicted = (feeds: Feeds, x: Rows): number[][] =>
  shifted(matmul(x, rowsOf(feeds["predictor/weight"])), rowsOf(feeds["predictor/bias"])[0]!);

/** Mean of 1 - cos of rows. */
function distance(a: Rows, b: Rows): number {
  const cosines = multiplied(unitRows(a), unitRows(b)).map((row) => row.reduce((sum, x) => sum + x, 0));
  return 1 - cosines.reduce((sum, x) => sum + x, 0) / cosines.length;
}

describe("BM3", () => {
  it("is scored by predicted users and predicted items", () => {
    const instance = bm3();
    const { users, items } = online(instance.feeds);
    expectVectors(instance, {
      users: predicted(instance.feeds, users),
      items: predicted(instance.feeds, items),
    });
  });

  it("draws predicted users, items and modalities to the targets, without negatives", () => {
    const instance = bm3({ modalityWeight: 2, l2: 0.3 });
    const { feeds, declaration } = instance;
    const { users, items } = online(feeds);
    const u = triples.users.map((id) => users[id]!);
    const i = triples.positives.map((id) => items[id]!);
    const [qu, qi] = [predicted(feeds, u), predicted(feeds, i)];
    expectClose([loss(instance, "interaction")], [distance(qu, i) + distance(qi, u)]);
    const terms = ["image", "text"].map((modality) => {
      const features = rowsOf(feeds[`${modality}_features`], FEATURES[modality]);
      const { weight, bias } = {
        weight: rowsOf(feeds[`${modality}_projection/weight`]),
        bias: rowsOf(feeds[`${modality}_projection/bias`])[0]!,
      };
      const f = shifted(
        matmul(
          triples.positives.map((id) => features[id]!),
          weight,
        ),
        bias,
      );
      return distance(predicted(feeds, f), i) + distance(predicted(feeds, f), f);
    });
    expectClose([loss(instance, "modality")], [2 * (terms[0]! + terms[1]!)]);
    expectClose([loss(instance, "l2")], [(0.3 * (frobenius(users) + frobenius(items))) / ITEMS]);
    expect(declaration.main.batches.map(({ node }) => inputName(node))).to.deep.equal([
      ...["users", "positives", "distinct_positives", "distinct_places"],
    ]);
  });

  it("takes no gradient through the targets", () => {
    const instance = bm3({ layers: 0, modalities: ["text"] });
    // Of the modality's term only targets depend on the items.
    expect(isZero(gradientOf(instance, "modality", "item_embedding"))).to.equal(true);
    expect(isZero(gradientOf(instance, "modality", "text_projection/weight"))).to.equal(false);
    // Predicted users move, the users that are targets of predicted items do not.
    const { feeds } = instance;
    const [users, items] = [rowsOf(feeds["user_embedding"]), times(rowsOf(feeds["item_embedding"]), 2)];
    const rows = (table: Rows): Rows => triples.users.map((id) => table[id]!);
    const targets = triples.positives.map((id) => items[id]!);
    const moved = (change: number): number =>
      distance(
        predicted(
          feeds,
          rows(users.map((row, id) => (id === 2 ? [row[0]! + change, ...row.slice(1)] : row))),
        ),
        targets,
      );
    const found = gradientOf(instance, "interaction", "user_embedding")[2 * DIM]!;
    expect(found).to.be.closeTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-8);
  });

  it("drops out targets in training only, and nothing else", () => {
    const drops = (given: Given, training: boolean): string[] =>
      topologicalOrder(smallInstance("bm3", given, training).declaration.main.losses.map(({ node }) => node))
        .filter(({ operation }) => operation === "uniform")
        .map(({ attributes }) => attributes["stream"] as string);
    expect(drops({}, true)).to.have.members(["item/target", "user/target", "image/target", "text/target"]);
    expect(drops({ dropout: 0 }, true)).to.deep.equal([]);
    expect(drops({}, false)).to.deep.equal([]);
  });

  it("projects features of the batch only, and none where it is served", () => {
    const { declaration } = bm3();
    const products = topologicalOrder(declaration.main.losses.map(({ node }) => node)).filter(
      ({ operation }) => operation === "matmul",
    );
    for (const { type } of products) {
      expect(type.kind === "tensor" && type.axes[0]!.size, "rows of a product").to.be.oneOf([
        "batch",
        "distinct",
      ]);
    }
    const served = topologicalOrder([declaration.vectors!.users, declaration.vectors!.items])
      .filter(({ operation }) => operation === "input")
      .map(inputName);
    expect(served.filter((name) => name.includes("image") || name.includes("text"))).to.deep.equal([]);
  });

  it("does without modalities", () => {
    expect(losses(bm3({ modalities: [] }))).to.have.all.keys("interaction", "l2");
  });
});

describe("BM3's loss", () => {
  const cases: readonly Given[] = [
    { modalities: [] },
    { modalities: ["image"] },
    { modalities: ["image", "text"] },
    { featuresTrainable: true },
    { layers: 0 },
    { layers: 2, dropout: 0 },
  ];
  for (const given of cases) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("bm3", { l2: 0.5, ...given }));
  }
});
