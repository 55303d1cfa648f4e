import { expect } from "chai";
import { recommendRows } from "../../../runtime/service/rowKinds.js";
import { withService } from "./testService.js";

const recommend = "/v1/recommend";

describe("the service under concurrent requests", () => {
  it("answers several at once in one run, each with its own users and k", async () => {
    // A run is full with four rows; before that, a request waits for ten seconds.
    await withService({ maxBatch: 4, maxWait: 10_000 }, async ({ post, metric }) => {
      const answers = await Promise.all([
        post(recommend, { user: 0, k: 1 }),
        post(recommend, { user: 1, k: 4 }),
        post(recommend, { users: [2, 0], k: 2, excludeSeen: false }),
      ]);
      const lists = answers.flatMap(({ body }) =>
        (body as { results: { items: { item: number }[] }[] }).results.map(({ items }) =>
          items.map(({ item }) => item),
        ),
      );
      expect(lists).to.deep.equal([[1], [2, 1, 3, 0], [2, 0], [0, 1]]);
      expect(await metric('mmkit_batch_rows_count{graph="recommend"}')).to.equal(1);
      expect(await metric('mmkit_batch_rows_sum{graph="recommend"}')).to.equal(4);
      expect(await metric('mmkit_batch_requests_sum{graph="recommend"}')).to.equal(3);
      expect(await metric('mmkit_inference_seconds_count{graph="recommend"}')).to.equal(1);
    });
  });

  it("refuses more than it may have under way with 503 and says when to come again", async () => {
    const settings = { maxBatch: 3, maxWait: 10_000, maxConcurrent: 2 };
    await withService(settings, async ({ service, post, get, metric }) => {
      const waiting = [post(recommend, { user: 0 }), post(recommend, { user: 1 })];
      while ((await metric("mmkit_requests_in_progress")) < 2) await get("/health");
      expect(await metric("mmkit_queue_length")).to.equal(2);
      const refused = await post(recommend, { user: 2 });
      expect(refused.status).to.equal(503);
      expect(refused.headers.get("retry-after")).to.equal("1");
      expect((refused.body as Error).message).to.equal(
        "2 requests are under way, which is as many as are taken at one time.",
      );
      // What is no request to the model is answered all the same.
      expect((await get("/ready")).status).to.equal(200);
      // Fills the run, so that it starts.
      const row = { user: 0, k: 1, withoutSeen: false, hidden: [] };
      await service.model.ask(recommendRows, [row], () => false);
      expect((await Promise.all(waiting)).map(({ status }) => status)).to.deep.equal([200, 200]);
      expect(
        await metric(
          'mmkit_http_request_duration_seconds_count{route="/v1/recommend",method="POST",status="503"}',
        ),
      ).to.equal(1);
      expect(await metric("mmkit_requests_in_progress")).to.equal(0);
    });
  });

  it("goes on when a thread with the model ends, and answers what the thread had to compute", async () => {
    await withService(
      { workers: 1, maxBatch: 2, maxWait: 10_000 },
      async ({ service, post, metric, log }) => {
        const [thread] = service.model["threads"].threads;
        await thread!.terminate();
        const answers = await Promise.all([post(recommend, { user: 0 }), post(recommend, { user: 1 })]);
        expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
        const again = await Promise.all([post(recommend, { user: 0 }), post(recommend, { user: 1 })]);
        expect(again.map(({ status }) => status)).to.deep.equal([200, 200]);
        const lost = service.model["threads"].threads[0]!;
        expect(lost.threadId).not.to.equal(-1);
        const ending = lost.terminate();
        const during = await Promise.all([post(recommend, { user: 2 }), post(recommend, { user: 1 })]);
        await ending;
        expect(during.map(({ status }) => status)).to.deep.equal([200, 200]);
        expect(await metric("mmkit_workers_lost_total")).to.equal(
          log.filter((line) => line.includes("a worker stopped")).length,
        );
      },
    );
  });
});
