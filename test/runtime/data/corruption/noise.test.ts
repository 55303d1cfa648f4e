import { expect } from "chai";
import { interactionNoise } from "../../../../runtime/data/corruption/interactionNoise.js";
import { knowledgeNoise } from "../../../../runtime/data/corruption/knowledgeNoise.js";
import { missingFeatures } from "../../../../runtime/data/corruption/missingFeatures.js";
import { DatasetError } from "../../../../runtime/data/datasetError.js";
import { splitNames, type InteractionRows } from "../../../../runtime/data/interactions.js";
import { Random } from "../../../../runtime/data/random.js";
import { rejection } from "../rejection.js";
import { featuresOf } from "../smallDataset.js";

const users = 30;
const items = 25;

/** Rows of random splits, every user with an item in train and none twice. */
function randomRows(seed: number): InteractionRows {
  const random = new Random(seed, "rows");
  const rows: [number, number, number][] = [];
  for (let user = 0; user < users; user++) {
    const order = Int32Array.from(Array(items).keys());
    random.shuffle(order);
    const count = 1 + random.below(12);
    for (let at = 0; at < count; at++) rows.push([user, order[at]!, at === 0 ? 0 : random.below(3)]);
  }
  return rowsOf(rows);
}

function rowsOf(rows: readonly (readonly [user: number, item: number, split: number])[]): InteractionRows {
  const column = (at: 0 | 1 | 2): Int32Array => Int32Array.from(rows, (row) => row[at]);
  return { userIds: column(0), itemIds: column(1), splits: column(2) };
}

const noise = (rows: InteractionRows, rate: number, seed: number) =>
  interactionNoise("interactions.tsv", rows, items, rate, seed);

describe("interaction noise", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    for (const rate of [0, 0.1, 0.35, 1]) {
      it(`replaces ${rate} of train and valid by items the user has nowhere, seed ${seed}`, () => {
        const rows = randomRows(seed);
        const { kept, itemIds, candidates, replaced } = noise(rows, rate, seed);
        const isTest = (row: number): boolean => splitNames[rows.splits[row]!] === "test";
        expect(Array.from(kept)).to.deep.equal(Array.from(rows.userIds.keys()));
        expect(candidates).to.equal(Array.from(kept).filter((row) => !isTest(row)).length);
        expect(new Set(replaced).size).to.equal(Math.round(rate * candidates));
        const own = new Set(Array.from(kept, (row) => `${rows.userIds[row]!} ${rows.itemIds[row]!}`));
        for (const row of kept) {
          if (replaced.includes(row)) {
            expect(isTest(row)).to.equal(false);
            expect(own).not.to.include(`${rows.userIds[row]!} ${itemIds[row]!}`);
          } else {
            expect(itemIds[row]).to.equal(rows.itemIds[row]);
          }
        }
        const pairs = new Set(Array.from(kept, (row) => `${rows.userIds[row]!} ${itemIds[row]!}`));
        expect(pairs.size).to.equal(kept.length);
      });
    }
  }

  it("replaces at a lower rate a part of what it replaces at a higher one, by the same items", () => {
    const rows = randomRows(7);
    const low = noise(rows, 0.1, 3);
    const high = noise(rows, 0.2, 3);
    expect(low.replaced.length).to.be.greaterThan(0);
    expect(Array.from(high.replaced.subarray(0, low.replaced.length))).to.deep.equal(
      Array.from(low.replaced),
    );
    for (const row of low.replaced) expect(high.itemIds[row]).to.equal(low.itemIds[row]);
  });

  it("is the same for the same seed and another for another one", () => {
    const rows = randomRows(1);
    expect(noise(rows, 0.3, 5)).to.deep.equal(noise(rows, 0.3, 5));
    expect(noise(rows, 0.3, 5).itemIds).not.to.deep.equal(noise(rows, 0.3, 6).itemIds);
  });

  it("draws every item that is free about as often as any other", () => {
    const rows = rowsOf(Array.from({ length: 4000 }, (_, user) => [user, 0, 0] as const));
    const counts = new Map<number, number>();
    for (const item of interactionNoise("interactions.tsv", rows, 5, 1, 1).itemIds) {
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).to.deep.equal([1, 2, 3, 4]);
    // Five standard deviations of a binomial of 4000 draws at 1/4 are 137.
    for (const count of counts.values()) expect(count).to.be.within(863, 1137);
  });

  it("leaves out the rows that loading drops, so that none of them comes back to life", () => {
    const rows = rowsOf([
      [0, 1, 0],
      [0, 1, 2],
      [0, 1, 0],
      [0, 2, 1],
      [0, 3, 2],
      [0, 3, 2],
      [1, 4, 2],
    ]);
    expect(Array.from(noise(rows, 1, 1).kept)).to.deep.equal([0, 3, 4]);
  });

  it("names the user who has all items", async () => {
    const rows = rowsOf([
      [0, 0, 0],
      [0, 1, 1],
      [0, 2, 2],
    ]);
    const error = await rejection(DatasetError, () => interactionNoise("interactions.tsv", rows, 3, 0.5, 1));
    expect(error.message).to.match(
      /^interactions\.tsv:[23]: user 0 has or was given all 3 items, so none is left/,
    );
  });
});

describe("knowledge noise", () => {
  const entities = 12;
  const graph = {
    entities,
    heads: Int32Array.from({ length: 40 }, (_, row) => row % 8),
    relationIds: Int32Array.from({ length: 40 }, (_, row) => row % 2),
    tails: Int32Array.from({ length: 40 }, (_, row) => Math.floor(row / 8) + 3),
  };
  const key = (row: number, tails: Int32Array): string =>
    `${graph.heads[row]!} ${graph.relationIds[row]!} ${tails[row]!}`;
  const noisy = (rate: number, seed: number) => knowledgeNoise("kg_triples.tsv", graph, rate, seed);

  for (const rate of [0, 0.1, 0.5, 1]) {
    it(`replaces the tails of ${rate} of the triples by entities that make no known triple`, () => {
      const { kept, tails, replaced } = noisy(rate, 4);
      expect(kept.length).to.equal(40);
      expect(new Set(replaced).size).to.equal(Math.round(rate * 40));
      const before = new Set(Array.from(kept, (row) => key(row, graph.tails)));
      for (const row of kept) {
        if (replaced.includes(row)) expect(before).not.to.include(key(row, tails));
        else expect(tails[row]).to.equal(graph.tails[row]);
        expect(tails[row]).to.be.within(0, entities - 1);
      }
      expect(new Set(Array.from(kept, (row) => key(row, tails))).size).to.equal(40);
    });
  }

  it("is nested and decided by the seed", () => {
    const low = noisy(0.1, 4);
    const high = noisy(0.2, 4);
    expect(Array.from(high.replaced.subarray(0, 4))).to.deep.equal(Array.from(low.replaced));
    for (const row of low.replaced) expect(high.tails[row]).to.equal(low.tails[row]);
    expect(noisy(0.5, 5).tails).not.to.deep.equal(noisy(0.5, 4).tails);
  });

  it("merges repeated triples", () => {
    const repeated = {
      entities: 5,
      heads: Int32Array.of(0, 0, 1),
      relationIds: Int32Array.of(0, 0, 0),
      tails: Int32Array.of(2, 2, 2),
    };
    expect(Array.from(knowledgeNoise("kg_triples.tsv", repeated, 0, 1).kept)).to.deep.equal([0, 2]);
  });

  it("names the head that has every entity as tail", async () => {
    const full = {
      entities: 2,
      heads: Int32Array.of(0, 0),
      relationIds: Int32Array.of(1, 1),
      tails: Int32Array.of(0, 1),
    };
    const error = await rejection(DatasetError, () => knowledgeNoise("kg_triples.tsv", full, 1, 1));
    expect(error.message).to.match(/head 0 and relation 1 have or were given all 2 entities as tails/);
  });
});

describe("missing features", () => {
  const features = featuresOf(
    "image",
    Array.from({ length: 20 }, (_, item) => (item === 3 ? [0, 0] : [item + 1, -1])),
  );

  for (const rate of [0, 0.25, 1]) {
    it(`deletes those of ${rate} of the items that have some`, () => {
      const { data, candidates, lost } = missingFeatures(features, rate, 2);
      expect(candidates).to.equal(19);
      expect(new Set(lost).size).to.equal(Math.round(rate * 19));
      expect(lost.includes(3)).to.equal(false);
      for (let item = 0; item < 20; item++) {
        const row = Array.from(data.subarray(item * 2, item * 2 + 2));
        const before = Array.from(features.data.subarray(item * 2, item * 2 + 2));
        expect(row).to.deep.equal(lost.includes(item) ? [0, 0] : before);
      }
    });
  }

  it("is nested, decided by the seed, and of its own in each modality", () => {
    const lost = (rate: number, seed: number, name = "image"): number[] =>
      Array.from(missingFeatures({ ...features, name }, rate, seed).lost);
    expect(lost(0.4, 1).slice(0, 2)).to.deep.equal(lost(0.1, 1));
    expect(lost(0.4, 2)).not.to.deep.equal(lost(0.4, 1));
    expect(lost(0.4, 1, "text")).not.to.deep.equal(lost(0.4, 1));
  });
});
