import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finalVectors } from "../../../exports/inferenceVectors.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import { expectResumes } from "../resumption.js";

/** The tiny dataset with a knowledge graph: things 21 and 22 of the two groups, 23 of every third item. */
async function writeTinyKnowledge(folder: string): Promise<void> {
  await writeTinyDataset(folder);
  const lines = Array.from({ length: 21 }, (_, item) => [
    [item, 0, item < 10 ? 21 : 22],
    ...(item % 3 === 0 ? [[item, 1, 23]] : []),
  ]).flat();
  const rows = lines.map((line) => `${line.join("\t")}\n`);
  await writeFile(join(folder, "kg_triples.tsv"), ["head\trelation\ttail\n", ...rows].join(""));
}

/** A denoiser of a few units; links are generated from two entities of each row, of which some are dropped. */
const smallTraining = {
  ...{ dim: 8, batchSize: 16, learningRate: 0.02, hidden: 12, diffusionBatch: 8 },
  ...{ diffusionSteps: 3, keptEntities: 2, keepRate: 0.8 },
};

describe("KDiffE on a tiny dataset with a knowledge graph", () => {
  const temporary = temporaryFolder();

  it("learns, and resumes to the same bytes wherever an epoch was interrupted", async function () {
    this.timeout(60_000);
    const dataset = join(temporary.path, "dataset");
    await writeTinyKnowledge(dataset);
    const given = { ...smallTraining, walks: 3, walkLength: 10, clWeight: 0.1, guidance: "ckgc" };
    const { totals, places } = await expectResumes(
      { model: "kdiffe", given, folder: temporary.path, dataset },
      [2, 9],
    );
    expect(totals[2]!["main"]).to.be.below(totals[0]!["main"]!);
    expect(totals[2]!["diffusion"]).to.be.below(totals[0]!["diffusion"]!);
    // Within the denoiser's pass or within the main phase, as the interruption arrives.
    for (const place of places) expect([0, 4]).to.include(place);
    const vectors = await finalVectors(
      await loadArtifacts(join(temporary.path, "artifacts")),
      await loadCheckpoint(join(temporary.path, "whole", "checkpoints", "last")),
      await loadDataset(dataset),
      { threads: 1 },
    );
    expect([vectors.users.rows, vectors.items.rows]).to.deep.equal([24, 21]);
  });
});
