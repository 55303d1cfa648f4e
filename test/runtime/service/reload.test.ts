import { expect } from "chai";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exportFiles } from "../../../runtime/serving/exportFormat.js";
import { exampleExport, writeExampleExport } from "../serving/exampleExport.js";
import { withService, type TestService } from "./testService.js";

const TOKEN = "a token of tests, long".replaceAll(" ", "-");
const recommend = "/v1/recommend";

/** Another content, so another version; the scores are the same. */
function changed(seed: number) {
  return { description: { ...exampleExport().description, source: { seed } } };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 1000) throw new Error("it did not happen");
    await sleep(10);
  }
}

interface Ready {
  readonly ready: boolean;
  readonly model: { readonly version: string };
  readonly reload?: { readonly at: string; readonly message: string };
}

async function ready({ get }: TestService): Promise<Ready> {
  return (await get("/ready")).body as Ready;
}

describe("a new export in the folder of the service", () => {
  it("takes the old one's place without a request lost, and each answer comes from one of them", async () => {
    await withService({}, async ({ folder, service, post, metric, log }) => {
      const versions = new Set<string>();
      let isOver = false;
      const asking = Array.from({ length: 4 }, async () => {
        let count = 0;
        for (; !isOver; count++) {
          const { status, body } = await post(recommend, { user: 1, k: 2 });
          expect(status).to.equal(200);
          await sleep(1);
          const { version, results } = body as { version: string; results: { items: { item: number }[] }[] };
          versions.add(version);
          expect(results[0]!.items.map(({ item }) => item)).to.deep.equal([2, 1]);
        }
        return count;
      });
      const known = [service.model.version];
      for (const seed of [1, 2]) {
        await writeExampleExport(folder, changed(seed));
        expect(await service.reload()).to.deep.equal({ outcome: "loaded" });
        known.push(service.model.version);
      }
      isOver = true;
      const counts = await Promise.all(asking);
      expect(Math.min(...counts)).to.be.above(0);
      expect(new Set(known).size).to.equal(3);
      expect([...versions].every((version) => known.includes(version))).to.equal(true);
      expect(await metric('mmkit_reloads_total{outcome="loaded"}')).to.equal(2);
      const info = `mmkit_model_info{model="example",version="${known[2]!}",precision="float32",device="cpu"}`;
      expect(await metric(info)).to.equal(1);
      await until(() => log.filter((line) => line.includes("earlier model closed")).length === 2);
    });
  });

  it("is looked for again if somebody asks while another is loaded, once for all who ask", async () => {
    await withService({}, async ({ folder, service, metric }) => {
      await writeExampleExport(folder, changed(4));
      const [first, second, third] = [service.reload(), service.reload(), service.reload()];
      expect(second).not.to.equal(first);
      expect(third).to.equal(second);
      for (const attempt of [first, second]) expect(await attempt).to.deep.equal({ outcome: "loaded" });
      expect(await metric('mmkit_reloads_total{outcome="loaded"}')).to.equal(2);
    });
  });

  it("is found by looking, once it is whole", async () => {
    await withService({ watch: 20 }, async ({ folder, service, metric }) => {
      const { version } = service.model;
      await writeExampleExport(folder, changed(1));
      await until(() => service.model.version !== version);
      // The same content again is no new export.
      await writeExampleExport(folder, changed(1));
      await until(async () => (await metric('mmkit_reloads_total{outcome="unchanged"}')) === 1);
      expect(await metric('mmkit_reloads_total{outcome="loaded"}')).to.equal(1);
    });
  });

  it("leaves the old one in service if it is broken, which /ready, the log and a metric tell", async () => {
    await withService({}, async (tested) => {
      const { folder, service, post, metric, log } = tested;
      const { version } = service.model;
      const graph = join(folder, exportFiles.recommend);
      const whole = await readFile(graph);
      const breaks: readonly (readonly [says: string, act: () => Promise<void>])[] = [
        ["it was changed or cut short", () => writeFile(graph, whole.subarray(0, 100))],
        ["the file is missing or cannot be read", () => rm(graph)],
        ["cannot be read", () => writeFile(join(folder, exportFiles.description), "{}{")],
      ];
      for (const [says, act] of breaks) {
        await act();
        const result = await service.reload();
        expect(result.outcome).to.equal("failed");
        const now = await ready(tested);
        expect(now).to.include({ ready: true });
        expect(now.model.version).to.equal(version);
        expect(now.reload!.message).to.include(says).and.to.include(folder);
        expect(log.at(-1)).to.include("the earlier one stays in service");
        expect(await metric("mmkit_reload_failing")).to.equal(1);
        expect((await post(recommend, { user: 0 })).status).to.equal(200);
      }
      // A graph that onnxruntime refuses, with the right checksum.
      const { precisions } = exampleExport();
      const graphs = { ...precisions.float32.graphs, similar: () => Buffer.from("no graph") };
      await writeExampleExport(folder, { precisions: { float32: { graphs } } });
      await service.reload();
      expect((await ready(tested)).reload!.message).to.include("similar.onnx: onnxruntime cannot load it");
      // A graph that cannot run: its inputs are others.
      const mixed = { ...precisions.float32.graphs, foldIn: precisions.float32.graphs.score };
      await writeExampleExport(folder, { precisions: { float32: { graphs: mixed } } });
      await service.reload();
      expect((await ready(tested)).reload!.message).to.include("fold_in.onnx: onnxruntime cannot run it");
      await writeExampleExport(folder, changed(7));
      expect(await service.reload()).to.deep.equal({ outcome: "loaded" });
      expect(await ready(tested)).not.to.have.property("reload");
      expect(await metric("mmkit_reload_failing")).to.equal(0);
      expect(await metric('mmkit_reloads_total{outcome="failed"}')).to.equal(5);
    });
  });

  it("is loaded on request only for those who know the token", async () => {
    await withService({ adminToken: TOKEN }, async ({ folder, service, post }) => {
      const { version } = service.model;
      await writeExampleExport(folder, changed(3));
      for (const authorization of ["", "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN]) {
        const { status, headers } = await post("/admin/reload", "", { authorization });
        expect([status, headers.get("www-authenticate")]).to.deep.equal([401, "Bearer"]);
      }
      expect(service.model.version).to.equal(version);
      const answer = await post("/admin/reload", {}, { authorization: `Bearer ${TOKEN}` });
      expect([answer.status, answer.body]).to.deep.equal([200, { outcome: "loaded" }]);
      expect(service.model.version).not.to.equal(version);
      await rm(join(folder, exportFiles.score));
      const failed = await post("/admin/reload", {}, { authorization: `Bearer ${TOKEN}` });
      expect(failed.status).to.equal(422);
      expect((failed.body as Error).message).to.include("score.onnx: the file is missing");
    });
  });
});
