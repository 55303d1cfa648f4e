import { expect } from "chai";
import { CatalogueOptionError } from "../../../examples/catalogue/catalogueOptions.js";
import { generateCatalogue } from "../../../examples/catalogue/generateCatalogue.js";
import type { Split } from "../../../examples/catalogue/generateInteractions.js";
import { kinds } from "../../../examples/catalogue/vocabulary.js";

describe("catalogue", () => {
  const { items, interactions, options } = generateCatalogue();

  it("is the same for the same seed and another one for another", () => {
    const size = { users: 40, items: 96 };
    expect(generateCatalogue({ ...size, seed: 3 })).to.deep.equal(generateCatalogue({ ...size, seed: 3 }));
    const other = generateCatalogue({ ...size, seed: 4 });
    expect(other.items.map((item) => item.title)).to.not.deep.equal(
      generateCatalogue({ ...size, seed: 3 }).items.map((item) => item.title),
    );
    expect(other.interactions).to.not.deep.equal(generateCatalogue({ ...size, seed: 3 }).interactions);
  });

  it("has 600 customers and 480 items of twelve kinds, numbered from 0", () => {
    expect(options).to.deep.equal({ seed: 1, users: 600, items: 480 });
    expect(items.map((item) => item.id)).to.deep.equal(Array.from({ length: 480 }, (_, id) => id));
    for (const kind of kinds) expect(items.filter((item) => item.kind === kind)).to.have.lengthOf(40);
    expect(new Set(interactions.map((row) => row.user)).size).to.equal(600);
  });

  it("gives every customer 12 to 20 different items", () => {
    const baskets = new Map<number, number[]>();
    for (const { user, item } of interactions) baskets.set(user, [...(baskets.get(user) ?? []), item]);
    for (const basket of baskets.values()) {
      expect(basket.length).to.be.within(12, 20);
      expect(new Set(basket).size).to.equal(basket.length);
      for (const item of basket) expect(item).to.be.within(0, 479);
    }
  });

  it("gives every customer training and test items", () => {
    const counts = (split: Split): number[] => {
      const perUser = new Array<number>(600).fill(0);
      for (const row of interactions) if (row.split === split) perUser[row.user]! += 1;
      return perUser;
    };
    expect(Math.min(...counts("train"))).to.be.at.least(6);
    expect(Math.min(...counts("valid"))).to.be.at.least(1);
    expect(Math.min(...counts("test"))).to.be.at.least(1);
  });

  it("keeps 12 % of the items cold, in validation and test but never in training", () => {
    expect(items.filter((item) => item.cold)).to.have.lengthOf(58);
    const cold = interactions.filter((row) => items[row.item]!.cold);
    expect(cold.filter((row) => row.split === "train")).to.deep.equal([]);
    expect(cold.filter((row) => row.split === "valid").length).to.be.above(200);
    expect(cold.filter((row) => row.split === "test").length).to.be.above(200);
  });

  it("splits about 76 : 10 : 14, as 8 : 1 : 1 of the warm items with the cold ones held out", () => {
    const share = (split: Split): number =>
      interactions.filter((row) => row.split === split).length / interactions.length;
    expect(share("train")).to.be.within(0.73, 0.8);
    expect(share("valid")).to.be.within(0.08, 0.13);
    expect(share("test")).to.be.within(0.11, 0.16);
  });

  it("still gives everybody something to train on when the shop is as small as it may be", () => {
    const small = generateCatalogue({ items: 60, users: 50 });
    const trained = new Set(small.interactions.filter((row) => row.split === "train").map((row) => row.user));
    const tested = new Set(small.interactions.filter((row) => row.split === "test").map((row) => row.user));
    expect([trained.size, tested.size]).to.deep.equal([50, 50]);
  });

  for (const [option, value] of [
    ["items", 59],
    ["items", 100.5],
    ["users", 0],
    ["users", Number.NaN],
    ["seed", 0.5],
  ] as const) {
    it(`refuses ${value} as ${option}`, () => {
      let error: unknown;
      try {
        generateCatalogue({ [option]: value });
      } catch (caught) {
        error = caught;
      }
      expect(error).to.be.instanceOf(CatalogueOptionError);
      expect((error as CatalogueOptionError).option).to.equal(option);
      expect((error as CatalogueOptionError).found).to.deep.equal(value);
      expect((error as CatalogueOptionError).message).to.include(`"${option}" must be`);
    });
  }
});
