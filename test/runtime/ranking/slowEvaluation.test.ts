import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { GraphSession } from "../../../runtime/artifacts/graphSession.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset, requireModality, type Dataset } from "../../../runtime/data/dataset.js";
import { hostTensor } from "../../../runtime/data/hostTensor.js";
import type { InteractionLists } from "../../../runtime/data/interactions.js";
import { evaluateRanking } from "../../../runtime/ranking/evaluateRanking.js";
import type { Group } from "../../../runtime/ranking/groups.js";
import { ModelRanker } from "../../../runtime/ranking/modelRanker.js";
import { slowEvaluation, type SlowOptions } from "./slowEvaluation.js";

const DIM = 16;
const CUTOFFS = [1, 5, 20, 600];
const GROUPS = { coldUsersBelow: 8, activityGroups: 3 };

function listsOf({ rowStart, itemIds }: InteractionLists): number[][] {
  return Array.from({ length: rowStart.length - 1 }, (_, user) => [
    ...itemIds.subarray(rowStart[user], rowStart[user + 1]),
  ]);
}

/** Whole numbers from the text features, for users the sum over their training items: scores are exact, some equal. */
function contentVectors(dataset: Dataset) {
  const { data, size } = requireModality(dataset, "text");
  const items = new Float32Array(dataset.items * DIM);
  for (let item = 0; item < dataset.items; item++) {
    for (let axis = 0; axis < DIM; axis++) {
      items[item * DIM + axis] = Math.round(data[item * size + axis]! * 20);
    }
  }
  const users = new Float32Array(dataset.users * DIM);
  listsOf(dataset.train).forEach((list, user) => {
    for (const item of list) {
      for (let axis = 0; axis < DIM; axis++) users[user * DIM + axis]! += items[item * DIM + axis]!;
    }
  });
  return { users, items };
}

function expectEqual(found: Readonly<Record<string, number>>, slow: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(found)) expect(value, name).to.be.closeTo(slow[name]!, 1e-12);
}

describe("full ranking of lastfm-mini", function () {
  const folder = join(
    process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data"),
    "lastfm-mini",
  );
  const artifactFolder = mkdtempSync(join(tmpdir(), "mmkit-test-"));
  let dataset: Dataset;
  let graph: GraphSession | undefined;
  let ranker: ModelRanker;
  let slow: Pick<SlowOptions, "scoresOf" | "train" | "items" | "cutoffs">;

  before(async function () {
    if (!existsSync(folder)) {
      console.log(`      (no ${folder}; set MMKIT_DATA to test with it)`);
      this.skip();
    }
    dataset = await loadDataset(folder);
    const { users, items } = contentVectors(dataset);
    await writeArtifacts(buildArtifacts(models.get("mf")!, { dim: DIM }), artifactFolder);
    const artifacts = await loadArtifacts(artifactFolder);
    graph = await GraphSession.open(artifacts, "rank", { device: "cpu", threads: 1, sizes: new Map() });
    ranker = ModelRanker.from(
      graph,
      hostTensor("float32", [dataset.users, DIM], users),
      hostTensor("float32", [dataset.items, DIM], items),
    );
    slow = {
      train: listsOf(dataset.train),
      items: dataset.items,
      cutoffs: CUTOFFS,
      scoresOf: (user) =>
        Array.from({ length: dataset.items }, (_, item) => {
          let score = 0;
          for (let axis = 0; axis < DIM; axis++)
            score += users[user * DIM + axis]! * items[item * DIM + axis]!;
          return score;
        }),
    };
  });

  after(async () => {
    await graph?.release();
    rmSync(artifactFolder, { recursive: true });
  });

  for (const ndcgIdeal of ["targets", "hits"] as const) {
    for (const split of ["valid", "test"] as const) {
      it(`equals a slow implementation in every metric (${split}, NDCG by ${ndcgIdeal})`, async () => {
        const found = await evaluateRanking({
          ranker,
          train: dataset.train,
          targets: dataset[split],
          items: dataset.items,
          cutoffs: CUTOFFS,
          ndcgIdeal,
          auc: true,
          // Several blocks of users, the last one short.
          tileScores: 70 * dataset.items,
        });
        const expected = slowEvaluation({ ...slow, targets: listsOf(dataset[split]), ndcgIdeal });
        const all = { ...found.metrics, ...found.beyondAccuracy };
        expect(Object.keys(all)).to.have.members(Object.keys(expected));
        expectEqual(all, expected);
        expect(found.metrics["Recall@20"]).to.be.greaterThan(0.05);
      });
    }
  }

  it("equals it with validation items masked at test", async () => {
    const { train, valid, test, items } = dataset;
    const options = { ranker, train, targets: test, items, cutoffs: CUTOFFS, auc: true };
    const found = await evaluateRanking({ ...options, alsoMask: valid });
    const targets = listsOf(test);
    const expected = slowEvaluation({ ...slow, targets, ndcgIdeal: "targets", alsoMask: listsOf(valid) });
    expectEqual({ ...found.metrics, ...found.beyondAccuracy }, expected);
  });

  it("equals it in every group", async () => {
    const { train, test, items } = dataset;
    const missing = Int32Array.from(Array(items).keys()).filter((item) => item % 7 === 3);
    const found = await evaluateRanking({
      ranker,
      train,
      targets: test,
      items,
      cutoffs: CUTOFFS,
      auc: true,
      groups: { ...GROUPS, missing: new Map([["text", missing]]) },
    });
    const targets = listsOf(test);
    const activity = (user: number): number => slow.train[user]!.length;
    const trained = new Set(slow.train.flat());
    const measures = (group: Group): NonNullable<SlowOptions["measures"]> => {
      switch (group.kind) {
        case "coldItems":
          return { item: (item) => !trained.has(item) };
        case "missingModality":
          return { item: (item) => item % 7 === 3 };
        case "coldUsers":
          return { user: (user) => activity(user) < GROUPS.coldUsersBelow };
        case "activity":
          return { user: (user) => activity(user) >= group.from && activity(user) <= group.to };
      }
    };
    const kinds = found.groups.map(({ group }) => group.kind);
    expect(kinds).to.include.members(["missingModality", "activity"]);
    expect(kinds.filter((kind) => kind === "activity")).to.have.length(GROUPS.activityGroups);
    for (const { group, metrics } of found.groups) {
      expectEqual(
        { ...metrics },
        slowEvaluation({ ...slow, targets, ndcgIdeal: "targets", measures: measures(group) }),
      );
    }
  });
});
