import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { noiseSchedule } from "../../../graphs/kdiffe/noiseSchedule.js";
import { models } from "../../../graphs/registry.js";
import { inputName } from "../../../src/ir/node.js";
import { reachedByGradient } from "../../../src/autodiff/gradients.js";
import type { DenseFeed } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { finalVectors } from "../../../exports/inferenceVectors.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, numbers } from "../instanceValues.js";
import { attended, denoised, meanSquares, propagated } from "../kdiffe/plainKdiffe.js";
import { bpr, plus, rowsOf, times } from "../ksi/plainKsi.js";
import { contrastSum, matmul, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { expectResumes } from "../resumption.js";
import { batchRows, ITEMS, pairs, smallInstance, triples, type SmallInstance } from "../smallInstance.js";

const noise = {
  diffusionSteps: 3,
  noiseScale: 0.9,
  noiseMin: 1e-4,
  noiseMax: 0.5,
  elboWeight: "snr",
} as const;
const diffkg = (given: Given = {}, training = false): SmallInstance =>
  smallInstance("diffkg", { ...noise, hidden: 6, keptEntities: 2, ...given }, training);
const { manifest } = buildArtifacts(models.get("diffkg")!);
const bufferOf = (name: string, from = manifest) => from.buffers.find((buffer) => buffer.name === name)!;

/** Final vectors of the view of a graph, without dropout. */
function view({ feeds }: SmallInstance, name: "link" | "generated", hops = 1): Sides {
  let hop: Rows = rowsOf(feeds["entity_embedding"]);
  let result = hop;
  for (let index = 0; index < hops; index++) {
    hop = unitRows(plus(hop, attended(feeds, name, hop, hop)));
    result = plus(times(result, 0.5), hop);
  }
  const start = { users: rowsOf(feeds["user_embedding"]), items: result.slice(0, ITEMS) };
  return propagated(feeds, start, { layers: 2, readout: "sum", selfLoops: true, kgResidual: 0 });
}

const unit = (row: readonly number[]): readonly number[] => unitRows([row])[0]!;

describe("DiffKG", () => {
  for (const hops of [1, 2]) {
    it(`ranks by the generated graph, and by the given one where told to, with ${hops} hops`, () => {
      const generated = diffkg({ hops });
      expectVectors(generated, view(generated, "generated", hops), 1e-6);
      const given = diffkg({ hops, mainView: "given" });
      expectVectors(given, view(given, "link", hops), 1e-6);
    });
  }

  for (const mainView of ["generated", "given"]) {
    it(`adds BPR of the ${mainView} view and the contrast, whose anchors are the other's`, () => {
      const instance = diffkg({ clWeight: 0.3, temperature: 0.4, mainView });
      const views = [view(instance, "generated"), view(instance, "link")] as const;
      const [main, other] = mainView === "generated" ? views : [views[1], views[0]];
      expectClose([loss(instance, "bpr")], [bpr(main)], 1e-6);
      const contrast =
        contrastSum(other.users, main.users, triples.users, 0.4) +
        contrastSum(other.items, main.items, triples.positives, 0.4);
      expectClose([loss(instance, "contrast")], [(0.3 * contrast) / triples.users.length], 1e-6);
    });
  }

  it("adds the squares of all parameters", () => {
    const instance = diffkg({ l2: 0.2 });
    const names = ["user_embedding", "entity_embedding", "attention/weight", "relation_embedding"];
    const squares = names.flatMap((name) => Array.from((instance.feeds[name] as DenseFeed).data, Number));
    expectClose([loss(instance, "l2")], [0.2 * squares.reduce((sum, x) => sum + x * x, 0)], 1e-9);
  });

  it("trains both views on the given graph where told to, as its code, and still ranks by the generated one", () => {
    const given = { trainingViews: "given", messDropout: 0, clWeight: 0.3, temperature: 0.4 };
    const trained = diffkg(given, true);
    const main = view(trained, "link");
    expectClose([loss(trained, "bpr")], [bpr(main)], 1e-6);
    const same =
      contrastSum(main.users, main.users, triples.users, 0.4) +
      contrastSum(main.items, main.items, triples.positives, 0.4);
    expectClose([loss(trained, "contrast")], [(0.3 * same) / triples.users.length], 1e-6);
    const ranked = diffkg(given);
    expectVectors(ranked, view(ranked, "generated"), 1e-6);
  });

  it("diffuses all entities' rows, of unit norm, and asks the predicted items' users for the row's own vector", () => {
    const instance = diffkg({ collaborativeWeight: 0.4 });
    const { feeds } = instance;
    const clean = rowsOf(feeds["diffusion/all_links_rows"], ITEMS + 4);
    const schedule = noiseSchedule(noise);
    const users = rowsOf(feeds["user_embedding"]);
    const sums = Array.from({ length: ITEMS }, (_, item) =>
      pairs
        .filter(([, other]) => other === item)
        .reduce((sum, [user]) => plus([sum], [users[user]!])[0]!, [0, 0, 0, 0]),
    );
    const entities = rowsOf(feeds["entity_embedding"]);
    const terms = clean.map((row, i) => {
      const t = (batchRows[i]! % 3) + 1;
      const noisy = unit(row.map((x) => x * Math.sqrt(schedule.alphaBar[t - 1]!)));
      const predicted = denoised(feeds, [noisy], t, null);
      const own = matmul([predicted[0]!.slice(0, ITEMS)], sums);
      return [
        schedule.weight[t - 1]! * meanSquares([row], predicted)[0]!,
        meanSquares(own, [entities[batchRows[i]!]!])[0]!,
      ] as const;
    });
    const mean = (at: 0 | 1): number => terms.reduce((sum, term) => sum + term[at], 0) / terms.length;
    expectClose([loss(instance, "elbo", "diffusion")], [0.6 * mean(0)], 1e-6);
    expectClose([loss(instance, "collaborative", "diffusion")], [0.4 * mean(1)], 1e-6);
    const { declaration, parameters } = diffkg({}, true);
    for (const { node } of declaration.phases[1]!.losses) {
      const reached = reachedByGradient(node, parameters).map(inputName);
      expect(reached.filter((name) => !name.startsWith("denoiser/"))).to.deep.equal([]);
    }
  });

  it("generates from the clean rows by the posterior mean", () => {
    const instance = diffkg();
    const { cleanShare, noisyShare } = noiseSchedule(noise);
    const { computed } = instance.declaration.buffers.find(({ name }) => name === "generated_entities")!;
    let x: Rows = rowsOf(instance.feeds["diffusion/all_links_rows"], ITEMS + 4);
    for (let t = 3; t >= 1; t--) {
      const predicted = denoised(instance.feeds, unitRows(x), t, null);
      x = plus(times(predicted, cleanShare[t - 1]!), times(x, noisyShare[t - 1]!));
    }
    const largest = x.map((row) => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, 2));
    expect([...numbers(instance, computed[0]!.node)]).to.deep.equal(largest.flat());
    expect((instance.feeds["all_links"] as SparseValue).columns).to.equal(ITEMS + 4);
  });

  it("draws ten links of a head once, diffuses all of them, and keeps half of what it generates, both ways", () => {
    expect(bufferOf("links")).to.deep.include({ row: "entity", column: "entity", refresh: "once" });
    expect(bufferOf("links").recipe["perHead"]).to.equal(10);
    expect(bufferOf("link_relations").recipe["perHead"]).to.equal(10);
    expect(bufferOf("all_links").recipe).to.not.have.property("perHead");
    const generated = { newEdges: "drop", keepRate: 0.5, reverses: true };
    expect(bufferOf("generated_links").recipe).to.deep.include(generated);
    expect(bufferOf("generated_relations").recipe).to.deep.include(generated);
    const phase = manifest.phases.find(({ name }) => name === "diffusion")!;
    expect(phase.sampler).to.deep.equal({ kind: "rows", axis: "entity", batchSize: 1024 });
    expect(phase.optimizerState).to.equal("diffusion");
  });
});

describe("DiffKG on a tiny dataset with a knowledge graph", () => {
  const temporary = temporaryFolder();

  it("learns, and resumes to the same bytes", async function () {
    this.timeout(60_000);
    const dataset = join(temporary.path, "dataset");
    await writeTinyDataset(dataset);
    const rows = Array.from({ length: 21 }, (_, item) => `${item}\t0\t${item < 10 ? 21 : 22}\n`);
    await writeFile(
      join(dataset, "kg_triples.tsv"),
      ["head\trelation\ttail\n", ...rows, "0\t1\t1\n"].join(""),
    );
    const given = {
      ...{ dim: 8, batchSize: 16, learningRate: 0.02, hidden: 12, diffusionBatch: 8 },
      ...{ diffusionSteps: 2, keptEntities: 2, triplesPerHead: 3, temperature: 0.5 },
    };
    const { totals, places } = await expectResumes(
      { model: "diffkg", given, folder: temporary.path, dataset },
      [1, 9],
    );
    expect(totals[2]!["main"]).to.be.below(totals[0]!["main"]!);
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
