import { expect } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tensor } from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { encodedGraphs, precisionContents } from "../../../exports/inference/encodedGraphs.js";
import type * as Browser from "../../../runtime/browser/index.js";
import { loadRecommender } from "../../../runtime/serving/recommender.js";
import { writeExport } from "../../../runtime/serving/writeExport.js";
import { browserForSuite, softwareWebGpu } from "../../chromium.js";
import { clusteredVectors, exportVectors } from "./exportedVectors.js";
import { bundleForPage } from "./pageBundle.js";
import { serveFolders, type StaticServer } from "./staticServer.js";

/** Enough values for two tiles of the smaller precisions. */
const sizes = { users: 20, items: 9_000, dim: 32 };
const K = 10;
const smaller = ["float16", "int8"] as const;
const ort = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/wasm")));
const html = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="module">
import * as mmkit from "./bundle.js";
window.mmkit = mmkit;
</script>`;
declare const window: {
  readonly mmkit: typeof Browser;
  readonly navigator: {
    readonly gpu?: { requestAdapter(): Promise<{ readonly features: ReadonlySet<string> } | null> };
  };
};

describe("smaller precisions in Chromium", function () {
  this.timeout(120_000);
  let folder = "";
  let server: StaticServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await exportVectors(folder, sizes, ["float16", "int8"]);
    const bundle = await bundleForPage('export * from "./runtime/browser/index.js";');
    server = await serveFolders({ ort, export: folder }, { "index.html": html, "bundle.js": bundle.code });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  for (const [device, flags] of [
    ["wasm", undefined],
    ["webgpu", softwareWebGpu],
  ] as const) {
    describe(`on ${device}`, () => {
      const chromium = browserForSuite(flags);

      it("give the lists that Node gives, in tiles", async function () {
        const page = await (await chromium.browser.newContext()).newPage();
        await page.goto(`${server.url}/index.html`);
        await page.waitForFunction(() => "mmkit" in window);
        const { hasAdapter, hasHalves } = await page.evaluate(async () => {
          const adapter = await window.navigator.gpu?.requestAdapter();
          return {
            hasAdapter: adapter !== null && adapter !== undefined,
            hasHalves: adapter?.features.has("shader-f16") === true,
          };
        });
        if (device === "webgpu" && !hasAdapter) {
          process.stderr.write(
            "      skipped: this Chromium has no WebGPU adapter, not even a software one\n",
          );
          this.skip();
        }
        if (device === "webgpu" && !hasHalves) {
          const refused = await page.evaluate(async () => {
            const settings = { precision: "float16", device: "webgpu" } as const;
            return window.mmkit.openRecommender("/export", settings).then(String, String);
          });
          expect(refused).to.include("no float16 (shader-f16), which these graphs hold. Use the device wasm");
        }
        for (const precision of device === "webgpu" && !hasHalves ? (["int8"] as const) : smaller) {
          const found = await page.evaluate(
            async ({ of, on, k, users }) => {
              const recommender = await window.mmkit.openRecommender("/export", {
                precision: of,
                device: on,
              });
              const lists = await recommender.recommendMany([...Array(users).keys()], { k });
              const { items } = await recommender.foldIn([1, 2], { k });
              return [...lists, items].map((list) => list.map(({ item }) => item));
            },
            { of: precision, on: device, k: K, users: sizes.users },
          );
          const node = await loadRecommender(folder, { precision, threads: 1 });
          const lists = await node.recommendMany([...Array(sizes.users).keys()], { k: K });
          const { items } = await node.foldIn([1, 2], { k: K });
          await node.release();
          const expected = [...lists, items].map((list) => list.map(({ item }) => item));
          expect(found, precision).to.deep.equal(expected);
        }
      });
    });
  }
});

describe("vectors in files of their own", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("are handed to onnxruntime-web by name, and give the lists that Node gives", async () => {
    const small = { users: 5, items: 40, dim: 8 };
    const { vectors } = clusteredVectors(small);
    const map = Float32Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0));
    await writeExport(folder, {
      description: { model: "vectors", title: "Vectors", ...small, foldIn: { ridge: 1 }, source: {} },
      precisions: { float32: precisionContents(encodedGraphs(vectors, { ridge: 1, map }, "float32", 0)) },
    });
    const node = await loadRecommender(folder, { threads: 1 });
    const { graphs, externalData } = node.description.precisions.float32;
    const expected = await node.recommend(4, { k: K });
    await node.release();
    expect(externalData).to.have.members(["user_vectors.bin", "item_vectors.bin"]);

    web.env.wasm.numThreads = 1;
    const files = externalData.map(async (path) => ({ path, data: await readFile(join(folder, path)) }));
    const session = await web.InferenceSession.create(await readFile(join(folder, graphs.recommend)), {
      externalData: await Promise.all(files),
    });
    const { items } = await session.run({
      user_ids: new Tensor("int32", Int32Array.of(4), [1]),
      seen: new Tensor("int64", new BigInt64Array(0), [0, 2]),
      k: new Tensor("int64", BigInt64Array.of(BigInt(K)), [1]),
    });
    await session.release();
    expect(Array.from(items!.data as BigInt64Array, Number)).to.deep.equal(expected.map(({ item }) => item));
  });
});
