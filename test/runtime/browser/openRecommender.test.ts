import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRecommender, type LoadProgress } from "../../../runtime/browser/index.js";
import { loadRecommender } from "../../../runtime/serving/recommender.js";
import { rejection } from "../rejection.js";
import { writeExampleExport } from "../serving/exampleExport.js";
import { serveFolders, type StaticServer } from "./staticServer.js";

const rejected = (promise: Promise<unknown>): Promise<Error> => rejection(promise, Error);

describe("a recommender in a page, run in Node", () => {
  let folder: string;
  let server: StaticServer;
  let cacheNumber = 0;
  /** Each test has a cache of its own. */
  const fresh = () => ({ cache: `test ${cacheNumber++}` });
  const address = () => `${server.url}/export`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeExampleExport(join(folder, "export"));
    server = await serveFolders({ export: join(folder, "export") });
  });
  beforeEach(() => {
    server.requests.length = 0;
    Object.assign(server.behaviour, { change: (_: string, bytes: Buffer) => bytes, pause: 0 });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it("answers as the one in Node does", async () => {
    const here = await openRecommender(address(), fresh());
    const there = await loadRecommender(join(folder, "export"));
    for (const user of [0, 1, 2]) {
      for (const options of [{}, { k: 2 }, { excludeSeen: false }, { exclude: [3], k: 9 }]) {
        expect(await here.recommend(user, options)).to.deep.equal(await there.recommend(user, options));
      }
    }
    expect(await here.foldIn([1, 3], { k: 3 })).to.deep.equal(await there.foldIn([1, 3], { k: 3 }));
    expect(await here.similar(3)).to.deep.equal(await there.similar(3));
    expect(await here.rank([0, 1], { exclude: [2] })).to.deep.equal(
      await there.rank([0, 1], { exclude: [2] }),
    );
    const pairs = [
      [0, 0],
      [2, 2],
    ] as const;
    expect(await here.score(pairs)).to.deep.equal(await there.score(pairs));
    expect(await here.titles()).to.deep.equal(["zero", "one", "two with a tab", "three"]);
    await here.release();
    await there.release();
  });

  it("downloads a graph with the first request that needs it, and each file once", async () => {
    const recommender = await openRecommender(address(), fresh());
    expect(server.requests).to.deep.equal(["/export/export.json"]);
    await Promise.all([recommender.similar(0), recommender.similar(1)]);
    await recommender.similar(2);
    expect(server.requests.slice(1).sort()).to.deep.equal(["/export/items.tsv", "/export/similar.onnx"]);
    await recommender.release();
  });

  it("reports the bytes that have come, and that a second visit has them from the cache", async () => {
    const { cache } = fresh();
    const events: LoadProgress[] = [];
    const open = () =>
      openRecommender(address(), { cache, preload: ["rank"], onProgress: (event) => events.push(event) });
    const first = await open();
    const last = events.at(-1)!;
    expect(last).to.include({
      file: "rank.onnx",
      source: "network",
      loaded: last.total,
      allLoaded: last.allTotal,
    });
    const before = server.requests.length;
    events.length = 0;
    const second = await open();
    expect(events).to.deep.equal([{ ...last, source: "cache" }]);
    expect(server.requests.slice(before)).to.deep.equal(["/export/export.json"]);
    await first.release();
    await second.release();
  });

  it("works without a connection after the first visit, with what was loaded then", async () => {
    const { cache } = fresh();
    const alone = await serveFolders({ export: join(folder, "export") });
    const first = await openRecommender(`${alone.url}/export`, { cache });
    const list = await first.recommend(1);
    await first.release();
    await alone.close();
    const second = await openRecommender(`${alone.url}/export`, { cache });
    expect(await second.recommend(1)).to.deep.equal(list);
    const error = await rejected(second.similar(1));
    expect(error).to.have.property("name", "ArtifactError");
    expect(error.message).to.match(
      /similar\.onnx: the file cannot be fetched .*Check the address and the connection\.$/s,
    );
    await second.release();
  });

  it("refuses a file that is not the one described", async () => {
    server.behaviour.change = (path, bytes) => {
      const changed = Buffer.from(bytes);
      if (path.endsWith("rank.onnx")) changed[9]! ^= 1;
      return path.endsWith("similar.onnx") ? bytes.subarray(0, 40) : changed;
    };
    const recommender = await openRecommender(address(), fresh());
    const changed = await rejected(recommender.rank([1, 1]));
    expect(changed.message).to.match(
      /rank\.onnx: the file must have the sha256 \w{64} .*, found \w{64}\. Upload/,
    );
    const short = await rejected(recommender.similar(1));
    expect(short.message).to.match(/similar\.onnx: the file must have \d+ bytes, found 40\. Upload/);
    server.behaviour.change = (_, bytes) => bytes;
    expect(await recommender.rank([1, 1], { k: 1 })).to.have.length(1);
    await recommender.release();
  });

  it("stops where the signal says so", async () => {
    const already = AbortSignal.abort(new Error("too late"));
    expect((await rejected(openRecommender(address(), { ...fresh(), signal: already }))).message).to.equal(
      "too late",
    );
    const recommender = await openRecommender(address(), fresh());
    const stop = new AbortController();
    server.behaviour.pause = 50;
    const waiting = rejected(recommender.rank([1, 1], { signal: stop.signal }));
    stop.abort(new Error("the visitor left"));
    expect((await waiting).message).to.equal("the visitor left");
    server.behaviour.pause = 0;
    await recommender.release();
  });

  it("explains a score by its shares, or by what is lost without an item where the rule is no mean", async () => {
    const recommender = await openRecommender(address(), fresh());
    // The example folds in by the sum: [3, 0] + [1, 2], and item 2 is [0, 5].
    const explanation = await recommender.explain({ liked: [0, 3] }, 2);
    expect(explanation).to.deep.equal({
      item: 2,
      score: 10,
      method: "omission",
      reasons: [
        { item: 3, contribution: 10, title: "three" },
        { item: 0, contribution: 0, title: "zero" },
      ],
    });
    const ofUser = await recommender.explain({ user: 2 }, 0);
    expect(ofUser.reasons.map(({ item }) => item)).to.deep.equal([1, 2]);
    await recommender.release();
  });

  it("says what is wrong with a request", async () => {
    const recommender = await openRecommender(address(), fresh());
    const wrong = [
      [() => recommender.recommend(3), "user 3: user ids are whole numbers from 0 to 2."],
      [() => recommender.recommend(0, { k: 0 }), "k = 0: the number of items must be a whole number from 1."],
      [() => recommender.similar(-1), "item -1: item ids are whole numbers from 0 to 3."],
      [() => recommender.foldIn([]), "liked: somebody likes nothing"],
      [() => recommender.rank([1]), "vector 0: a vector of this model has 2 numbers, found 1."],
      [() => recommender.explain({ liked: [4] }, 0), "item 4: item ids"],
      [() => recommender.personalise([0]), "personalise: this export has no graphs that train"],
    ] as const;
    for (const [answer, message] of wrong) {
      const error = await rejected(answer());
      expect(error.name).to.equal("ServingError");
      expect(error.message).to.include(message);
    }
    await recommender.release();
    expect((await rejected(recommender.similar(0))).message).to.include(
      "it was released and answers no more",
    );
  });

  it("says what is wrong with the folder", async () => {
    expect((await rejected(openRecommender(`${server.url}/nothing`, fresh()))).message).to.match(
      /nothing\/export\.json: the server answers 404 Not Found\. Check/,
    );
    const described = (text: string) => {
      server.behaviour.change = (path, bytes) => (path.endsWith("export.json") ? Buffer.from(text) : bytes);
      return rejected(openRecommender(address(), fresh()));
    };
    expect((await described("{")).message).to.include("export.json: it is not JSON");
    expect((await described('{"format":"mmkit-export","version":1}')).message).to.include(
      "its version must be 2, found 1",
    );
    server.behaviour.change = (_, bytes) => bytes;
    expect(
      (await rejected(openRecommender(address(), { ...fresh(), precision: "int8" }))).message,
    ).to.include("precision int8: this export has float32 only");
    expect((await rejected(openRecommender(address(), { ...fresh(), device: "webgpu" }))).message).to.equal(
      'Device "webgpu" cannot be used: the browser has no WebGPU here. Use the device wasm or auto.',
    );
  });

  it("chooses wasm for a small catalogue, and says so", async () => {
    const recommender = await openRecommender(address(), fresh());
    expect(recommender.compute).to.deep.equal({
      device: "wasm",
      threads: 1,
      reason: "auto chose wasm: a request takes 8 multiplications, too few to be faster on a GPU",
    });
    expect(recommender.storage).to.deep.equal({
      kind: "memory",
      reason: "there is no Cache API here (it needs https or localhost)",
    });
    await recommender.release();
  });
});
