import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { DeclarationError } from "../../../src/ir/errors.js";
import type { DenseFeed } from "../../evaluator/evaluate.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss } from "../instanceValues.js";
import * as plain from "../kdiffe/plainReleased.js";
import { bpr } from "../ksi/plainKsi.js";
import { contrastSum, type Sides } from "../plainMatrix.js";
import { expectResumes } from "../resumption.js";
import { smallInstance, triples, type SmallInstance } from "../smallInstance.js";

const modalities = ["image", "text"];
const diffmm = (given: Given = {}): SmallInstance =>
  smallInstance("diffmm", { hidden: 6, keptItems: 2, diffusionSteps: 3, ...given }, false);
const { manifest } = buildArtifacts(models.get("diffmm")!);
const bufferOf = (name: string) => manifest.buffers.find((buffer) => buffer.name === name)!;

const contrastOf = (anchors: Sides, others: Sides): number =>
  (contrastSum(anchors.users, others.users, triples.users, 0.4) +
    contrastSum(anchors.items, others.items, triples.positives, 0.4)) /
  triples.users.length;

describe("DiffMM", () => {
  for (const modalityTransform of ["linear", "matrix"] as const) {
    it(`fuses each modality's two propagations and its generated graph, transform ${modalityTransform}`, () => {
      const instance = diffmm({ modalityTransform });
      const tower = plain.modalTower(instance.feeds, modalities, modalityTransform);
      expectVectors(instance, tower, 1e-6);
      expectClose([loss(instance, "bpr")], [bpr(tower)], 1e-6);
    });
  }

  it("contrasts the final vectors with each modality's view, or the views with one another", () => {
    const given = { clWeight: 0.3, temperature: 0.4 };
    const instance = diffmm(given);
    const main = plain.modalTower(instance.feeds, modalities);
    const views = modalities.map((modality) => plain.modalView(instance.feeds, modality));
    const both = views.reduce((sum, view) => sum + contrastOf(main, view), 0);
    expectClose([loss(instance, "contrast")], [0.3 * both], 1e-6);
    const between = diffmm({ ...given, clMode: "modalities" });
    expectClose([loss(between, "contrast")], [0.3 * contrastOf(views[0]!, views[1]!)], 1e-6);
  });

  it("regularises the tables", () => {
    const instance = diffmm({ l2: 0.2 });
    const squares = ["user_embedding", "item_embedding"]
      .flatMap((name) => Array.from((instance.feeds[name] as DenseFeed).data, Number))
      .reduce((sum, x) => sum + x * x, 0);
    expectClose([loss(instance, "l2")], [0.2 * squares], 1e-9);
  });

  it("has no walks in its adjacency, no guidance, and denoisers of its modalities with one weight e_loss", () => {
    expect(bufferOf("attention_adjacency").recipe).to.deep.include({ share: 0, selfLoops: true });
    const phase = manifest.phases.find(({ name }) => name === "modal_diffusion")!;
    expect(phase.sampler).to.deep.equal({ kind: "rows", axis: "user", batchSize: 1024 });
    expect(phase.batch.map(({ name }) => name)).to.deep.equal([
      "modal_diffusion/user_items_rows",
      "modal_diffusion/rows",
    ]);
    const [one, other] = [diffmm({ collaborativeWeight: 0.1 }), diffmm({ collaborativeWeight: 0.2 })];
    for (const modality of modalities) {
      const term = (instance: SmallInstance): number =>
        loss(instance, `${modality}_collaborative`, "modal_diffusion");
      expectClose([term(other)], [2 * term(one)], 1e-9);
    }
  });

  it("needs a modality", () => {
    expect(() => diffmm({ modalities: [] })).to.throw(DeclarationError, "modalities: must name one at least");
  });
});

describe("DiffMM on a tiny dataset", () => {
  const temporary = temporaryFolder();

  it("learns, and resumes to the same bytes", async function () {
    this.timeout(90_000);
    const dataset = join(temporary.path, "dataset");
    await writeTinyDataset(dataset);
    const given = {
      ...{ modalities: ["text"], dim: 8, batchSize: 16, learningRate: 0.02, hidden: 12, diffusionBatch: 8 },
      ...{ diffusionSteps: 2, keptItems: 2, diffusionLearningRate: 0.01 },
    };
    const { totals } = await expectResumes(
      { model: "diffmm", given, folder: temporary.path, dataset },
      [2, 9],
    );
    expect(totals[2]!["main"]).to.be.below(totals[0]!["main"]!);
  });
});
