import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { withPageTraining } from "../../../exports/pageTraining.js";
import { models } from "../../../graphs/registry.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { trainInPage, type PageEvaluation, type TrainingStep } from "../../../runtime/browser/index.js";
import { RecipeError } from "../../../runtime/data/recipe.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";
import { rejection } from "../rejection.js";
import { writeTinyDataset } from "../training/tinyDataset.js";
import { serveFolders, type StaticServer } from "./staticServer.js";

const given = { dim: 6, batchSize: 32, learningRate: 0.01 };
const SEED = 7;
const EPOCHS = 3;

describe("training in a page, run in Node", () => {
  let folder: string;
  let server: StaticServer;
  const dataset = (): string => join(folder, "dataset");
  const artifactsOf = (name: string, more: object = {}) =>
    buildArtifacts(models.get(name)!, { ...given, ...more });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(dataset());
    const ksi = await withPageTraining(artifactsOf("ksi", { modalities: ["text"] }), dataset(), SEED);
    await writeArtifacts(ksi, join(folder, "ksi"));
    server = await serveFolders({ ksi: join(folder, "ksi") });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it("takes the steps that training in Node takes, with the same losses and results", async () => {
    const local = await LocalEngine.open(
      {
        artifacts: await loadArtifacts(join(folder, "ksi")),
        dataset: dataset(),
        seed: SEED,
        device: "cpu",
        threads: 1,
      },
      { report: () => undefined, isCancelled: () => false },
    );
    const steps: TrainingStep[] = [];
    const evaluations: PageEvaluation[] = [];
    const trained = await trainInPage(`${server.url}/ksi`, {
      cache: null,
      epochs: EPOCHS,
      evaluateEvery: 2,
      stepsPerTurn: 2,
      onStep: (step) => steps.push(step),
      onEvaluation: (evaluation) => evaluations.push(evaluation),
    });
    expect(trained).to.include({ epochs: EPOCHS, isStopped: false, statePlace: null });
    // 168 pairs are five batches of 32 and one of 8, taken two by two and the short one alone.
    expect(steps.map(({ epoch, step }) => [epoch, step])).to.deep.equal(
      [0, 1, 2].flatMap((epoch) => [2, 4, 5, 6].map((step) => [epoch, step])),
    );
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const losses = (await local.runEpoch({ main: 0.01 })) as Record<string, Record<string, number>>;
      for (const [name, value] of Object.entries(losses["main"]!)) {
        expect(trained.losses[epoch]![name], `${name} of epoch ${epoch}`).to.be.closeTo(
          value,
          1e-4 * Math.abs(value) + 1e-6,
        );
      }
    }
    const report = await local.evaluate({
      split: "valid",
      cutoffs: [20],
      ndcgIdeal: "targets",
      maskValidationAtTest: true,
      ranker: "model",
    });
    expect(evaluations.map(({ epoch }) => epoch)).to.deep.equal([2, 3]);
    expect(evaluations[1]!.metrics["NDCG@20"]).to.be.closeTo(report.metrics["NDCG@20"]!, 1e-6);
    await trained.recommender.release();
    await local.close();
  });

  it("ends in a recommender that has learned", async () => {
    const { recommender, losses } = await trainInPage(`${server.url}/ksi`, {
      cache: null,
      epochs: 25,
      evaluateEvery: 0,
      stepsPerTurn: 32,
    });
    expect(losses.at(-1)!["bpr"]).to.be.below(0.7 * losses[0]!["bpr"]!);
    // User 0 is of the group that likes the items 0 to 9, seven of which are in train.
    const [first, second] = await recommender.recommend(0, { k: 2 });
    expect([first!.item, second!.item].every((item) => item < 10)).to.equal(true);
    const folded = await recommender.foldIn([10, 11, 12], { k: 5 });
    expect(folded.items.filter(({ item }) => item >= 10 && item < 20)).to.have.length(5);
    const personal = await recommender.personalise([10, 11, 12], { k: 5 });
    expect(personal.items.filter(({ item }) => item >= 10 && item < 20)).to.have.length(5);
    expect(personal.loss.after).to.be.below(personal.loss.before);
    const [similar] = await recommender.similar(3, { k: 1 });
    expect(similar!.item).to.be.below(10);
    const explanation = await recommender.explain({ liked: [10, 2] }, 11);
    expect(explanation.method).to.equal("shares");
    expect(explanation.reasons[0]!.item).to.equal(10);
    const [score] = await recommender.score([[0, first!.item]]);
    expect(score).to.be.closeTo(first!.score, 1e-5);
    await recommender.release();
  });

  it("ends early where the signal says so, with what was trained until then", async () => {
    const stop = new AbortController();
    const trained = await trainInPage(`${server.url}/ksi`, {
      cache: null,
      epochs: 50,
      evaluateEvery: 0,
      signal: stop.signal,
      onStep: ({ epoch, step, steps }) => {
        if (epoch === 1 && step === steps) stop.abort();
      },
    });
    expect(trained).to.include({ isStopped: true, epochs: 2 });
    expect(await trained.recommender.recommend(1, { k: 3 })).to.have.length(3);
    await trained.recommender.release();
  });

  it("refuses a folder that is not for training in a page, and one that was changed", async () => {
    server.behaviour.change = (path, bytes) => (path.endsWith("page.json") ? Buffer.from("{}") : bytes);
    const wrong = await rejection(trainInPage(`${server.url}/ksi`, { cache: null }), Error);
    expect(wrong.message).to.match(
      /page\.json: it must have format "mmkit-page-training" and version 1, found \{\}/,
    );
    server.behaviour.change = (path, bytes) => {
      if (path.endsWith("page.safetensors")) bytes[bytes.length - 1]! ^= 1;
      return bytes;
    };
    const changed = await rejection(trainInPage(`${server.url}/ksi`, { cache: "changed" }), Error);
    expect(changed.message).to.match(/page\.safetensors: the file must have the sha256/);
    server.behaviour.change = (_, bytes) => bytes;
  });

  it("is refused for a model that makes buffers anew in a way that pages cannot", async () => {
    const lattice = artifactsOf("lattice", { modalities: ["text"] });
    const error = await rejection(withPageTraining(lattice, dataset(), SEED), RecipeError);
    expect(error.message).to.match(/made anew during training, which a page cannot do/);
  });
});
