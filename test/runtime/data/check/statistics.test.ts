import { expect } from "chai";
import { featureStatistics } from "../../../../runtime/data/check/featureStatistics.js";
import { homophily } from "../../../../runtime/data/check/homophily.js";
import { interactionStatistics } from "../../../../runtime/data/check/interactionStatistics.js";
import { knowledgeStatistics } from "../../../../runtime/data/check/knowledgeStatistics.js";
import type { KnowledgeGraph } from "../../../../runtime/data/knowledgeGraph.js";
import { Random } from "../../../../runtime/data/random.js";
import { referenceRunGraph } from "../referenceGraphs.js";
import { datasetOf, featuresOf, type Pair } from "../smallDataset.js";

describe("statistics of interactions", () => {
  // Users 0 and 1 share item 0; user 2 has item 2 alone; user 3 and item 3 have no training interaction.
  const dataset = datasetOf(
    { users: 4, items: 4 },
    {
      train: [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 0],
        [2, 2],
      ],
      valid: [
        [0, 3],
        [1, 0],
      ],
      test: [
        [1, 1],
        [2, 3],
        [3, 0],
      ],
    },
  );
  const found = interactionStatistics(dataset);

  it("worked by hand", () => {
    expect(found.counts).to.deep.equal({ train: 4, valid: 1, test: 2 });
    expect(found.density).to.equal(4 / 16);
    expect([found.perUser!.median, found.perItem!.most, found.perItem!.count]).to.deep.equal([1, 2, 3]);
    expect([found.usersWithoutTrain, found.itemsWithoutTrain]).to.deep.equal([1, 1]);
    expect([found.usersWithOne, found.itemsWithOne]).to.deep.equal([2, 2]);
    expect(found.heldOut).to.deep.equal({
      valid: { users: 1, coldTargets: 1 },
      test: { users: 2, coldTargets: 1 },
    });
    // Two parts: {users 0, 1, items 0, 1} and {user 2, item 2}.
    expect([found.components, found.largestComponentShare]).to.deep.equal([2, 4 / 6]);
    expect(found.repairs).to.deep.equal({
      duplicateInteraction: 1,
      heldOutInTrain: 1,
      userWithoutTrain: 1,
      itemWithoutTrain: 1,
    });
    expect(found.itemBars.map(({ count }) => count)).to.deep.equal([1, 2, 1]);
  });

  it("have a Gini coefficient of 0 for equal items and (n - 1) / n where one has all", () => {
    const gini = (train: readonly Pair[]): number =>
      interactionStatistics(datasetOf({ users: 4, items: 4 }, { train })).gini;
    expect(gini([0, 1, 2, 3].map((id): Pair => [id, id]))).to.be.closeTo(0, 1e-12);
    expect(gini([0, 1, 2, 3].map((user): Pair => [user, 2]))).to.be.closeTo(3 / 4, 1e-12);
  });
});

describe("statistics of features", () => {
  it("worked by hand: dead columns, equal rows, missing rows, lengths and rounding", async () => {
    const matrix = [
      [3, 4, 7],
      [3, 4, 7],
      [0, 0, 0],
      [6, 8, 7],
      [1e-9, 0, 7e-9],
      [3, 4, 7],
    ];
    const dataset = datasetOf({ users: 1, items: 6 }, { train: [[0, 2]] });
    const found = await featureStatistics(dataset, featuresOf("text", matrix), referenceRunGraph);
    expect(found).to.include({
      modality: "text",
      size: 3,
      missing: 1,
      missingInTrain: 1,
      nearZeroRows: 1,
      duplicateRows: 2,
      deadColumns: 0,
      homophily: null,
    });
    expect(found.largestDuplicate).to.deep.equal({ count: 3, item: 0 });
    expect(found.norms!.most).to.be.closeTo(Math.hypot(6, 8, 7), 1e-5);
    const dead = [
      [1, 7],
      [2, 7],
      [0, 0],
    ];
    const few = datasetOf({ users: 1, items: 3 }, { train: [[0, 0]] });
    expect((await featureStatistics(few, featuresOf("text", dead), referenceRunGraph)).deadColumns).to.equal(
      1,
    );
  });

  it("know the direction all rows share and how many directions vary", async () => {
    const random = new Random(1, "geometry");
    const rows = (make: () => number[]): ReturnType<typeof featuresOf> =>
      featuresOf("text", Array.from({ length: 300 }, make));
    const dataset = datasetOf({ users: 1, items: 300 }, { train: [[0, 0]] });
    const measure = async (make: () => number[]) => {
      const { meanCosine, effectiveDimensions } = await featureStatistics(
        dataset,
        rows(make),
        referenceRunGraph,
      );
      return [meanCosine!, effectiveDimensions!] as const;
    };
    const [around, many] = await measure(() => Array.from({ length: 8 }, () => random.normal()));
    expect(around).to.be.closeTo(0, 0.05);
    expect(many).to.be.within(7, 8);
    const [together, one] = await measure(() => [20 + random.normal(), 20, 20, 20]);
    expect(together).to.be.above(0.99);
    expect(one).to.be.closeTo(1, 1e-6);
  });

  it("are all empty where every row is missing", async () => {
    const dataset = datasetOf({ users: 1, items: 2 }, { train: [[0, 0]] });
    const none = featuresOf("text", [[0], [0]]);
    const found = await featureStatistics(dataset, none, referenceRunGraph);
    expect([found.missing, found.norms, found.meanCosine, found.homophily]).to.deep.equal([
      2,
      null,
      null,
      null,
    ]);
  });
});

describe("homophily", () => {
  /** Two groups of 15 items whose users have items of one group only. */
  const random = new Random(3, "homophily");
  const train = Array.from({ length: 60 }, (_, user): Pair[] =>
    Array.from({ length: 5 }, () => [user, (user % 2) * 15 + random.below(15)]),
  ).flat();
  const dataset = datasetOf({ users: 60, items: 30 }, { train });
  const grouped = Array.from({ length: 30 }, (_, item) => [
    item < 15 ? 5 : -5,
    random.normal(),
    random.normal(),
  ]);

  it("worked by hand: three items, of which two are near and shared by a user", async () => {
    const small = datasetOf(
      { users: 2, items: 12 },
      { train: [...Array.from({ length: 12 }, (_, item): Pair => [0, item]), [1, 0], [1, 1]] },
    );
    const angles = Array.from({ length: 12 }, (_, item) => [Math.cos(item / 12), Math.sin(item / 12)]);
    const found = (await homophily(featuresOf("text", angles), small.train, referenceRunGraph))!;
    // Of 12 items, 10 are neighbours and one is not: the first item's is the last, and the other way round.
    expect([found.k, found.queries, found.randomRate]).to.deep.equal([10, 12, 10 / 11]);
    // User 0 has all eleven others, ten of them neighbours; user 1's other item is a neighbour of items 0 and 1.
    const pair = (10 / 11 + 1) / 2;
    expect(found.neighbourRate).to.be.closeTo((2 * pair + 10 * (10 / 11)) / 12, 1e-12);
  });

  it("is about 2 where features tell two groups apart, and about 1 where they are shuffled", async () => {
    const told = (await homophily(featuresOf("text", grouped), dataset.train, referenceRunGraph))!;
    expect(told.ratio).to.be.within(1.9, 2.2);
    const order = Int32Array.from(grouped.keys());
    random.shuffle(order);
    const shuffled = featuresOf(
      "text",
      [...order].map((item) => grouped[item]!),
    );
    const mixed = (await homophily(shuffled, dataset.train, referenceRunGraph))!;
    expect(mixed.ratio).to.be.within(0.7, 1.3);
    expect(mixed.popularRate).to.be.closeTo(told.popularRate, 1e-12);
  });

  it("is unknown where no user has two items with features", async () => {
    const alone = datasetOf({ users: 3, items: 3 }, { train: [0, 1, 2].map((id): Pair => [id, id]) });
    const features = featuresOf("text", [[1], [2], [3]]);
    expect(await homophily(features, alone.train, referenceRunGraph)).to.equal(null);
    const few = featuresOf("text", [[1], [0], [3]]);
    expect(await homophily(few, alone.train, referenceRunGraph)).to.equal(null);
  });
});

describe("statistics of a knowledge graph", () => {
  const dataset = datasetOf(
    { users: 1, items: 4 },
    {
      train: [
        [0, 0],
        [0, 3],
      ],
    },
  );
  const graphOf = (
    triples: readonly (readonly [number, number, number])[],
    entities: number,
  ): KnowledgeGraph => ({
    entities,
    relations: 2,
    heads: Int32Array.from(triples, ([head]) => head),
    relationIds: Int32Array.from(triples, ([, relation]) => relation),
    tails: Int32Array.from(triples, ([, , tail]) => tail),
    entityTable: null,
    relationTable: null,
  });

  it("worked by hand", () => {
    // Items 0 and 1 are linked to entity 4; item 2 to item 0; item 3 to nothing; entity 5 to itself; 6 to nothing.
    const triples = [
      [0, 0, 4],
      [1, 0, 4],
      [1, 0, 4],
      [2, 1, 0],
      [5, 1, 5],
    ] as const;
    const found = knowledgeStatistics(dataset, graphOf(triples, 7));
    expect(found).to.include({
      triples: 5,
      entities: 7,
      duplicateTriples: 1,
      loops: 1,
      isolatedEntities: 2,
      linkedItems: 3,
      unlinkedInTrain: 1,
      distinctItems: 3,
      components: 2,
      largestComponentShare: 4 / 5,
    });
    expect(found.perItem).to.include({ count: 3, least: 1, most: 2 });
    expect(found.relations).to.deep.equal([
      { relation: 0, name: null, triples: 3, heads: 2, tails: 1, items: 2, largestTailShare: 1 },
      { relation: 1, name: null, triples: 2, heads: 2, tails: 2, items: 2, largestTailShare: 0.5 },
    ]);
  });

  it("see that items are told apart by the direction and the relation of their triples", () => {
    const distinct = (...triples: readonly (readonly [number, number, number])[]): number =>
      knowledgeStatistics(dataset, graphOf(triples, 6)).distinctItems;
    expect(distinct([0, 0, 4], [1, 0, 4], [2, 0, 4])).to.equal(1);
    expect(distinct([0, 0, 4], [1, 1, 4])).to.equal(2);
    expect(distinct([0, 0, 4], [4, 0, 1])).to.equal(2);
    expect(distinct([0, 0, 4], [0, 1, 5], [1, 1, 5], [1, 0, 4])).to.equal(1);
  });
});
