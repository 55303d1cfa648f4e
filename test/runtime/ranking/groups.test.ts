import { expect } from "chai";
import { evaluateRanking } from "../../../runtime/ranking/evaluateRanking.js";
import { itemGroups, userGroups, type UserGroup } from "../../../runtime/ranking/groups.js";
import { PopularityRanker } from "../../../runtime/ranking/popularityRanker.js";
import { RankingError } from "../../../runtime/ranking/rankingError.js";
import { rejection } from "../rejection.js";
import { interactionLists } from "./interactionLists.js";

/** Users with so many training interactions. */
function withActivity(counts: readonly number[]) {
  return interactionLists(counts.map((count) => Array.from(Array(count).keys())));
}

function described(groups: readonly UserGroup[]): unknown[] {
  return groups.map(({ group, rows }) => ({ ...group, rows: [...rows] }));
}

describe("groups of users", () => {
  it("are the cold ones and quantiles of activity", () => {
    const train = withActivity([1, 9, 3, 2, 7, 5, 4, 8]);
    const groups = userGroups(train, Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7), {
      coldUsersBelow: 3,
      activityGroups: 4,
    });
    expect(described(groups)).to.deep.equal([
      { kind: "coldUsers", below: 3, rows: [0, 3] },
      { kind: "activity", part: 1, parts: 4, from: 1, to: 2, rows: [0, 3] },
      { kind: "activity", part: 2, parts: 4, from: 3, to: 4, rows: [2, 6] },
      { kind: "activity", part: 3, parts: 4, from: 5, to: 7, rows: [4, 5] },
      { kind: "activity", part: 4, parts: 4, from: 8, to: 9, rows: [1, 7] },
    ]);
  });

  it("keep users of equal activity together and leave out what that empties", () => {
    const groups = userGroups(withActivity([2, 2, 2, 6]), Int32Array.of(0, 1, 2, 3), {
      coldUsersBelow: 1,
      activityGroups: 4,
    });
    expect(described(groups)).to.deep.equal([
      { kind: "activity", part: 1, parts: 4, from: 2, to: 2, rows: [0, 1, 2] },
      { kind: "activity", part: 4, parts: 4, from: 6, to: 6, rows: [3] },
    ]);
  });

  it("count positions among the evaluated users, not ids", () => {
    const groups = userGroups(withActivity([1, 1, 9]), Int32Array.of(2), {
      coldUsersBelow: 5,
      activityGroups: 2,
    });
    expect(described(groups)).to.deep.equal([
      { kind: "activity", part: 1, parts: 2, from: 9, to: 9, rows: [0] },
    ]);
    expect(
      userGroups(withActivity([]), Int32Array.of(), { coldUsersBelow: 1, activityGroups: 1 }),
    ).to.deep.equal([]);
  });

  it("refuse settings that are no whole numbers from 1", () => {
    for (const settings of [
      { coldUsersBelow: 0, activityGroups: 4 },
      { coldUsersBelow: 5, activityGroups: 2.5 },
    ]) {
      expect(() => userGroups(withActivity([1]), Int32Array.of(0), settings)).to.throw(
        RankingError,
        "the number must be a whole one from 1",
      );
    }
  });
});

describe("groups of items", () => {
  it("are those never trained on and those without features, where there are any", () => {
    const missing = new Map([
      ["text", Int32Array.of(0, 3)],
      ["image", Int32Array.of()],
    ]);
    const groups = itemGroups(interactionLists([[0], [1, 2]]), 4, missing);
    expect(groups.map(({ group, items }) => ({ ...group, members: [...items] }))).to.deep.equal([
      { kind: "coldItems", items: 1, members: [3] },
      { kind: "missingModality", modality: "text", items: 2, members: [0, 3] },
    ]);
  });
});

describe("a ranking measured by groups", () => {
  // Popularity orders the items 0, 1, 2, 3, 4; item 4 is never trained on.
  const train = interactionLists([[0, 1, 2], [0, 1], [0], [3]]);
  const targets = interactionLists([[3, 4], [2], [1], []]);
  const options = {
    ranker: PopularityRanker.from(train, 5),
    train,
    targets,
    items: 5,
    cutoffs: [1, 2],
    auc: true,
    groups: { coldUsersBelow: 2, activityGroups: 2, missing: new Map([["text", Int32Array.of(2, 3)]]) },
  };

  it("equals values worked by hand", async () => {
    const { groups } = await evaluateRanking(options);
    const found = groups.map(({ group, users, targets: count, metrics }) => [
      group.kind,
      users,
      count,
      metrics["Recall@1"],
      metrics["Recall@2"],
      metrics.AUC,
    ]);
    // User 0 sees 3, 4; user 1 sees 2, 3, 4; user 2 sees 1, 2, 3, 4, with 2 and 3 tied for their one interaction.
    expect(found).to.deep.equal([
      // Item 4 for user 0, second after item 3, which is a target of no concern: no pair to compare.
      ["coldItems", 1, 1, 0, 1, 0.5],
      // Items 3 of user 0 and 2 of user 1; the latter ties with item 3 and is above item 4.
      ["missingModality", 2, 2, 1, 1, (0.5 + 0.75) / 2],
      ["coldUsers", 1, 1, 1, 1, 1],
      ["activity", 2, 2, 1, 1, (0.75 + 1) / 2],
      ["activity", 1, 2, 0.5, 1, 0.5],
    ]);
  });

  it("is the same however small the blocks are, and changes nothing about the whole", async () => {
    const whole = await evaluateRanking(options);
    expect(await evaluateRanking({ ...options, tileScores: 1 })).to.deep.equal(whole);
    const { ranker, cutoffs } = options;
    const plain = await evaluateRanking({ ranker, train, targets, items: 5, cutoffs });
    expect(plain.groups).to.deep.equal([]);
    expect({ ...plain.metrics, AUC: whole.metrics.AUC }).to.deep.equal(whole.metrics);
    expect(plain.beyondAccuracy).to.deep.equal(whole.beyondAccuracy);
  });

  it("refuses senseless groups", async () => {
    const groups = { ...options.groups, activityGroups: 0 };
    const error = await rejection(evaluateRanking({ ...options, groups }), RankingError);
    expect(error.subject).to.equal("activityGroups 0");
  });
});
