import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { checkLoss, PrecisionLossError } from "../../exports/inference/measureExport.js";
import { parseTritonConfig } from "../../exports/triton/tritonConfig.js";
import type { VectorsDescription } from "../../exports/vectors/exportVectors.js";
import { readNpy } from "../../runtime/data/npy.js";
import type { ExportDescription } from "../../runtime/serving/exportFormat.js";
import { loadRecommender } from "../../runtime/serving/recommender.js";
import { mmkit } from "../cli/capture.js";
import { folderContents } from "../cli/folderContents.js";
import { tinySizes, writeTinyDataset } from "../cli/tinyDataset.js";

const run = promisify(execFile);

describe("the targets of mmkit export", function () {
  this.timeout(60_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const exported = (...words: readonly string[]) => mmkit("export", at("run"), ...words);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(at("data"));
    const settings = ["dim=8", "batchSize=32", "learningRate=0.05", 'modalities=["text"]'];
    const sets = settings.flatMap((setting) => ["--set", setting]);
    const words = ["--data", at("data"), "--out", at("run"), "--epochs", "4", ...sets];
    const trained = await mmkit("train", "vbpr", ...words);
    expect(trained.code, trained.stderr).to.equal(0);
  });
  after(() => rm(root, { recursive: true, force: true }));

  describe("smaller precisions", () => {
    it("are written beside float32 with what they lose", async () => {
      const { code, stdout, stderr } = await exported("--out", at("small"), "--quantize", "all", "--json");
      expect(code, stderr).to.equal(0);
      const { precisions, files } = JSON.parse(stdout) as ExportDescription;
      const { float32, float16, int8 } = precisions;
      expect(float16!.bytes).to.be.below(float32.bytes);
      expect(int8!.graphs.similar).to.equal("similar.int8.onnx");
      for (const { measured } of [float32, float16!, int8!]) {
        expect([measured!.split, measured!.users]).to.deep.equal(["valid", tinySizes.users]);
        expect(measured!.metrics["Recall@20"]).to.be.closeTo(float32.measured!.metrics["Recall@20"]!, 0.02);
      }
      expect(await readdir(at("small"))).to.have.members([...Object.keys(files), "export.json"]);
    });

    it("recommend what float32 does, in each", async () => {
      const lists: number[][] = [];
      for (const precision of ["float32", "float16", "int8"] as const) {
        const recommender = await loadRecommender(at("small"), { precision, threads: 1 });
        lists.push((await recommender.recommend(3, { k: 3 })).map(({ item }) => item));
        await recommender.release();
      }
      expect(lists[1]).to.deep.equal(lists[0]);
      expect(lists[2]).to.have.members(lists[0]!);
    });

    it("are refused with a share that is none, and what is there stays", async () => {
      const before = await folderContents(at("small"));
      const refused = await exported(
        "--out",
        at("small"),
        "--force",
        "--quantize",
        "int8",
        "--max-loss",
        "2",
      );
      expect([refused.code, refused.stderr]).to.deep.equal([
        2,
        "mmkit: --max-loss must be a share from 0 to 1, found 2. Give 0.01 for 1%.\n",
      ]);
      expect(await folderContents(at("small"))).to.deep.equal(before);
    });

    it("are an error where they lose more than is allowed", () => {
      const measured = (recall: number) =>
        ({ split: "valid", users: 9, metrics: { "Recall@20": recall } }) as const;
      const values = { float32: measured(0.5), float16: measured(0.4999), int8: measured(0.49) };
      expect(() => {
        checkLoss(values, 0.02);
      }).not.to.throw();
      expect(() => {
        checkLoss(values, 0.01);
      }).to.throw(
        PrecisionLossError,
        "int8: Recall@20 is 0.4900 where float32 has 0.5000, 2.00% less, and 1.00% are allowed; nothing was written. " +
          "Export another precision, or allow more with --max-loss.",
      );
    });

    it("keep vectors in files of their own that graphs share, when asked", async () => {
      const { code, stderr } = await exported("--out", at("shared"), "--external-data", "--quantize", "int8");
      expect(code, stderr).to.equal(0);
      const names = await readdir(at("shared"));
      expect(names).to.include.members(["user_vectors.bin", "item_vectors.bin", "item_vectors.int8.bin"]);
      for (const precision of ["float32", "int8"] as const) {
        const lists: number[][] = [];
        for (const folder of ["small", "shared"]) {
          const recommender = await loadRecommender(at(folder), { precision, threads: 1 });
          const { externalData } = recommender.description.precisions[precision]!;
          expect(externalData.length).to.equal(folder === "shared" ? 2 : 0);
          const { items } = await recommender.foldIn([1, 3, 5], { k: 4 });
          lists.push([...(await recommender.recommend(7)), ...items].map(({ item }) => item));
          await recommender.release();
        }
        expect(lists[1]).to.deep.equal(lists[0]);
      }
    });
  });

  describe("triton", () => {
    it("writes a model repository with every graph and the item tower", async () => {
      const { code, stdout, stderr } = await exported("--out", at("models"), "--target", "triton");
      expect(code, stderr).to.equal(0);
      expect(stdout).to.equal(
        `a model repository with recommend, score, similar, fold_in, rank, item_tower\n${at("models")}\n`,
      );
      const config = await readFile(at("models", "item_tower", "config.pbtxt"), "utf8");
      const { input, max_batch_size: largest } = parseTritonConfig(config, "item_tower");
      expect([largest > 0, input[0]!.name, input[0]!.dims]).to.deep.equal([true, "new_text_features", [4]]);
    });

    it("is refused with options that say nothing for it", async () => {
      const refused = await exported("--out", at("other"), "--target", "triton", "--quantize", "all");
      expect([refused.code, refused.stderr]).to.deep.equal([
        2,
        "mmkit: --target triton takes one precision, not all. " +
          "Choose float16 or int8, or leave --quantize out for float32.\n",
      ]);
      const unknown = await exported("--out", at("other"), "--target", "trition");
      expect([unknown.code, unknown.stderr]).to.deep.equal([
        2,
        'mmkit: --target cannot be "trition". Did you mean triton?\n',
      ]);
    });
  });

  describe("vectors", () => {
    before(async () => {
      const { code, stderr } = await exported("--out", at("vectors"), "--target", "vectors");
      expect(code, stderr).to.equal(0);
    });

    it("writes Parquet and .npy with the vectors of all users and items", async () => {
      const text = await readFile(at("vectors", "vectors.json"), "utf8");
      const { users, items, dim, similarity, files } = JSON.parse(text) as VectorsDescription;
      expect({ users, items, dim, similarity }).to.deep.equal({
        ...tinySizes,
        dim: 16,
        similarity: "inner product",
      });
      expect(Object.keys(files)).to.have.members([
        "users.npy",
        "users.parquet",
        "items.npy",
        "items.parquet",
      ]);
      const { shape } = await readNpy(at("vectors", "items.npy"));
      expect(shape).to.deep.equal([items, dim]);
    });

    it("found by inner product are what recommend.onnx recommends", async () => {
      const program = join(import.meta.dirname, "..", "..", "examples", "vectors.js");
      const recommender = await loadRecommender(at("small"), { threads: 1 });
      for (const user of [0, 39]) {
        const { stdout } = await run(process.execPath, [program, at("vectors"), String(user), "5"]);
        const found = stdout
          .trimEnd()
          .split("\n")
          .map((line) => line.trim().split(" "));
        const list = await recommender.recommend(user, { k: 5, excludeSeen: false });
        expect(found.map(([item]) => Number(item))).to.deep.equal(list.map(({ item }) => item));
        found.forEach(([, score], place) => {
          expect(Number(score)).to.be.closeTo(list[place]!.score, 1e-4);
        });
      }
      await recommender.release();
    });

    it("are not replaced without --force, nor quantised", async () => {
      const there = await exported("--out", at("vectors"), "--target", "vectors");
      expect(there.stderr).to.include("the folder already holds vectors.json");
      const refused = await exported("--out", at("v"), "--target", "vectors", "--quantize", "int8");
      expect(refused.code).to.equal(2);
    });
  });
});
