import { expect } from "chai";
import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers } from "../instanceValues.js";
import { bpr, rowsOf } from "../ksi/plainKsi.js";
import { frobenius, type Rows } from "../plainMatrix.js";
import { DIM, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import { concatenated, ngcfLayers, separated, type PlainSettings } from "./plainNgcf.js";

/** Shares 1 / (d + 1) are fed in single precision. */
const FED_ROUNDING = 1e-7;

const asCoded: PlainSettings = { form: "code", adjacency: "selfLoop", slope: 0.2, layers: 3 };

/** Without dropout, so that values can be compared. */
const ngcf = (given: Given = {}): SmallInstance => smallInstance("ngcf", given, false);

describe("NGCF", () => {
  for (const form of ["code", "paper"] as const) {
    for (const adjacency of ["selfLoop", "mean", "symmetric"] as const) {
      it(`has the vectors of its equations as in the ${form} with adjacency ${adjacency}`, () => {
        const instance = ngcf({ form, adjacency });
        const layers = ngcfLayers(instance.feeds, { ...asCoded, form, adjacency });
        const tolerance = adjacency === "selfLoop" ? FED_ROUNDING : 1e-12;
        expectVectors(instance, concatenated(layers), tolerance);
      });
    }
  }

  it("has biases that are not zero in these tests, for all of its layers", () => {
    const { feeds, parameters } = ngcf();
    const biases = [1, 2, 3].flatMap((layer) => [`ngcf/layer_${layer}/b1`, `ngcf/layer_${layer}/b2`]);
    for (const bias of biases) expect(Math.hypot(...rowsOf(feeds[bias])[0]!), bias).to.be.above(0.1);
    expect(parameters).to.have.length(2 + 3 * 4);
  });

  for (const slope of [0, 0.01, 1]) {
    it(`multiplies what is negative by a slope of ${slope}`, () => {
      const instance = ngcf({ slope, adjacency: "symmetric", layers: 2 });
      const settings = { ...asCoded, slope, adjacency: "symmetric", layers: 2 } as const;
      expectVectors(instance, concatenated(ngcfLayers(instance.feeds, settings)));
    });
  }

  it("ranks by the mean and regularises half the squares of the final rows, by the size of the batch", () => {
    const instance = ngcf({ l2: 0.5, adjacency: "symmetric" });
    const layers = ngcfLayers(instance.feeds, { ...asCoded, adjacency: "symmetric" });
    const { users, items } = concatenated(layers);
    const { users: u, positives, negatives } = triples;
    const rows = [
      ...u.map((id) => users[id]!),
      ...positives.map((id) => items[id]!),
      ...negatives.map((id) => items[id]!),
    ];
    expectClose([loss(instance, "bpr")], [bpr({ users, items })]);
    expectClose([loss(instance, "l2")], [(0.5 * 0.5 * frobenius(rows) ** 2) / u.length]);
    expect(losses(ngcf({ l2: 0 }))).to.have.all.keys("bpr");
  });

  it("drops elements of a layer's output before the next layer and the readout, and scales the others up", () => {
    const instance = smallInstance("ngcf", { messageDropout: 0.4, layers: 2, adjacency: "symmetric" });
    const { users, items } = instance.declaration.vectors!;
    const found = {
      users: rowsOf({ kind: "dense", dims: [], data: numbers(instance, users) }, 3 * DIM),
      items: rowsOf({ kind: "dense", dims: [], data: numbers(instance, items) }, 3 * DIM),
    };
    // No element is zero but the dropped ones, so that the vectors show which these are.
    const kept = separated(found, 2)
      .slice(1)
      .map((layer): Rows => layer.map((row) => row.map((x) => (x === 0 ? 0 : 1))));
    const share = kept.flat(2).reduce((sum, x) => sum + x, 0) / kept.flat(2).length;
    expect(share).to.be.within(0.45, 0.75);
    expect(kept[0]).not.to.deep.equal(kept[1]);
    const settings = { ...asCoded, adjacency: "symmetric", layers: 2 } as const;
    expectVectors(instance, concatenated(ngcfLayers(instance.feeds, settings, { kept, rate: 0.4 })));
  });

  it("draws no random numbers in evaluation, nor in training without dropout", () => {
    const scalars = ({ declaration }: SmallInstance): number => declaration.scalars.length;
    expect(scalars(ngcf())).to.equal(0);
    expect(scalars(smallInstance("ngcf", { messageDropout: 0 }))).to.equal(0);
    expect(scalars(smallInstance("ngcf"))).to.be.above(0);
  });
});
