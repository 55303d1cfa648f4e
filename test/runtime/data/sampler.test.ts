import { expect } from "chai";
import type { Dataset } from "../../../runtime/data/dataset.js";
import { negativePool, type TriplesEntry } from "../../../runtime/data/negativePool.js";
import { Random } from "../../../runtime/data/random.js";
import { createSampler, type EpochSample, type SampledData } from "../../../runtime/data/sampler.js";
import { SamplerError } from "../../../runtime/data/samplerError.js";
import { datasetOf, type Pair } from "./smallDataset.js";

function randomDataset(users: number, items: number, perUser: number, seed = 1): Dataset {
  const random = new Random(seed, "randomDataset");
  const train: Pair[] = [];
  for (let user = 0; user < users; user++) {
    if (user % 10 === 9) continue;
    const chosen = new Set<number>();
    for (let draw = 0; draw < perUser; draw++) chosen.add(random.below(items - 5));
    for (const item of chosen) train.push([user, item]);
  }
  return datasetOf({ users, items }, { train });
}

function trainSets({ users, train }: Dataset): ReadonlySet<number>[] {
  return Array.from(
    { length: users },
    (_, user) => new Set(train.itemIds.subarray(train.rowStart[user], train.rowStart[user + 1])),
  );
}

function dataOf(dataset: Dataset): SampledData {
  const missing = (name: string): never => {
    throw new Error(`no ${name}`);
  };
  return { dataset, matrix: missing, size: missing };
}

function entry(
  kind: TriplesEntry["kind"],
  batchSize: number,
  pool: TriplesEntry["negativePool"] = "all",
): TriplesEntry {
  return { kind, batchSize, negativePool: pool };
}

function checkTriples(dataset: Dataset, sample: EpochSample): void {
  const sets = trainSets(dataset);
  sample.columns.user!.forEach((user, index) => {
    expect(sets[user]!.has(sample.columns.positive![index]!)).to.equal(true);
    expect(sets[user]!.has(sample.columns.negative![index]!)).to.equal(false);
    expect(sample.columns.negative![index]).to.be.within(0, dataset.items - 1);
  });
}

describe("the pairs sampler", () => {
  const dataset = randomDataset(60, 50, 12);
  const sampler = createSampler(entry("pairs", 64), dataOf(dataset), 999, "main");

  it("visits every training pair exactly once, with a negative outside the training set", () => {
    const sample = sampler.epoch(0);
    checkTriples(dataset, sample);
    const pairs = Array.from(
      sample.columns.user!,
      (user, index) => user * dataset.items + sample.columns.positive![index]!,
    );
    expect(new Set(pairs).size).to.equal(pairs.length);
    expect(pairs.length).to.equal(dataset.counts.train);
  });

  it("has as many steps as batches, the last one short", () => {
    const count = dataset.counts.train;
    expect(sampler.stepsPerEpoch).to.equal(Math.ceil(count / 64));
    expect(sampler.lastBatchSize).to.equal(count % 64);
    const even = createSampler(entry("pairs", count / 2), dataOf(dataset), 1, "main");
    expect([even.stepsPerEpoch, even.lastBatchSize]).to.deep.equal([2, count / 2]);
    const single = createSampler(entry("pairs", count + 1), dataOf(dataset), 1, "main");
    expect([single.stepsPerEpoch, single.lastBatchSize]).to.deep.equal([1, count]);
  });

  it("refuses a batch size that is not a positive integer", () => {
    for (const batchSize of [0, -1, 1.5]) {
      expect(() => createSampler(entry("pairs", batchSize), dataOf(dataset), 1, "main")).to.throw(
        SamplerError,
        `the batch size is ${batchSize}`,
      );
    }
  });

  it("repeats itself for the same seed, stream and epoch, and only then", () => {
    const first = sampler.epoch(4);
    expect(createSampler(entry("pairs", 64), dataOf(dataset), 999, "main").epoch(4)).to.deep.equal(first);
    const others = [
      sampler.epoch(5),
      createSampler(entry("pairs", 64), dataOf(dataset), 998, "main").epoch(4),
      createSampler(entry("pairs", 64), dataOf(dataset), 999, "other").epoch(4),
    ];
    for (const other of others) {
      expect([...other.columns.user!]).not.to.deep.equal([...first.columns.user!]);
      expect([...other.columns.negative!]).not.to.deep.equal([...first.columns.negative!]);
    }
  });

  it("takes well under 50 ms for 60,000 pairs", () => {
    const large = randomDataset(6_000, 7_000, 11, 2);
    expect(large.counts.train).to.be.greaterThan(58_000);
    const fast = createSampler(entry("pairs", 2048), dataOf(large), 1, "main");
    const times = Array.from({ length: 7 }, (_, epoch) => {
      const start = performance.now();
      fast.epoch(epoch);
      return performance.now() - start;
    });
    expect(Math.min(...times)).to.be.below(50);
  });
});

describe("the users sampler", () => {
  const dataset = randomDataset(60, 50, 12);
  const sampler = createSampler(entry("users", 32), dataOf(dataset), 999, "main");

  it("has floor(E / B) + 1 full steps of distinct users with training items", () => {
    const steps = Math.floor(dataset.counts.train / 32) + 1;
    const sample = sampler.epoch(0);
    expect([sampler.stepsPerEpoch, sample.steps, sampler.lastBatchSize]).to.deep.equal([steps, steps, 32]);
    expect(sample.columns.user!).to.have.length(steps * 32);
    for (let step = 0; step < steps; step++) {
      expect(new Set(sample.columns.user!.subarray(step * 32, (step + 1) * 32)).size).to.equal(32);
    }
    checkTriples(dataset, sample);
  });

  it("draws all users with training items equally often, and all of their items", () => {
    const counts = new Map<number, number>();
    const pairs = new Set<number>();
    for (let epoch = 0; epoch < 60; epoch++) {
      const sample = sampler.epoch(epoch);
      sample.columns.user!.forEach((user, index) => {
        counts.set(user, (counts.get(user) ?? 0) + 1);
        pairs.add(user * dataset.items + sample.columns.positive![index]!);
      });
    }
    expect(counts.size).to.equal(54);
    const mean = (60 * sampler.stepsPerEpoch * 32) / 54;
    for (const count of counts.values()) expect(count).to.be.within(0.85 * mean, 1.15 * mean);
    expect(pairs.size).to.equal(dataset.counts.train);
  });

  it("repeats itself for the same seed and epoch", () => {
    const again = createSampler(entry("users", 32), dataOf(dataset), 999, "main");
    expect(again.epoch(2)).to.deep.equal(sampler.epoch(2));
    expect([...again.epoch(3).columns.user!]).not.to.deep.equal([...sampler.epoch(2).columns.user!]);
  });

  it("takes a batch of all users", () => {
    const all = createSampler(entry("users", 54), dataOf(dataset), 1, "main").epoch(0);
    expect(new Set(all.columns.user!.subarray(0, 54)).size).to.equal(54);
  });

  it("repeats users where fewer than a batch have training items, all of them equally often", () => {
    const larger = createSampler(entry("users", 80), dataOf(dataset), 1, "main");
    const counts = new Map<number, number>();
    for (let epoch = 0; epoch < 40; epoch++) {
      const sample = larger.epoch(epoch);
      checkTriples(dataset, sample);
      for (const user of sample.columns.user!) counts.set(user, (counts.get(user) ?? 0) + 1);
    }
    expect(larger.lastBatchSize).to.equal(80);
    expect(counts.size).to.equal(54);
    const mean = (40 * larger.stepsPerEpoch * 80) / 54;
    for (const count of counts.values()) expect(count).to.be.within(0.8 * mean, 1.2 * mean);
  });
});

describe("negatives", () => {
  const train: readonly Pair[] = [
    [0, 0],
    [0, 2],
    [0, 3],
    [1, 6],
    [2, 2],
  ];
  const dataset = datasetOf({ users: 3, items: 8 }, { train });

  function frequencies(
    pool: TriplesEntry["negativePool"],
    user: number,
    draws: number,
  ): Record<number, number> {
    const draw = negativePool(pool, dataset);
    const random = new Random(5, "frequencies");
    const counts: Record<number, number> = {};
    for (let index = 0; index < draws; index++) {
      const item = draw(user, random);
      counts[item] = (counts[item] ?? 0) + 1;
    }
    return counts;
  }

  it("are uniform over all items that the user lacks", () => {
    const counts = frequencies("all", 0, 10_000);
    expect(Object.keys(counts)).to.deep.equal(["1", "4", "5", "6", "7"]);
    for (const count of Object.values(counts)) expect(count).to.be.within(1_850, 2_150);
  });

  it('are uniform over the items of the training set with the pool "train"', () => {
    const counts = frequencies("train", 1, 9_000);
    expect(Object.keys(counts)).to.deep.equal(["0", "2", "3"]);
    for (const count of Object.values(counts)) expect(count).to.be.within(2_850, 3_150);
    expect(Object.keys(frequencies("train", 0, 50))).to.deep.equal(["6"]);
  });

  it("do not exist for a user who has all items, which is an error", () => {
    const everything = datasetOf(
      { users: 2, items: 2 },
      {
        train: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    );
    for (const kind of ["pairs", "users"] as const) {
      expect(() => createSampler(entry(kind, 1), dataOf(everything), 1, "main"))
        .to.throw(SamplerError, 'user 1 has all 2 items of the negative pool "all"')
        .with.property("fix", "Remove the user from the training data");
    }
    const onlyTrain = datasetOf(
      { users: 2, items: 3 },
      {
        train: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    );
    expect(() => createSampler(entry("pairs", 1), dataOf(onlyTrain), 1, "main")).not.to.throw();
    expect(() => createSampler(entry("pairs", 1, "train"), dataOf(onlyTrain), 1, "main"))
      .to.throw(SamplerError, "user 1")
      .with.property("fix", 'Use negativePool "all" or remove the user from the training data');
  });

  it("cost no more for a user who has all items but one", () => {
    const items = 20_000;
    const most = Array.from({ length: items - 1 }, (_, item): Pair => [0, item < 777 ? item : item + 1]);
    const sampler = createSampler(
      entry("pairs", 2048),
      dataOf(datasetOf({ users: 1, items }, { train: most })),
      1,
      "main",
    );
    const start = performance.now();
    expect(new Set(sampler.epoch(0).columns.negative)).to.deep.equal(new Set([777]));
    expect(performance.now() - start).to.be.below(500);
  });
});
