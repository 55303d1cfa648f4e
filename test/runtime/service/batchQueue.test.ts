import { expect } from "chai";
import { AbandonedError, BatchQueue, type BatchRecord } from "../../../runtime/service/batchQueue.js";
import type {
  GraphBatch,
  GraphResult,
  RecommendBatch,
  ScoreBatch,
} from "../../../runtime/service/graphBatch.js";
import { recommendRows, scoreRows } from "../../../runtime/service/rowKinds.js";
import { rejection } from "../rejection.js";

const present = (): boolean => false;

/** Item `10 * user + place` at every place, as many as were asked for. */
function ranked({ users, k }: RecommendBatch): GraphResult {
  const items = Int32Array.from(
    { length: users.length * k },
    (_, at) => 10 * users[Math.floor(at / k)]! + (at % k),
  );
  return {
    items,
    scores: Float32Array.from(items),
    counts: new Int32Array(users.length).fill(k),
    milliseconds: 1,
  };
}

function scored({ users, items }: ScoreBatch): GraphResult {
  const scores = Float32Array.from(users, (user, pair) => 100 * user + items[pair]!);
  return { items: new Int32Array(0), counts: new Int32Array(0), scores, milliseconds: 1 };
}

/** A queue over runs that end when the test says so. */
function heldQueue(
  options: { readonly slots?: number; readonly maxBatch?: number; readonly maxWait?: number } = {},
) {
  const runs: { readonly batch: GraphBatch; end: () => void; fail: (error: Error) => void }[] = [];
  const records: BatchRecord[] = [];
  const queue = new BatchQueue(
    (make) =>
      new Promise((resolve, reject) => {
        const batch = make();
        runs.push({
          batch,
          end: () => {
            resolve(batch.graph === "score" ? scored(batch) : ranked(batch as RecommendBatch));
          },
          fail: reject,
        });
      }),
    {
      slots: 1,
      catalogue: 50,
      maxBatch: 4,
      maxWait: 0,
      onBatch: (record) => records.push(record),
      ...options,
    },
  );
  const recommend = (user: number, k = 1, isAbandoned = present) =>
    queue.ask(recommendRows, [{ user, k, withoutSeen: false, hidden: [] }], isAbandoned);
  return { queue, runs, records, recommend };
}

const soon = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

describe("the queue of requests", () => {
  it("puts requests that come at the same time together to one run", async () => {
    const { runs, records, recommend } = heldQueue();
    const answers = [recommend(1, 1), recommend(2, 3), recommend(3, 2)];
    await soon();
    expect(runs).to.have.length(1);
    expect(runs[0]!.batch).to.deep.include({ users: Int32Array.of(1, 2, 3), k: 3 });
    runs[0]!.end();
    const lists = (await Promise.all(answers)).map(([row]) => [...row!.items]);
    expect(lists).to.deep.equal([[10], [20, 21, 22], [30, 31]]);
    expect(records).to.have.length(1);
    expect(records[0]).to.include({ graph: "recommend", rows: 3, parts: 3, inferenceMilliseconds: 1 });
  });

  it("starts a request that comes alone at once and gathers others while it runs", async () => {
    const { queue, runs, recommend } = heldQueue();
    const first = recommend(1);
    await soon();
    expect(runs).to.have.length(1);
    const others = [recommend(2), recommend(3)];
    await soon();
    expect(runs).to.have.length(1);
    expect(queue.length).to.equal(2);
    runs[0]!.end();
    await first;
    expect(runs).to.have.length(2);
    expect(runs[1]!.batch).to.deep.include({ users: Int32Array.of(2, 3) });
    runs[1]!.end();
    await Promise.all(others);
    expect(queue.length).to.equal(0);
  });

  it("keeps runs within their size, and divides a request that is larger", async () => {
    const { queue, runs } = heldQueue({ slots: 2 });
    const rows = Array.from({ length: 6 }, (_, user) => ({ user, k: 1, withoutSeen: true, hidden: [user] }));
    const answer = queue.ask(recommendRows, rows, present);
    await soon();
    expect(runs.map(({ batch }) => (batch as RecommendBatch).users.length)).to.deep.equal([4, 2]);
    const { hidden } = runs[1]!.batch as RecommendBatch;
    expect(hidden).to.deep.equal({ start: Int32Array.of(0, 1, 2), values: Int32Array.of(4, 5) });
    runs[1]!.end();
    runs[0]!.end();
    expect((await answer).map(({ items }) => items[0])).to.deep.equal([0, 10, 20, 30, 40, 50]);
  });

  it("takes fewer rows where the catalogue is large, so that the scores of a run stay within 64 MiB", () => {
    const rows = (catalogue: number): number =>
      new BatchQueue(() => Promise.reject(new Error("not run")), {
        slots: 1,
        catalogue,
        maxBatch: 64,
        maxWait: 0,
        onBatch: () => undefined,
      }).maxRows(recommendRows);
    expect([rows(1000), rows(2 ** 20), rows(2 ** 30)]).to.deep.equal([64, 16, 1]);
  });

  it("runs graphs of different kinds apart, the one that waited longest first", async () => {
    const { queue, runs, recommend } = heldQueue();
    const answers = [
      recommend(1),
      queue.ask(scoreRows, [{ user: 2, item: 7 }], present).then(([score]) => score),
      recommend(3),
    ];
    await soon();
    runs[0]!.end();
    await answers[0];
    expect(runs.map(({ batch }) => batch.graph)).to.deep.equal(["recommend", "score"]);
    runs[1]!.end();
    expect(await answers[1]).to.equal(207);
  });

  it("waits for others as long as it is told, and not once the run is full", async () => {
    const { runs, recommend } = heldQueue({ maxWait: 40 });
    const started = performance.now();
    const few = [recommend(1), recommend(2)];
    await soon();
    expect(runs).to.have.length(0);
    while (runs.length === 0) await soon();
    expect(performance.now() - started).to.be.within(39, 2000);
    runs[0]!.end();
    await Promise.all(few);
    const full = [recommend(1), recommend(2), recommend(3), recommend(4)];
    await soon();
    expect(runs).to.have.length(2);
    runs[1]!.end();
    await Promise.all(full);
  });

  it("computes nothing for a client that went away", async () => {
    const { runs, recommend } = heldQueue();
    const [gone, there] = [recommend(1, 1, () => true), recommend(2)];
    await rejection(gone, AbandonedError);
    expect(runs).to.have.length(1);
    expect(runs[0]!.batch).to.deep.include({ users: Int32Array.of(2) });
    runs[0]!.end();
    await there;
  });

  it("goes on with the next run when one fails", async () => {
    const { runs, recommend } = heldQueue();
    const first = recommend(1);
    await soon();
    const second = recommend(2);
    runs[0]!.fail(new RangeError("no luck"));
    expect((await rejection(first, RangeError)).message).to.equal("no luck");
    await soon();
    runs[1]!.end();
    expect([...(await second)[0]!.items]).to.deep.equal([20]);
  });
});
