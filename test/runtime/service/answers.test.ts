import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRecommender, type Recommender } from "../../../runtime/serving/recommender.js";
import { writeExampleExport } from "../serving/exampleExport.js";
import { startTestService, type Answer, type TestService } from "./testService.js";

describe("answers of the service", () => {
  let tested: TestService;
  let recommender: Recommender;
  let folder: string;

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "mmkit-service-")), "export");
    await writeExampleExport(folder, {
      userKeys: ["ann", "bob", "eve"],
      itemKeys: ["A", "B", "C", "D"],
    });
    recommender = await loadRecommender(folder);
    tested = await startTestService(folder, {
      maxK: 50,
      maxRows: 3,
      maxList: 5,
      maxResults: 6,
      maxBody: 500,
    });
  });

  after(async () => {
    await tested.service.close();
    await recommender.release();
    await rm(join(folder, ".."), { recursive: true, force: true });
  });

  async function results(path: string, body: unknown): Promise<readonly unknown[]> {
    const { status, body: answer } = await tested.post(path, body);
    expect(status, JSON.stringify(answer)).to.equal(200);
    expect((answer as { version: string }).version).to.equal(tested.service.model.version);
    return (answer as { results: readonly unknown[] }).results;
  }

  it("recommend what the recommender does, by id and by the owner's key", async () => {
    const [ann, eve] = [await recommender.recommend(0, { k: 3 }), await recommender.recommend(2, { k: 3 })];
    expect(await results("/v1/recommend", { user: 0, k: 3 })).to.deep.equal([
      { user: 0, key: "ann", items: ann },
    ]);
    expect(await results("/v1/recommend", { users: ["eve", 0], k: 3 })).to.deep.equal([
      { user: 2, key: "eve", items: eve },
      { user: 0, key: "ann", items: ann },
    ]);
    expect(eve.map(({ key }) => key)).to.deep.equal(["A", "D"]);
  });

  it("recommend without further items, and with those of the training data where asked for", async () => {
    const exclude = ["C", 1];
    const expected = await recommender.recommend(0, { excludeSeen: false, exclude: [2, 1] });
    expect(await results("/v1/recommend", { user: "ann", excludeSeen: false, exclude })).to.deep.equal([
      { user: 0, key: "ann", items: expected },
    ]);
    expect(await results("/v1/recommend", { user: 2, exclude: ["A", "D"] })).to.deep.equal([
      { user: 2, key: "eve", items: [] },
    ]);
  });

  it("score the items of one user, and pairs", async () => {
    expect(await results("/v1/score", { user: "ann", items: [0, "B"] })).to.deep.equal([
      { user: 0, item: 0, score: 3 },
      { user: 0, item: 1, score: 1 },
    ]);
    const pairs = [
      { user: 2, item: "C" },
      { user: "bob", item: 3 },
    ];
    expect(await results("/v1/score", { pairs })).to.deep.equal([
      { user: 2, item: 2, score: 5 },
      { user: 1, item: 3, score: 2 },
    ]);
  });

  it("name the items most like others", async () => {
    const [first, last] = await recommender.similarMany([0, 3], { k: 2 });
    expect(await results("/v1/similar", { items: [0, "D"], k: 2 })).to.deep.equal([
      { item: 0, key: "A", items: first },
      { item: 3, key: "D", items: last },
    ]);
    expect(await results("/v1/similar", { item: "A", k: 2 })).to.deep.equal([
      { item: 0, key: "A", items: first },
    ]);
  });

  it("recommend to people whom the model does not know", async () => {
    const liked = [[0], [1, 2, 2]];
    const folded = await recommender.foldInMany(liked, { k: 3, exclude: [3] });
    const visitors = [{ liked: ["A"] }, { liked: [1, "C", 2] }];
    expect(await results("/v1/fold-in", { visitors, k: 3, exclude: ["D"] })).to.deep.equal(
      folded.map(({ items }) => ({ items })),
    );
    const again = await recommender.foldIn([1], { k: 4, excludeLiked: false });
    expect(await results("/v1/fold-in", { liked: [1], k: 4, excludeLiked: false })).to.deep.equal([
      { items: again.items },
    ]);
  });

  interface Refusal {
    readonly path: string;
    readonly body: unknown;
    readonly status: number;
    readonly message: string;
    readonly field?: string;
  }
  const recommend = "/v1/recommend";
  const refusals: readonly Refusal[] = [
    {
      path: recommend,
      body: { user: true },
      status: 400,
      message: "user must be a whole number or a text, found true.",
      field: "user",
    },
    {
      path: recommend,
      body: { user: 1.5 },
      status: 400,
      message: "user must be a whole number or a text, found 1.5.",
      field: "user",
    },
    {
      path: recommend,
      body: { users: [0, null] },
      status: 400,
      message: "users[1] must be a whole number or a text, found null.",
      field: "users[1]",
    },
    {
      path: recommend,
      body: { user: -1 },
      status: 400,
      message: "user must be at least 0, found -1.",
      field: "user",
    },
    { path: recommend, body: { user: "" }, status: 400, message: "user must not be empty.", field: "user" },
    {
      path: recommend,
      body: { user: 0, k: 51 },
      status: 400,
      message: "k must be at most 50, found 51.",
      field: "k",
    },
    {
      path: recommend,
      body: { user: 0, k: "3" },
      status: 400,
      message: 'k must be a whole number, found "3".',
      field: "k",
    },
    {
      path: recommend,
      body: { users: [0, 1], k: 4 },
      status: 400,
      message: "k: 2 lists of 4 items are more than the 6 items of one answer. Ask for fewer.",
      field: "k",
    },
    {
      path: recommend,
      body: { users: [0, 1, 2, 0] },
      status: 400,
      message: "users must have at most 3 entries, found a list of 4.",
      field: "users",
    },
    {
      path: recommend,
      body: { users: [] },
      status: 400,
      message: "users must have at least 1 entry, found a list of 0.",
      field: "users",
    },
    {
      path: recommend,
      body: {},
      status: 400,
      message: "the body must have either user or users, and not both.",
    },
    {
      path: recommend,
      body: { user: 0, users: [1] },
      status: 400,
      message: "the body must have either user or users, and not both.",
    },
    { path: recommend, body: [1], status: 400, message: "the body must be an object, found a list of 1." },
    { path: recommend, body: '"text"', status: 400, message: 'the body must be an object, found "text".' },
    { path: recommend, body: "null", status: 400, message: "the body must be an object, found null." },
    {
      path: recommend,
      body: { user: 0, usr: 1 },
      status: 400,
      message: 'the body must not have the property "usr".',
      field: "usr",
    },
    {
      path: recommend,
      body: '{"user":',
      status: 400,
      message: "The body must be a JSON object, but it is not valid JSON.",
    },
    {
      path: recommend,
      body: '{"__proto__":{"user":1}}',
      status: 400,
      message: "The body must be a JSON object, but it is not valid JSON.",
    },
    { path: recommend, body: "", status: 400, message: "The body must be a JSON object, but it is empty." },
    {
      path: recommend,
      body: { user: 3 },
      status: 404,
      message: "user: there is no user 3; ids are whole numbers from 0 to 2.",
      field: "user",
    },
    {
      path: recommend,
      body: { users: [1, "joe"] },
      status: 404,
      message: 'users[1]: no user has the key "joe".',
      field: "users[1]",
    },
    {
      path: recommend,
      body: { user: 1, exclude: [0, 1e300] },
      status: 404,
      message: "exclude[1]: there is no item 1e+300; ids are whole numbers from 0 to 3.",
      field: "exclude[1]",
    },
    {
      path: recommend,
      body: { user: "x".repeat(600) },
      status: 413,
      message: "The body must have at most 500 bytes. Divide the request.",
    },
    {
      path: "/v1/score",
      body: { pairs: [{ user: 0, item: 9 }] },
      status: 404,
      message: "pairs[0].item: there is no item 9; ids are whole numbers from 0 to 3.",
      field: "pairs[0].item",
    },
    {
      path: "/v1/score",
      body: { pairs: [{ user: 0 }] },
      status: 400,
      message: 'pairs[0] must have the property "item".',
      field: "pairs[0]",
    },
    {
      path: "/v1/score",
      body: { user: 0 },
      status: 400,
      message: "the body must have either user with items or pairs, and not both.",
    },
    {
      path: "/v1/similar",
      body: { item: "Z" },
      status: 404,
      message: 'item: no item has the key "Z".',
      field: "item",
    },
    {
      path: "/v1/fold-in",
      body: { visitors: [{ liked: [0] }, { liked: ["Z"] }] },
      status: 404,
      message: 'visitors[1].liked[0]: no item has the key "Z".',
      field: "visitors[1].liked[0]",
    },
    {
      path: "/v1/fold-in",
      body: { liked: [] },
      status: 400,
      message: "liked must have at least 1 entry, found a list of 0.",
      field: "liked",
    },
  ];

  it("say what is wrong with a request, in which field, what was expected and what was found", async () => {
    for (const { path, body, status, message, field } of refusals) {
      const answer = await tested.post(path, body);
      const { requestId, error, ...told } = answer.body as Record<string, unknown>;
      expect(told).to.deep.equal({ statusCode: status, message, ...(field === undefined ? {} : { field }) });
      expect(answer.status, message).to.equal(status);
      expect(requestId).to.equal(answer.headers.get("x-request-id"));
      expect(error).to.be.a("string").and.not.equal("");
    }
  });

  it("refuse other content types, methods and paths", async () => {
    const types: readonly [string, Answer][] = [
      ["text/plain", await tested.post(recommend, "{}", { "content-type": "text/plain" })],
      ["application/xml", await tested.post(recommend, "<a/>", { "content-type": "application/xml" })],
    ];
    for (const [type, { status, body }] of types) {
      expect(status).to.equal(415);
      expect((body as Error).message).to.equal(`The content type must be application/json, found ${type}.`);
    }
    const get = await tested.get(recommend);
    expect([get.status, get.headers.get("allow")]).to.deep.equal([405, "POST"]);
    expect((get.body as Error).message).to.equal("/v1/recommend takes POST, not GET.");
    const post = await tested.post("/health", {});
    expect([post.status, post.headers.get("allow")]).to.deep.equal([405, "GET, HEAD"]);
    for (const path of ["/", "/v2/recommend", "/v1/recommend/3", "/docs", "/admin/reload", "/export.json"]) {
      expect((await tested.get(path)).status, path).to.equal(404);
    }
    expect((await tested.get("/%zz")).status).to.equal(400);
  });

  it("carry the client's request id if it is one, and one of their own otherwise", async () => {
    const own = await tested.post(recommend, { user: 0 }, { "x-request-id": "shop-17:a" });
    expect(own.headers.get("x-request-id")).to.equal("shop-17:a");
    const [first, second] = [
      await tested.post(recommend, { user: 0 }, { "x-request-id": 'a"b' }),
      await tested.post(recommend, { user: 0 }),
    ];
    const ids = [first, second].map(({ headers }) => headers.get("x-request-id"));
    expect(ids[0]).to.match(/^[0-9a-f]{8}-[0-9a-z]+$/);
    expect(ids[1]).not.to.equal(ids[0]);
  });
});
