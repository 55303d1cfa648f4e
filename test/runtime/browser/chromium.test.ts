import { expect } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { withPageTraining } from "../../../exports/pageTraining.js";
import { models } from "../../../graphs/registry.js";
import type * as Browser from "../../../runtime/browser/index.js";
import { loadRecommender, type Recommendation } from "../../../runtime/serving/recommender.js";
import { packageRoot } from "../../../src/onnx/packageRoot.js";
import { browserForSuite, softwareWebGpu } from "../../chromium.js";
import { writeTinyDataset } from "../training/tinyDataset.js";
import { exportVectors } from "./exportedVectors.js";
import { bundleForPage } from "./pageBundle.js";
import { serveFolders, type StaticServer } from "./staticServer.js";
import { trainedShop } from "./trainedShop.js";

const sizes = { users: 1000, items: 600, dim: 32 };
const K = 10;
const ort = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/wasm")));

/** What the page's own script leaves on its window. */
interface Loaded {
  readonly mmkit: typeof Browser;
  readonly worker: () => Browser.MessageEnd;
}
declare const window: Loaded & {
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly gpu?: { requestAdapter(): Promise<object | null> } };
};

const html = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="module">
import * as mmkit from "./bundle.js";
window.worker = () => new Worker("./worker.js", { type: "module" });
window.mmkit = mmkit;
</script>`;

/** The folder of an export of vectors and one for training KSI, served with the bundle and onnxruntime-web. */
function servedFolders() {
  let folder = "";
  let server: StaticServer | undefined;
  let pages: Record<string, string> = {};
  before(async function () {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await exportVectors(join(folder, "export"), sizes);
    await writeTinyDataset(join(folder, "dataset"));
    for (const name of ["ksi", "lightgcn"]) {
      const given = {
        dim: 4,
        batchSize: 64,
        learningRate: 0.01,
        ...(name === "ksi" ? { modalities: ["text"] } : { layers: 1 }),
      };
      const artifacts = buildArtifacts(models.get(name)!, given);
      await writeArtifacts(await withPageTraining(artifacts, join(folder, "dataset"), 1), join(folder, name));
    }
    const bundle = await bundleForPage('export * from "./runtime/browser/index.js";');
    const worker = 'import { answerInWorker } from "./bundle.js";\nanswerInWorker();\n';
    pages = { "index.html": html, "bundle.js": bundle.code, "worker.js": worker };
    server = await serveFolders(
      {
        ...{ ort, export: join(folder, "export"), shop: join(folder, "shop", "export") },
        ...{ ksi: join(folder, "ksi"), lightgcn: join(folder, "lightgcn") },
      },
      pages,
    );
  });
  after(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });
  return {
    get server() {
      return server!;
    },
    /** Files served by their names; more can be added. */
    get pages() {
      return pages;
    },
    folder: (name: string) => join(folder, name),
  };
}

/** Whether two lists are the same but for items of all but equal scores. */
function expectSameList(found: readonly Recommendation[], expected: readonly Recommendation[], user: number) {
  expect(found.length, `length of user ${user}'s list`).to.equal(expected.length);
  found.forEach(({ item, score }, place) => {
    const wanted = expected[place]!;
    expect(score, `score at place ${place} of user ${user}`).to.be.closeTo(wanted.score, 1e-4);
    if (item === wanted.item) return;
    const tie = expected.find((other) => other.item === item) ?? expected.at(-1)!;
    expect(Math.abs(tie.score - wanted.score), `item ${item} of user ${user}`).to.be.below(1e-4);
  });
}

describe("mmkit/browser in Chromium", function () {
  this.timeout(120_000);
  const served = servedFolders();

  /** A page of its own cache, with everything that goes wrong in it. */
  async function openPage(chromium: { readonly browser: import("playwright-core").Browser }) {
    const context = await chromium.browser.newContext();
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("console", (message) => wrong.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => wrong.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(served.server.url) && !/^(?:data|blob):/.test(request.url())) {
        wrong.push(`asked ${request.url()}`);
      }
    });
    const load = async (): Promise<void> => {
      await page.goto(`${served.server.url}/index.html`);
      await page.waitForFunction(() => "mmkit" in window);
    };
    await load();
    return { context, page, wrong, load };
  }

  describe("on wasm", () => {
    const chromium = browserForSuite();

    it("gives 1,000 users the lists that Node gives them", async () => {
      const { page, context, wrong } = await openPage(chromium);
      const found = await page.evaluate(
        async ({ users, k }) => {
          const recommender = await window.mmkit.openRecommender("/export", { device: "wasm" });
          const lists = await recommender.recommendMany(
            Array.from({ length: users }, (_, user) => user),
            { k },
          );
          await recommender.release();
          return lists;
        },
        { users: sizes.users, k: K },
      );
      const node = await loadRecommender(served.folder("export"), { threads: 1 });
      const expected = await node.recommendMany(
        Array.from({ length: sizes.users }, (_, user) => user),
        { k: K },
      );
      await node.release();
      expect(found).to.have.length(1000);
      found.forEach((list, user) => {
        expectSameList(list, expected[user]!, user);
      });
      expect(wrong).to.deep.equal([]);
      await context.close();
    });

    it("runs the README's example", async () => {
      const readme = await readFile(join(packageRoot(), "README.md"), "utf8");
      const example = /```ts\n([^`]*"mmkit\/browser".*?)```/s.exec(readme)![1]!;
      served.pages["example.js"] = (await bundleForPage(example)).code;
      served.pages["example.html"] =
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./example.js"></script>';
      const { page, context } = await openPage(chromium);
      const said: string[] = [];
      page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => said.push(error.message));
      await page.goto(`${served.server.url}/example.html`);
      while (!said.some((line) => !/^log: (?:\S+: \d+ of \d+ bytes|auto chose)/.test(line))) {
        await page.waitForEvent("console");
      }
      expect(said[0]).to.match(/^log: auto chose wasm: a request takes 19,200 multiplications/);
      expect(said.at(-1)).to.match(/^log: item \d+, most of all because of item (?:61|83|216)$/);
      await context.close();
    });

    it("recommends visitors more of what they take after training on their clicks than for the mean of those", async () => {
      const visitors = await trainedShop(served.folder("shop"), 150);
      const { page, context, wrong } = await openPage(chromium);
      const found = await page.evaluate(async (given) => {
        const recommender = await window.mmkit.openRecommender("/shop");
        const mean: number[][] = [];
        const own: number[][] = [];
        const milliseconds: number[] = [];
        for (const { clicked, mean: vector } of given) {
          const ofMean = await recommender.rank(vector, { k: 20, exclude: clicked });
          const personal = await recommender.personalise(clicked, { k: 20 });
          mean.push(ofMean.map(({ item }) => item));
          own.push(personal.items.map(({ item }) => item));
          milliseconds.push(personal.milliseconds);
        }
        return { mean, own, milliseconds };
      }, visitors);
      const rates = (lists: readonly (readonly number[])[]) => {
        const hits = lists.map((list, visitor) => {
          const taken = new Set(visitors[visitor]!.taken);
          const found10 = list.slice(0, 10).some((item) => taken.has(item));
          return { hit: found10 ? 1 : 0, recall: list.filter((item) => taken.has(item)).length / taken.size };
        });
        const mean = (of: "hit" | "recall"): number =>
          hits.reduce((sum, one) => sum + one[of], 0) / hits.length;
        return { hit: mean("hit"), recall: mean("recall") };
      };
      const [ofMean, own] = [rates(found.mean), rates(found.own)];
      const median = found.milliseconds.sort((left, right) => left - right)[visitors.length >> 1]!;
      process.stderr.write(
        `      ${visitors.length} visitors: HR@10 ${ofMean.hit.toFixed(3)} for the mean, ${own.hit.toFixed(3)} trained; ` +
          `Recall@20 ${ofMean.recall.toFixed(3)}, ${own.recall.toFixed(3)}; ${median.toFixed(0)} ms of training\n`,
      );
      expect(own.hit).to.be.above(ofMean.hit);
      expect(own.recall).to.be.above(1.03 * ofMean.recall);
      expect(wrong).to.deep.equal([]);
      await context.close();
    });

    it("reports progress, onnxruntime's own file included, and has all of it on the second visit", async () => {
      const { page, context, wrong, load } = await openPage(chromium);
      const visit = () =>
        page.evaluate(async () => {
          const events: Browser.LoadProgress[] = [];
          const recommender = await window.mmkit.openRecommender("/export", {
            wasmPaths: { wasm: "/ort/ort-wasm-simd-threaded.wasm", mjs: "/ort/ort-wasm-simd-threaded.mjs" },
            preload: ["foldIn"],
            onProgress: (event) => events.push(event),
          });
          const list = await recommender.foldIn([1, 2, 3], { k: 2 });
          const { storage } = recommender;
          await recommender.release();
          return { events, list: list.items, storage };
        });
      const first = await visit();
      expect(first.storage).to.deep.equal({ kind: "cache", reason: null });
      const files = ["ort-wasm-simd-threaded.wasm", "fold_in.onnx", "items.tsv"];
      for (const file of files) {
        const ofFile = first.events.filter((event) => event.file === file);
        expect(ofFile.map(({ source }) => source))
          .to.include("network")
          .and.not.to.include("cache");
        expect(ofFile.at(-1)!.loaded).to.equal(ofFile.at(-1)!.total);
        expect(ofFile.map(({ loaded }) => loaded)).to.deep.equal(
          ofFile.map(({ loaded }) => loaded).sort((left, right) => left - right),
        );
      }
      const { allLoaded, allTotal } = first.events.at(-1)!;
      expect(allLoaded).to.equal(allTotal).and.to.be.above(1e7);
      await load();
      served.server.requests.length = 0;
      const second = await visit();
      expect(second.list).to.deep.equal(first.list);
      expect(second.events.map(({ file, source }) => [file, source])).to.deep.equal(
        files.map((file) => [file, "cache"]),
      );
      expect(served.server.requests.filter((path) => path.startsWith("/export"))).to.deep.equal([
        "/export/export.json",
      ]);
      expect(wrong).to.deep.equal([]);
      await context.close();
    });

    it("answers without a connection once its files were loaded, and says which one was not", async () => {
      const { page, context } = await openPage(chromium);
      await page.evaluate(async () => {
        const recommender = await window.mmkit.openRecommender("/export");
        await recommender.recommend(5);
      });
      await context.setOffline(true);
      const offline = await page.evaluate(async () => {
        const recommender = await window.mmkit.openRecommender("/export");
        const list = await recommender.recommend(5, { k: 3 });
        const refusal = await recommender.similar(1).catch((error: unknown) => (error as Error).message);
        return { list, refusal };
      });
      expect(offline.list).to.have.length(3);
      expect(offline.refusal).to.match(
        /export\/similar\.onnx: the file cannot be fetched .*Check the address/,
      );
      await context.close();
    });

    it("has threads where the page is isolated, and one where it is not", async () => {
      const threads = async (isolates: boolean) => {
        served.server.behaviour.isolates = isolates;
        const { page, context, wrong } = await openPage(chromium);
        const found = await page.evaluate(async () => {
          const recommender = await window.mmkit.openRecommender("/export", { threads: 2 });
          const list = await recommender.recommend(7, { k: 3 });
          return { ...recommender.compute, isolated: window.crossOriginIsolated, list };
        });
        served.server.behaviour.isolates = true;
        expect(wrong).to.deep.equal([]);
        await context.close();
        return found;
      };
      const [isolated, open] = [await threads(true), await threads(false)];
      expect([isolated.isolated, isolated.threads]).to.deep.equal([true, 2]);
      expect([open.isolated, open.threads]).to.deep.equal([false, 1]);
      expectSameList(isolated.list, open.list, 7);
    });

    it("does everything in a worker too, errors, progress and aborting included", async () => {
      const { page, context, wrong } = await openPage(chromium);
      const found = await page.evaluate(async () => {
        const { connectWorker, ServingError } = window.mmkit;
        const events: string[] = [];
        const connection = connectWorker(window.worker());
        const recommender = await connection.openRecommender("./export/", {
          onProgress: ({ file }) => events.push(file),
        });
        const list = await recommender.recommend(7, { k: 3 });
        const personal = await recommender.personalise([1, 2], { k: 3 });
        const error = await recommender.recommend(-1).catch((thrown: unknown) => thrown);
        const stop = new AbortController();
        const waiting = recommender.similar(3, { signal: stop.signal }).catch((thrown: unknown) => thrown);
        stop.abort(new Error("no longer wanted"));
        const aborted = await waiting;
        const steps: number[] = [];
        const trained = await connection.trainInPage("./ksi", {
          epochs: 2,
          evaluateEvery: 2,
          onStep: ({ step }) => steps.push(step),
        });
        const after = await trained.recommender.recommend(0, { k: 2 });
        await recommender.release();
        await trained.recommender.release();
        return {
          ...{ list, steps, after, events: [...new Set(events)], compute: recommender.compute },
          vector: personal.vector.length,
          error: error instanceof ServingError ? error.argument : String(error),
          aborted: (aborted as Error).message,
          losses: trained.losses.map(({ total }) => total!),
          best: trained.best?.epoch,
        };
      });
      expect(found.list).to.have.length(3);
      expect(found.vector).to.equal(sizes.dim);
      expect(found.error).to.equal("user -1");
      expect(found.aborted).to.equal("no longer wanted");
      expect(found.steps).to.deep.equal([2, 3, 2, 3]);
      expect(found.losses[1]).to.be.below(found.losses[0]!);
      expect(found.best).to.equal(2);
      expect(found.after).to.have.length(2);
      expect(found.events).to.include("recommend.onnx");
      expect(wrong).to.deep.equal([]);
      await context.close();
    });

    it("trains in the page, which goes on answering meanwhile", async () => {
      const { page, context, wrong } = await openPage(chromium);
      const found = await page.evaluate(async () => {
        let turns = 0;
        const clock = setInterval(() => turns++, 1);
        const trained = await window.mmkit.trainInPage("/ksi", { epochs: 6, evaluateEvery: 3 });
        clearInterval(clock);
        const { losses, seconds, statePlace } = trained;
        await trained.recommender.release();
        return { turns, losses: losses.map(({ total }) => total!), seconds, statePlace };
      });
      expect(found.losses).to.have.length(6);
      expect(found.losses[5]).to.be.below(found.losses[0]!);
      // Once between any two runs of steps at least.
      expect(found.turns).to.be.at.least(6);
      expect(found.statePlace).to.equal(null);
      expect(wrong).to.deep.equal([]);
      await context.close();
    });
  });

  describe("on WebGPU, by a software adapter", () => {
    const chromium = browserForSuite(softwareWebGpu);
    let page: Page;

    before(async function () {
      page = (await openPage(chromium)).page;
      const has = await page.evaluate(async () => {
        const { gpu } = window.navigator;
        return gpu !== undefined && (await gpu.requestAdapter()) !== null;
      });
      if (has) return;
      process.stderr.write("      skipped: this Chromium has no WebGPU adapter, not even a software one\n");
      this.skip();
    });

    it("gives users the lists that Node gives them, and trains vectors alike", async () => {
      const found = await page.evaluate(async (k) => {
        const gpu = await window.mmkit.openRecommender("/export", { device: "webgpu" });
        const wasm = await window.mmkit.openRecommender("/export", { device: "wasm" });
        const users = Array.from({ length: 50 }, (_, user) => 20 * user);
        const lists = await gpu.recommendMany(users, { k });
        const started = performance.now();
        await gpu.recommend(1);
        const milliseconds = performance.now() - started;
        const vectors = [await gpu.personalise([1, 2]), await wasm.personalise([1, 2])];
        return {
          ...{ users, lists, milliseconds, compute: gpu.compute },
          vectors: vectors.map(({ vector }) => [...vector]),
        };
      }, K);
      expect(found.compute.device).to.equal("webgpu");
      const node = await loadRecommender(served.folder("export"), { threads: 1 });
      const expected = await node.recommendMany(found.users, { k: K });
      await node.release();
      found.lists.forEach((list, row) => {
        expectSameList(list, expected[row]!, found.users[row]!);
      });
      const [gpu, wasm] = found.vectors;
      gpu!.forEach((value, d) => expect(value).to.be.closeTo(wasm![d]!, 1e-3));
    });

    it("takes the training steps that wasm takes, the state on the GPU between them", async () => {
      const found = await page.evaluate(async () => {
        const train = async (device: "webgpu" | "wasm") => {
          const trained = await window.mmkit.trainInPage("/lightgcn", {
            device,
            epochs: 1,
            evaluateEvery: 0,
          });
          const vector = (await trained.recommender.foldIn([1, 2])).vector;
          return { losses: trained.losses[0]!, vector: [...vector], statePlace: trained.statePlace };
        };
        return { gpu: await train("webgpu"), wasm: await train("wasm") };
      });
      for (const [name, loss] of Object.entries(found.wasm.losses)) {
        expect(found.gpu.losses[name], name).to.be.closeTo(loss, 1e-4);
      }
      found.gpu.vector.forEach((value, d) => expect(value).to.be.closeTo(found.wasm.vector[d]!, 1e-3));
      expect(found.gpu.statePlace).to.equal("gpu");
    });
  });
});
