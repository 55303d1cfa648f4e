import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readRun } from "../../exports/inferenceRun.js";
import { finalVectors } from "../../exports/inferenceVectors.js";
import { loadDataset } from "../../runtime/data/dataset.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { runModel, runtimes } from "../onnx/runBoth.js";
import { mmkit, type Captured } from "./capture.js";
import { folderContents } from "./folderContents.js";
import { program, startProgram } from "./program.js";
import { tinySizes, writeTinyDataset } from "./tinyDataset.js";

/** Every test starts from the same finished run and export, and changes only copies of them. */
describe("from training to recommendations", function () {
  this.timeout(60_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const small = ["--set", "dim=8", "--set", "batchSize=32", "--set", "learningRate=0.05"];
  let trained: Captured;
  let exported: Captured;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(at("data"));
    trained = await mmkit(
      "train",
      "ksi",
      "--data",
      at("data"),
      "--out",
      at("run"),
      ...small,
      "--epochs",
      "3",
    );
    exported = await mmkit("export", at("run"), "--out", at("export"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** A copy of the run to be damaged. */
  const copiedRun = async (): Promise<string> => {
    await rm(at("copy"), { recursive: true, force: true });
    await cp(at("run"), at("copy"), { recursive: true });
    return at("copy");
  };

  describe("mmkit train", () => {
    it("prints the resolved configuration and where each value comes from", () => {
      expect(trained.code, trained.stderr).to.equal(0);
      expect(trained.stderr).to.match(/\n {2}modalities += \["text"\] \(dataset\)\n {2}dim += 8 \(--set\)\n/);
      expect(trained.stderr).to.match(/\n {2}beta += 1 \(default\)\n/);
      expect(trained.stderr).to.match(/\n {2}epochs += 3 \(option\)\n/);
      expect(trained.stderr).to.contain("dataset tiny: 40 users, 30 items, 280/40/40 interactions\n");
    });

    it("tells losses and the validation metric of every epoch", () => {
      for (const epoch of [1, 2, 3]) {
        expect(trained.stderr).to.match(
          new RegExp(`\nepoch ${epoch} of 3: total [\\d.]+, bpr [\\d.]+, .*; valid Recall@20 [\\d.]{6}`),
        );
      }
    });

    it("ends with the test metrics beside popularity's", async () => {
      const results = JSON.parse(await readFile(at("run", "results.json"), "utf8")) as TrainingResults;
      const row = (key: "Recall@5"): string =>
        [results.test, results.popularityTest].map((of) => of!.metrics[key]!.toFixed(4)).join(" +");
      expect(trained.stdout).to.match(new RegExp(`\n  Recall@5  +${row("Recall@5")} `));
      expect(trained.stdout).to.match(/\n +ksi +popularity +ksi, cold items\n/);
      expect(trained.stdout).to.contain(`saved in ${at("run")}\n`);
    });

    it("leaves a run folder with its own artifacts and configuration", async () => {
      expect(await readdir(at("run"))).to.have.members([
        "artifacts",
        "checkpoints",
        "config.json",
        "environment.jsonl",
        "metrics.jsonl",
        "results.json",
        "users",
      ]);
      const config = JSON.parse(await readFile(at("run", "config.json"), "utf8")) as Record<string, unknown>;
      expect(config).to.deep.include({ epochs: 3, artifactFolder: at("run", "artifacts"), model: "ksi" });
      expect(config["hyperparameters"]).to.deep.include({ modalities: ["text"], dim: 8 });
    });

    it("resumes to the same state as a run that was longer from the start", async () => {
      const words = ["train", "mf", "--data", at("data"), ...small, "--threads", "1", "--out"];
      await mmkit(...words, at("short"), "--epochs", "1");
      const resumed = await mmkit(...words, at("short"), "--epochs", "2", "--resume", "--json");
      expect(resumed.code, resumed.stderr).to.equal(0);
      expect(resumed.stderr).to.contain("continuing after 1 epoch\n");
      const straight = await mmkit(...words, at("long"), "--epochs", "2", "--json");
      const metrics = ({ stdout }: Captured): unknown => (JSON.parse(stdout) as TrainingResults).test;
      expect(metrics(resumed)).to.deep.equal(metrics(straight));
      const last = ["checkpoints", "last", "state.safetensors"];
      expect(await readFile(at("short", ...last))).to.deep.equal(await readFile(at("long", ...last)));
    });

    it("resumes with the settings of the run where none are given", async () => {
      const words = [...small, "--patience", "7", "--seed", "3", "--cutoffs", "3,5", "--monitor", "NDCG@5"];
      const more = ["--monitor-decimals", "none", "--select-on", "test", "--mask-validation-at-test"];
      const run = at("bare");
      const first = await mmkit(
        "train",
        "mf",
        "--data",
        at("data"),
        "--out",
        run,
        ...words,
        ...more,
        "--epochs",
        "1",
      );
      expect(first.code, first.stderr).to.equal(0);
      const config = async (): Promise<Record<string, unknown>> =>
        JSON.parse(await readFile(join(run, "config.json"), "utf8")) as Record<string, unknown>;
      const before = await config();
      expect(before).to.deep.include({
        cutoffs: [3, 5],
        monitor: "NDCG@5",
        monitorDecimals: null,
        selectOn: "test",
        maskValidationAtTest: true,
      });
      const resumed = await mmkit("train", "mf", "--out", run, "--resume", "--epochs", "2");
      expect(resumed.code, resumed.stderr).to.equal(0);
      expect(resumed.stderr)
        .to.match(/\n {2}dim += 8 \(run\)\n/)
        .and.to.match(/\n {2}patience += 7 \(run\)\n/);
      expect(resumed.stderr).to.match(/\n {2}epochs += 2 \(option\)\n/);
      expect(resumed.stdout).to.contain("chosen on the test split, so these are optimistic\n");
      expect(await config()).to.deep.equal({ ...before, epochs: 2 });
      const bare = await mmkit("train", "mf", "--out", run, "--resume");
      expect(bare.code, bare.stderr).to.equal(0);
      expect(await config()).to.deep.equal({ ...before, epochs: 2 });
    });

    it("has nothing to resume where there is no run", async () => {
      const missing = await mmkit("train", "mf", "--data", at("data"), "--out", at("nowhere"), "--resume");
      expect(missing.code).to.equal(1);
      expect(missing.stderr).to.equal(
        `mmkit: ${at("nowhere")}: there is no run to resume: the folder does not exist. ` +
          "Give the folder of an interrupted run, or start a run without --resume.\n",
      );
    });

    it("notes that a dataset without features leaves a model without modalities", async () => {
      await cp(at("data"), at("bare data"), { recursive: true });
      await rm(at("bare data", "text.npy"));
      const file = at("bare data", "dataset.json");
      const description = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
      delete description["modalities"];
      await writeFile(file, JSON.stringify(description));
      const note = "has no features (<modality>.npy), so ksi learns from interactions alone";
      const words = ["train", "ksi", "--data", at("bare data"), ...small, "--epochs", "1", "--out"];
      expect((await mmkit(...words, at("plain"))).stderr).to.contain(note);
      expect(trained.stderr).not.to.contain(note);
    });

    it("says why a run folder cannot be written", async () => {
      const words = ["train", "mf", "--data", at("data"), ...small, "--epochs", "1", "--out"];
      const refused = await mmkit(...words, at("data", "dataset.json", "run"));
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.match(
        /run: nothing can be written here: a part of the path is a file, not a folder/,
      );
    });

    it("saves on Ctrl-C and says how to resume", async () => {
      const words = ["train", "mf", "--data", "data", ...small, "--patience", "100000", "--threads", "1"];
      const { child, ended } = startProgram(root, ...words, "--out", "stopped", "--epochs", "100000");
      await new Promise<void>((resolve) => {
        child.stderr!.on("data", (chunk: Buffer) => {
          if (chunk.toString().includes("epoch 2 of")) resolve();
        });
      });
      child.kill("SIGINT");
      const { code, stdout, stderr } = await ended;
      expect(code).to.equal(1);
      expect(stdout).to.equal("");
      expect(stderr).to.match(
        /mmkit: training was interrupted after \d+ complete epochs?, saved in stopped\./,
      );
      const line = stderr.trimEnd().split("\n").at(-1)!.trim();
      expect(line).to.equal(
        "mmkit train mf --data data --out stopped --epochs 100000 --patience 100000 --threads 1 " +
          "--set dim=8 --set batchSize=32 --set learningRate=0.05 --resume",
      );
      const epochs = Number(/after (\d+) complete/.exec(stderr)![1]);
      const again = line
        .split(" ")
        .slice(1)
        .join(" ")
        .replace("--epochs 100000", `--epochs ${epochs + 1}`);
      const resumed = await program(root, ...again.split(" "));
      expect(resumed.code, resumed.stderr).to.equal(0);
      expect(resumed.stderr).to.contain(`continuing after ${epochs} epoch`);
    });

    const refusals: readonly {
      readonly what: string;
      readonly words: readonly string[];
      readonly code: number;
      readonly message: string;
    }[] = [
      {
        what: "an existing run without --force",
        words: ["ksi"],
        code: 1,
        message: "the folder already holds a training run. Resume it (--resume), replace it (--force)",
      },
      {
        what: "to resume with other settings",
        words: ["ksi", "--resume", "--set", "dim=16", "--seed", "5"],
        code: 1,
        message:
          "the run was started differently:\n  hyper-parameter dim was 8, now 16\n  seed was 999, now 5\nResume",
      },
      {
        what: "to resume a run of another model",
        words: ["mf", "--resume"],
        code: 1,
        message: 'the run trains "ksi", not mf. Resume it with its own model',
      },
      {
        what: "to replace a run when the dataset is missing",
        words: ["mf", "--force", "--data", "/nowhere"],
        code: 1,
        message: "this is not a folder that can be read",
      },
      {
        what: "a modality the dataset lacks, even with --force",
        words: ["ksi", "--force", "--set", 'modalities=["txt"]'],
        code: 1,
        message: 'the dataset has no features of modality "txt"; it has text. Did you mean "text"?',
      },
      {
        what: "an unknown hyper-parameter",
        words: ["ksi", "--force", "--set", "alhpa=1"],
        code: 2,
        message: 'ksi has no hyper-parameter "alhpa" (did you mean alpha?)',
      },
      {
        what: "a hyper-parameter out of range",
        words: ["ksi", "--force", "--set", "temperature=0"],
        code: 2,
        message: "temperature: must be > 0, found 0",
      },
      {
        what: "senseless training settings",
        words: ["ksi", "--force", "--epochs", "0", "--patience", "1.5"],
        code: 2,
        message: "epochs must be a whole number from 1, found 0; patience must be null or a whole number",
      },
      {
        what: "a size of memory that is none",
        words: ["ksi", "--force", "--memory", "much"],
        code: 2,
        message: '--memory takes a size such as 4GB or 512MiB, or none, found "much"',
      },
      {
        what: "less memory than training needs",
        words: ["lightgcn", "--force", "--memory", "50MB"],
        code: 1,
        message: "Training needs about",
      },
      {
        what: "an unknown device",
        words: ["ksi", "--force", "--device", "cdua"],
        code: 2,
        message: '--device cannot be "cdua". Did you mean cuda?',
      },
    ];
    for (const { what, words, code, message } of refusals) {
      it(`refuses ${what} and leaves the run as it was`, async () => {
        const before = await folderContents(at("run"));
        const data = words.includes("--data") ? [] : ["--data", at("data")];
        const refused = await mmkit("train", ...words, ...data, "--out", at("run"));
        expect(refused.stderr).to.contain(message);
        expect(refused.code).to.equal(code);
        expect(refused.stdout).to.equal("");
        expect(await folderContents(at("run"))).to.deep.equal(before);
      });
    }
  });

  describe("mmkit evaluate", () => {
    it("measures what training reported", async () => {
      const { code, stdout } = await mmkit("evaluate", at("run"), "--json");
      expect(code).to.equal(0);
      type Compared = Record<"model" | "popularity", TrainingResults["test"]>;
      const measured = JSON.parse(stdout) as Compared & {
        cold: { items: number; amongAll: Compared; amongCold: Compared };
      };
      const results = JSON.parse(await readFile(at("run", "results.json"), "utf8")) as TrainingResults;
      expect(measured.model).to.deep.equal(results.test);
      expect(measured.popularity).to.deep.equal(results.popularityTest);
      expect(measured.cold.items).to.equal(2);
      expect(measured.cold.amongAll.model).to.deep.equal(results.coldTest);
      // Items 28 and 29 are new and 29 is held out: popularity puts it after 21 others that are not masked and 28.
      expect(measured.cold.amongAll.popularity!.metrics["Recall@20"]).to.equal(0);
      expect(measured.cold.amongAll.popularity!.metrics["Recall@50"]).to.equal(1);
      for (const { metrics } of [measured.cold.amongCold.model!, measured.cold.amongCold.popularity!]) {
        expect(metrics["Recall@5"]).to.equal(1);
      }
      expect(measured.cold.amongCold.popularity!.metrics["MRR@5"]).to.equal(0.5);
      const valid = await mmkit("evaluate", at("run"), "--split", "valid", "--json");
      expect((JSON.parse(valid.stdout) as { model: unknown }).model).to.deep.equal(results.valid);
    });

    it("prints tables for people, new items apart among all items and among themselves", async () => {
      const { stdout } = await mmkit("evaluate", at("run"));
      expect(stdout).to.match(
        /^ksi after \d epochs?: test, 40 users\n +ksi +popularity\n {2}Recall@5 +[\d.]{6}/,
      );
      expect(stdout).to.match(
        /\nNew items: 2, without a single interaction to train on; users with such targets: 1\.\n/,
      );
      expect(stdout).to.match(
        /\nRanked among all items, .*:\n +ksi +popularity\n {2}Recall@5 +[\d.]{6} +0\.0000\n/,
      );
      expect(stdout).to.match(
        /\nRanked among the new items only, [^:]*\(from k = 2 on, every order finds all of them\):\n +ksi +popularity\n {2}Recall@5 +1\.0000 +1\.0000\n/,
      );
      const valid = await mmkit("evaluate", at("run"), "--split", "valid");
      expect(valid.stdout).not.to.contain("ew items");
    });

    it("refuses a folder that is no run", async () => {
      const missing = await mmkit("evaluate", at("nowhere"));
      expect(missing.code).to.equal(1);
      expect(missing.stderr).to.contain("there is no training run: the folder does not exist.");
      expect((await mmkit("evaluate", at("data"))).stderr).to.contain("config.json cannot be read (ENOENT)");
    });

    it("refuses another dataset than the run's", async () => {
      await writeTinyDataset(at("other data"), 2);
      const { code, stderr } = await mmkit("evaluate", at("run"), "--data", at("other data"));
      expect(code).to.equal(1);
      expect(stderr).to.contain("it was trained on a dataset with the checksum");
      expect(stderr).to.contain("Give the folder of the same dataset (`--data` on the command line)");
    });

    it("refuses an empty split, naming the other", async () => {
      await writeTinyDataset(at("no test"));
      const file = at("no test", "interactions.tsv");
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => !line.endsWith("\ttest"));
      await writeFile(file, lines.join("\n"));
      await mmkit("train", "mf", "--data", at("no test"), ...small, "--epochs", "1", "--out", at("run 2"));
      expect(await mmkit("evaluate", at("run 2"))).to.deep.equal({
        code: 2,
        stdout: "",
        stderr:
          'mmkit: dataset "tiny" has no interactions in its test split. Use --split valid or another dataset.\n',
      });
    });

    it("refuses a split that does not exist, naming the nearest", async () => {
      const { code, stderr } = await mmkit("evaluate", at("run"), "--split", "tset");
      expect(code).to.equal(2);
      expect(stderr).to.equal('mmkit: --split cannot be "tset". Did you mean test?\n');
    });
  });

  describe("mmkit export", () => {
    it("lists what it wrote", () => {
      expect(exported.code, exported.stderr).to.equal(0);
      expect(exported.stdout).to.match(/^ksi: 40 users and 30 items, vectors of 8\n/);
      for (const file of ["recommend.onnx", "score.onnx", "export.json", "items.tsv", "seen.safetensors"]) {
        expect(exported.stdout).to.match(new RegExp(`\n  ${file} +[\\d.]+ k?B`));
      }
    });

    for (const runtime of runtimes) {
      it(`writes files that load alone in ${runtime} and score by the vectors' dot products`, async () => {
        const run = await readRun(at("run"));
        const dataset = await loadDataset(at("data"));
        const { users, items } = await finalVectors(run.artifacts, run.checkpoint, dataset);
        const score = (user: number, item: number): number => {
          let sum = 0;
          for (let d = 0; d < 8; d++) sum += users.data[user * 8 + d]! * items.data[item * 8 + d]!;
          return sum;
        };
        const scored = await runModel(runtime, await readFile(at("export", "score.onnx")), {
          user_ids: { type: "int32", dims: [2], data: Int32Array.of(3, 39) },
          item_ids: { type: "int32", dims: [2], data: Int32Array.of(29, 0) },
        });
        const [first, second] = scored["scores"]!.data as Float32Array;
        expect(first).to.be.closeTo(score(3, 29), 1e-5);
        expect(second).to.be.closeTo(score(39, 0), 1e-5);

        const seen = [0, 5, 7];
        const best = [...Array(tinySizes.items).keys()]
          .filter((item) => !seen.includes(item))
          .sort((left, right) => score(3, right) - score(3, left));
        const ranked = await runModel(runtime, await readFile(at("export", "recommend.onnx")), {
          user_ids: { type: "int32", dims: [1], data: Int32Array.of(3) },
          seen: {
            type: "int64",
            dims: [3, 2],
            data: BigInt64Array.from(seen.flatMap((item) => [0n, BigInt(item)])),
          },
          k: { type: "int64", dims: [1], data: BigInt64Array.of(4n) },
        });
        expect(Array.from(ranked["items"]!.data as BigInt64Array, Number)).to.deep.equal(best.slice(0, 4));
        expect((ranked["scores"]!.data as Float32Array)[0]).to.be.closeTo(score(3, best[0]!), 1e-5);
      });
    }

    it("leaves an export that is there as it is without --force", async () => {
      const before = await folderContents(at("export"));
      const refused = await mmkit("export", at("run"), "--out", at("export"));
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain(
        "the folder already holds export.json. Replace what is there with --force",
      );
      expect(await folderContents(at("export"))).to.deep.equal(before);
      expect((await mmkit("export", at("run"), "--out", at("export"), "--force")).code).to.equal(0);
      expect(await folderContents(at("export"))).to.deep.equal(before);
    });

    const damages: readonly {
      readonly what: string;
      readonly damage: (run: string) => Promise<unknown>;
      readonly message: RegExp;
    }[] = [
      {
        what: "a corrupt manifest",
        damage: (run) => writeFile(join(run, "artifacts", "manifest.json"), '{ "format": "mmkit"'),
        message: /manifest\.json: not JSON \(.*Build the artifacts again/,
      },
      {
        what: "a graph file that was changed",
        damage: (run) => writeFile(join(run, "artifacts", "embed_model.onnx"), "no graph"),
        message: /embed_model\.onnx: graph "embed" must have the sha256 .* the file was changed/,
      },
      {
        what: "a checkpoint cut short",
        damage: async (run) => {
          const file = join(run, "checkpoints", "best", "state.safetensors");
          await writeFile(file, (await readFile(file)).subarray(0, 100));
        },
        message: /best: state\.safetensors is not the file that checkpoint\.json was written with/,
      },
      {
        what: "artifacts of another model",
        damage: async (run) => {
          await rm(join(run, "artifacts"), { recursive: true });
          await mmkit("build", "mf", "--out", join(run, "artifacts"), "--set", "dim=8");
        },
        message: /the checkpoint belongs to model "ksi", the artifacts in .* to "mf"/,
      },
      {
        what: "artifacts of another build of the model",
        damage: async (run) => {
          await rm(join(run, "artifacts"), { recursive: true });
          const other = ["--set", "dim=8", "--set", 'modalities=["text"]', "--set", "alpha=0.2"];
          await mmkit("build", "ksi", "--out", join(run, "artifacts"), ...other);
        },
        message: /it was trained with artifacts of sha256 \w+, but those in .* have/,
      },
      {
        what: "a run without a checkpoint",
        damage: (run) => rm(join(run, "checkpoints"), { recursive: true }),
        message: /the run stopped before its first checkpoint/,
      },
    ];
    for (const { what, damage, message } of damages) {
      it(`refuses ${what} and leaves the earlier export as it was`, async () => {
        const run = await copiedRun();
        await damage(run);
        const before = await folderContents(at("export"));
        const { code, stdout, stderr } = await mmkit("export", run, "--out", at("export"), "--force");
        expect(stderr).to.match(message);
        expect(code).to.equal(1);
        expect(stdout).to.equal("");
        expect(await folderContents(at("export"))).to.deep.equal(before);
      });
    }
  });

  describe("mmkit recommend", () => {
    it("prints items with titles, without what the user has", async () => {
      const { code, stdout } = await mmkit(
        "recommend",
        at("export"),
        "--user",
        "3",
        "--user",
        "0",
        "--k",
        "3",
      );
      expect(code).to.equal(0);
      const blocks = stdout.split(/^user /m).slice(1);
      expect(blocks.map((block) => block.split("\n")[0])).to.deep.equal(["3", "0"]);
      for (const block of blocks) expect(block).to.match(/\n {3}1\. item (\d+) +-?[\d.]+ {2}Item \1\n/);
      const { train } = await loadDataset(at("data"));
      const lists = JSON.parse(
        (await mmkit("recommend", at("export"), "--user", "3", "--k", "30", "--json")).stdout,
      ) as { user: number; items: { item: number; title: string }[] }[];
      const seen = Array.from(train.itemIds.subarray(train.rowStart[3], train.rowStart[4]));
      expect(lists[0]!.items).to.have.length(tinySizes.items - seen.length);
      for (const { item, title } of lists[0]!.items) {
        expect(seen).not.to.include(item);
        expect(title).to.equal(`Item ${item}`);
      }
    });

    it("includes what the user has with --include-seen", async () => {
      const words = ["recommend", at("export"), "--user", "3", "--k", "99", "--include-seen", "--json"];
      const [list] = JSON.parse((await mmkit(...words)).stdout) as { items: unknown[] }[];
      expect(list!.items).to.have.length(tinySizes.items);
    });

    const wrong: readonly (readonly [words: readonly string[], code: number, message: string])[] = [
      [["--user", "forty"], 2, '--user must be an id, a whole number from 0, found "forty"'],
      [["--user", "40"], 1, "user 40: user ids are whole numbers from 0 to 39"],
      [["--user", "1", "--k", "0"], 2, "--k must be a whole number from 1, found 0"],
      [["--user", "1", "--k", "two"], 2, "--k takes a number"],
      [[], 2, "--user is missing"],
    ];
    for (const [words, code, message] of wrong) {
      it(`refuses ${words.join(" ") || "no user"}`, async () => {
        const refused = await mmkit("recommend", at("export"), ...words);
        expect(refused.stderr).to.contain(message);
        expect(refused.code).to.equal(code);
        expect(refused.stdout).to.equal("");
      });
    }

    it("refuses a folder that is no export, and one that was changed", async () => {
      await mkdir(at("empty"), { recursive: true });
      const missing = await mmkit("recommend", at("empty"), "--user", "1");
      expect(missing.code).to.equal(1);
      expect(missing.stderr).to.contain("the description of an export cannot be read: it is missing");
      await cp(at("export"), at("damaged"), { recursive: true });
      await writeFile(at("damaged", "recommend.onnx"), "no graph");
      const damaged = await mmkit("recommend", at("damaged"), "--user", "1");
      expect(damaged.code).to.equal(1);
      expect(damaged.stderr).to.match(
        /recommend\.onnx: it must have the sha256 .* it was changed or cut short/,
      );
    });
  });
});
