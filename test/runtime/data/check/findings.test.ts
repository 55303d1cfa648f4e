import { expect } from "chai";
import { featureFindings } from "../../../../runtime/data/check/featureFindings.js";
import type { FeatureStatistics } from "../../../../runtime/data/check/featureStatistics.js";
import {
  byImportance,
  shareText,
  type Finding,
  type Severity,
} from "../../../../runtime/data/check/finding.js";
import { interactionFindings } from "../../../../runtime/data/check/interactionFindings.js";
import type { InteractionStatistics } from "../../../../runtime/data/check/interactionStatistics.js";
import { knowledgeFindings } from "../../../../runtime/data/check/knowledgeFindings.js";
import type { KnowledgeStatistics } from "../../../../runtime/data/check/knowledgeStatistics.js";

const spread = {
  count: 1000,
  least: 5,
  quarter: 8,
  median: 10,
  threeQuarters: 15,
  nineTenths: 20,
  most: 60,
  mean: 12,
};

const interactions: InteractionStatistics = {
  users: 10_000,
  items: 1000,
  counts: { train: 120_000, valid: 10_000, test: 10_000 },
  density: 0.012,
  perUser: spread,
  perItem: spread,
  userBars: [],
  itemBars: [],
  usersWithoutTrain: 0,
  itemsWithoutTrain: 0,
  usersWithOne: 0,
  itemsWithOne: 0,
  heldOut: { valid: { users: 9000, coldTargets: 0 }, test: { users: 9000, coldTargets: 0 } },
  gini: 0.5,
  topTenthShare: 0.4,
  components: 1,
  largestComponentShare: 1,
  repairs: {},
};

const features: FeatureStatistics = {
  modality: "text",
  size: 384,
  missing: 0,
  missingInTrain: 0,
  norms: { ...spread, least: 0.9, median: 1, most: 1.1 },
  normBars: [],
  nearZeroRows: 0,
  deadColumns: 0,
  duplicateRows: 0,
  largestDuplicate: { count: 1, item: 0 },
  meanCosine: 0.3,
  effectiveDimensions: 30,
  homophily: {
    k: 10,
    queries: 1000,
    neighbourRate: 0.06,
    popularRate: 0.07,
    randomRate: 0.01,
    ratio: 6,
    neighbourCosine: 0.8,
  },
};

const relation = { name: null, triples: 1000, heads: 900, tails: 400, items: 900, largestTailShare: 0.1 };
const knowledge: KnowledgeStatistics = {
  triples: 2000,
  entities: 3000,
  duplicateTriples: 0,
  loops: 0,
  isolatedEntities: 0,
  linkedItems: 1000,
  unlinkedInTrain: 0,
  perItem: spread,
  perItemBars: [],
  distinctItems: 990,
  components: 1,
  largestComponentShare: 1,
  relations: [
    { ...relation, relation: 0 },
    { ...relation, relation: 1 },
  ],
};

const items = 1000;
type Case = readonly [Severity, string, readonly Finding[]];
const ofInteractions = (severity: Severity, text: string, change: Partial<InteractionStatistics>): Case => [
  severity,
  text,
  interactionFindings({ ...interactions, ...change }),
];
const ofFeatures = (severity: Severity, text: string, change: Partial<FeatureStatistics>): Case => [
  severity,
  text,
  featureFindings({ ...features, ...change }, items),
];
const ofKnowledge = (severity: Severity, text: string, change: Partial<KnowledgeStatistics>): Case => [
  severity,
  text,
  knowledgeFindings({ ...knowledge, ...change }, items),
];
const { heldOut, counts } = interactions;
const homophily = features.homophily!;

const cases: readonly Case[] = [
  ofInteractions("serious", "there are no validation interactions", { counts: { ...counts, valid: 0 } }),
  ofInteractions("serious", "there are no test interactions", { counts: { ...counts, test: 0 } }),
  ofInteractions("serious", "5,000 of 10,000 test interactions (50%) are with items", {
    heldOut: { ...heldOut, test: { users: 9000, coldTargets: 5000 } },
  }),
  ofInteractions(
    "moderate",
    "500 of 10,000 test interactions (5.0%) and 300 of 10,000 valid interactions (3.0%)",
    {
      heldOut: { valid: { users: 9000, coldTargets: 300 }, test: { users: 9000, coldTargets: 500 } },
    },
  ),
  ofInteractions(
    "moderate",
    "only 100 users have test interactions: chance alone moves their mean Recall by up to ±0.10",
    {
      heldOut: { ...heldOut, test: { users: 100, coldTargets: 0 } },
    },
  ),
  ofInteractions("moderate", "100 held-out interactions (0.5%) are in train, too", {
    repairs: { heldOutInTrain: 100 },
  }),
  ofInteractions("serious", "5,000 held-out interactions (20%)", { repairs: { heldOutInTrain: 5000 } }),
  ofInteractions("moderate", "7 interactions are in both valid and test", { repairs: { validAndTest: 7 } }),
  ofInteractions("note", "1 interaction (under 0.1%) are repeated", { repairs: { duplicateInteraction: 1 } }),
  ofInteractions("moderate", "500 users (5.0%) have no training interaction", { usersWithoutTrain: 500 }),
  ofInteractions("note", "20 items (2.0%) have no training interaction", { itemsWithoutTrain: 20 }),
  ofInteractions("moderate", "half of the users have at most 2", { perUser: { ...spread, median: 2 } }),
  ofInteractions("note", "one user has 12,000 training interactions, 10% of all and 1200 times the median", {
    perUser: { ...spread, most: 12_000 },
  }),
  ofInteractions("moderate", "300 items (30%) have a single training interaction", { itemsWithOne: 300 }),
  ofInteractions(
    "moderate",
    "fall into 12 parts that no interaction joins; 10% of them are outside the largest",
    {
      components: 12,
      largestComponentShare: 0.9,
    },
  ),
  ofInteractions("note", "a tenth of the items has 90%", { gini: 0.9, topTenthShare: 0.9 }),
  ofFeatures("moderate", "200 items (20%) have no text features, 150 of them with training interactions", {
    missing: 200,
    missingInTrain: 150,
  }),
  ofFeatures("serious", "600 items (60%) have no text features", { missing: 600 }),
  ofFeatures("serious", "100 items (10%) have the same text features, bit for bit (item 4 is one)", {
    duplicateRows: 99,
    largestDuplicate: { count: 100, item: 4 },
  }),
  ofFeatures("note", "9 items (0.9%) have the text features of another item", {
    duplicateRows: 9,
    largestDuplicate: { count: 2, item: 4 },
  }),
  ofFeatures("moderate", "the text features of 3 items are zero but for rounding", { nearZeroRows: 3 }),
  ofFeatures("moderate", "128 of 384 text columns (33%) are the same for all items", { deadColumns: 128 }),
  ofFeatures("note", "two random items have a mean cosine of 0.97", { meanCosine: 0.97 }),
  ofFeatures("note", "nearly all variance of the 384 text columns lies in 1.5 directions", {
    effectiveDimensions: 1.5,
  }),
  ofFeatures("note", "a median length of 1,472", { norms: { ...spread, median: 1472, most: 1500 } }),
  ofFeatures("note", "the longest text features are 60 times as long as the median", {
    norms: { ...spread, median: 1, most: 60 },
  }),
  ofFeatures(
    "serious",
    "know next to nothing of taste: the 10 items nearest by text to one a user has hold 1.2%",
    {
      homophily: { ...homophily, neighbourRate: 0.012, ratio: 1.2 },
    },
  ),
  ofFeatures("moderate", "say little of taste", {
    homophily: { ...homophily, neighbourRate: 0.02, ratio: 2 },
  }),
  ofKnowledge("serious", "all 1,000 items have the same triples", { distinctItems: 1 }),
  ofKnowledge("moderate", "1,000 items have only 300 different sets of triples", { distinctItems: 300 }),
  ofKnowledge("moderate", "300 items (30%) have no triple, 200 of them with training", {
    linkedItems: 700,
    unlinkedInTrain: 200,
    distinctItems: 700,
  }),
  ofKnowledge("moderate", "falls into 5 parts; 10% of its entities", {
    components: 5,
    largestComponentShare: 0.9,
  }),
  ofKnowledge("note", "100% of the triples of relation 1 end in one entity", {
    relations: [
      { ...relation, relation: 0 },
      { ...relation, relation: 1, largestTailShare: 1 },
    ],
  }),
  ofKnowledge("note", "90% of the triples belong to relation has_tag", {
    relations: [
      { ...relation, relation: 0, name: "has_tag", triples: 1800 },
      { ...relation, relation: 1, triples: 100 },
      { ...relation, relation: 2, triples: 100 },
    ],
  }),
  ofKnowledge("note", "1 of 2 relations touch less than 1% of the items", {
    relations: [
      { ...relation, relation: 0 },
      { ...relation, relation: 1, items: 3 },
    ],
  }),
  ofKnowledge("moderate", "200 triples (10%) are repeated", { duplicateTriples: 200 }),
  ofKnowledge("note", "30 of 3,000 entities (1.0%) have no triple", { isolatedEntities: 30 }),
  ofKnowledge("note", "20 triples lead from an entity to itself", { loops: 20 }),
];

describe("findings about a dataset", () => {
  it("are none where all is well", () => {
    expect(interactionFindings(interactions)).to.deep.equal([]);
    expect(featureFindings(features, items)).to.deep.equal([]);
    expect(knowledgeFindings(knowledge, items)).to.deep.equal([]);
  });

  for (const [severity, text, findings] of cases) {
    it(`${severity}: ${text}`, () => {
      expect(findings.map(({ message }) => message).join("\n")).to.include(text);
      expect(findings.map((finding) => finding.severity)).to.deep.equal([severity]);
      expect(findings[0]!.advice).to.match(/^[A-Z].*[^.]$/);
    });
  }

  it("leave out what touches under a thousandth of the data", () => {
    expect(
      interactionFindings({ ...interactions, itemsWithoutTrain: 1, usersWithoutTrain: 3 }),
    ).to.deep.equal([]);
    expect(knowledgeFindings({ ...knowledge, loops: 1, duplicateTriples: 2 }, items)).to.deep.equal([]);
  });

  it("are ordered by severity, then by weight", () => {
    const finding = (severity: Severity, weight: number): Finding => ({
      severity,
      weight,
      topic: "t",
      message: "m",
      advice: "a",
    });
    const ordered = byImportance([
      finding("note", 1),
      finding("serious", 0.1),
      finding("moderate", 0),
      finding("serious", 0.2),
    ]);
    expect(ordered.map(({ severity, weight }) => `${severity} ${weight}`)).to.deep.equal([
      "serious 0.2",
      "serious 0.1",
      "moderate 0",
      "note 1",
    ]);
  });

  it("write shares so that something is never nothing", () => {
    expect([0, 0.00004, 0.0023, 0.099, 0.37, 1].map(shareText)).to.deep.equal([
      "0%",
      "under 0.1%",
      "0.2%",
      "9.9%",
      "37%",
      "100%",
    ]);
  });
});
