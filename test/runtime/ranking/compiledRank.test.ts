import { expect } from "chai";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { GraphSession } from "../../../runtime/artifacts/graphSession.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { Random } from "../../../runtime/data/random.js";
import { ModelRanker } from "../../../runtime/ranking/modelRanker.js";
import { temporaryFolder } from "../temporaryFolder.js";

const USERS = 7;
const ITEMS = 40;
const DIM = 4;

/** Small whole numbers, so that scores are exact and many of them are equal. */
function vectors(rows: number, purpose: string): HostTensor {
  const random = new Random(1, purpose);
  const data = new Float32Array(rows * DIM).map(() => random.below(3) - 1);
  return hostTensor("float32", [rows, DIM], data);
}

function score(users: HostTensor, user: number, items: HostTensor, item: number): number {
  let sum = 0;
  for (let axis = 0; axis < DIM; axis++) {
    sum +=
      (users.data as Float32Array)[user * DIM + axis]! * (items.data as Float32Array)[item * DIM + axis]!;
  }
  return sum;
}

describe("the compiled ranking graph", () => {
  const temporary = temporaryFolder();

  it("orders as plain TypeScript does, with ties, masks, candidates and every length", async () => {
    await writeArtifacts(buildArtifacts(models.get("mf")!, { dim: DIM }), temporary.path);
    const artifacts = await loadArtifacts(temporary.path);
    const options = { device: "cpu", threads: 1, sizes: new Map() } as const;
    const graph = await GraphSession.open(artifacts, "rank", options);
    const users = vectors(USERS, "users");
    const items = vectors(ITEMS, "items");
    const random = new Random(2, "masks");
    const candidateSets = [
      Int32Array.from({ length: ITEMS }, (_, item) => item),
      Int32Array.of(3, 4, 11, 30, 39),
    ];
    for (const candidates of candidateSets) {
      const ranker = ModelRanker.from(graph, users, items).among(candidates);
      for (const k of [1, 5, ITEMS + 10]) {
        const asked = Int32Array.of(6, 0, 3);
        const masked = Array.from(asked, () =>
          Int32Array.from(new Set([random.below(ITEMS), random.below(ITEMS), 11])),
        );
        const block = await ranker.rank(asked, masked, k);
        expect(block.length).to.equal(Math.min(k, candidates.length));
        asked.forEach((user, row) => {
          const hidden = new Set(masked[row]);
          const best = [...candidates]
            .filter((item) => !hidden.has(item))
            .sort(
              (left, right) =>
                score(users, user, items, right) - score(users, user, items, left) || left - right,
            )
            .slice(0, k);
          const found = [...block.items.subarray(row * block.length, (row + 1) * block.length)];
          expect(found.slice(0, best.length)).to.deep.equal(best);
          expect(found.slice(best.length).every((item) => hidden.has(item))).to.equal(true);
        });
      }
    }
    await graph.release();
  });

  it("gives a user the same bits alone and among others", async () => {
    const dim = 64;
    await writeArtifacts(buildArtifacts(models.get("mf")!, { dim }), temporary.path);
    const artifacts = await loadArtifacts(temporary.path);
    const graph = await GraphSession.open(artifacts, "rank", { device: "cpu", threads: 1, sizes: new Map() });
    const random = new Random(3, "vectors");
    const table = (rows: number): HostTensor =>
      hostTensor(
        "float32",
        [rows, dim],
        new Float32Array(rows * dim).map(() => random.normal()),
      );
    const ranker = ModelRanker.from(graph, table(USERS), table(500));
    const asked = Int32Array.from({ length: USERS }, (_, user) => user);
    const none = Array.from(asked, () => new Int32Array());
    const together = await ranker.rank(asked, none, 500);
    for (const user of asked) {
      const alone = await ranker.rank(Int32Array.of(user), [new Int32Array()], 500);
      expect(alone.items).to.deep.equal(together.items.slice(user * 500, (user + 1) * 500));
      expect(alone.scores).to.deep.equal(together.scores.slice(user * 500, (user + 1) * 500));
    }
    await graph.release();
  });
});
