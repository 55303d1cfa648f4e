import { expect } from "chai";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { CheckpointError } from "../../../runtime/training/checkpoint.js";
import { EmptySplitError } from "../../../runtime/training/emptySplitError.js";
import { evaluateCheckpoint, type EvaluateOptions } from "../../../runtime/training/evaluateCheckpoint.js";
import { train } from "../../../runtime/training/trainer.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { writeTinyDataset } from "./tinyDataset.js";

describe("evaluating a checkpoint", () => {
  const temporary = temporaryFolder();
  const at = (...path: string[]): string => join(temporary.path, ...path);

  async function build(model: string): Promise<void> {
    const hyperparameters = { dim: 4, batchSize: 16, learningRate: 0.02 };
    await writeArtifacts(buildArtifacts(models.get(model)!, hyperparameters), at(model));
  }

  function options(changes: Partial<EvaluateOptions> = {}): EvaluateOptions {
    return {
      artifacts: at("mf"),
      dataset: at("dataset"),
      checkpoint: at("run", "checkpoints", "best"),
      split: "test",
      cutoffs: [5, 20],
      threads: 1,
      ...changes,
    };
  }

  it("finds what training found, and more about new items; other models and data are refused", async () => {
    await build("mf");
    await writeTinyDataset(at("dataset"));
    const common = { artifacts: at("mf"), dataset: at("dataset"), run: at("run"), threads: 1 };
    const outcome = await train({ ...common, epochs: 3, cutoffs: [5, 20] });
    if (outcome.status !== "finished") throw new Error("expected a finished run");
    const { results } = outcome;

    const found = (await evaluateCheckpoint(options()))!;
    expect(found.model.metrics).to.deep.equal(results.test!.metrics);
    expect(found.popularity.metrics).to.deep.equal(results.popularityTest!.metrics);
    expect(found.record.epoch).to.equal(results.bestEpoch + 1);
    const { amongAll, amongCold } = found.cold!;
    expect(amongAll.model.metrics).to.deep.equal(results.coldTest!.metrics);
    // Item 20 is the only item without training interactions, so nothing competes with it; among all items, popularity
    // puts the other 20 before it, of which some are masked.
    expect(amongCold.model.metrics["MRR@5"]).to.equal(1);
    expect(amongCold.popularity.metrics["MRR@5"]).to.equal(1);
    expect(amongAll.popularity.metrics["Recall@5"]).to.equal(0);
    const users = [amongAll, amongCold].flatMap(({ model, popularity }) => [model.users, popularity.users]);
    expect(new Set(users)).to.deep.equal(new Set([results.coldTest!.users]));

    const valid = (await evaluateCheckpoint(options({ split: "valid" })))!;
    expect(valid.model.metrics).to.deep.equal(results.valid!.metrics);
    expect(valid.cold).to.equal(null);

    const masked = (await evaluateCheckpoint(options({ maskValidationAtTest: true })))!;
    const [before, after] = [found.model.metrics["MRR@20"]!, masked.model.metrics["MRR@20"]!];
    expect(after).to.be.above(before);

    await build("lightgcn");
    const other = await rejection(
      evaluateCheckpoint(options({ artifacts: at("lightgcn") })),
      CheckpointError,
    );
    expect(other.problem).to.match(/^the checkpoint belongs to model "mf"/);
    await appendFile(at("dataset", "interactions.tsv"), "1\t20\ttest\n");
    const data = await rejection(evaluateCheckpoint(options()), CheckpointError);
    expect(data.problem).to.match(
      /^it was trained on a dataset with the checksum \w+, but "\S+" in \S+ has \w+$/,
    );
  });

  it("refuses an empty split instead of averaging over nobody", async () => {
    await build("mf");
    await writeTinyDataset(at("dataset"));
    const file = at("dataset", "interactions.tsv");
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => !line.endsWith("\ttest"));
    await writeFile(file, lines.join("\n"));
    const common = { artifacts: at("mf"), dataset: at("dataset"), run: at("run"), threads: 1 };
    await train({ ...common, epochs: 1 });
    const error = await rejection(evaluateCheckpoint(options()), EmptySplitError);
    expect(error.split).to.equal("test");
    expect(error.message).to.match(
      /^dataset "\S+" has no interactions in its test split\. Evaluate its valid split/,
    );
    expect((await evaluateCheckpoint(options({ split: "valid" })))!.model.users).to.be.above(0);
  });

  it("ends without a result when interrupted before it began", async () => {
    await build("mf");
    await writeTinyDataset(at("dataset"));
    const common = { artifacts: at("mf"), dataset: at("dataset"), run: at("run"), threads: 1 };
    await train({ ...common, epochs: 1 });
    expect(await evaluateCheckpoint(options({ signal: AbortSignal.abort() }))).to.equal(null);
  });
});
