import { expect } from "chai";
import { join } from "node:path";
import { buildArtifacts } from "../../../exports/artifacts.js";
import type { latticeHyperparameters } from "../../../graphs/lattice/hyperparameters.js";
import { models } from "../../../graphs/registry.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import { dense, type Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers, parameterNames } from "../instanceValues.js";
import { bpr, modalityWeights, plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul, multiplied, shifted, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { expectResumes } from "../resumption.js";
import { DIM, FEATURES, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

const FEATURE_DIM = 5;
const both = ["image", "text"];

const lattice = (given: Given = {}): SmallInstance =>
  smallInstance("lattice", { featureDim: FEATURE_DIM, ...given });

const flipped = (graph: SparseValue): SparseValue => ({
  ...{ kind: "sparse", rows: graph.columns, columns: graph.rows },
  entries: graph.entries.map(({ row, column, weight }) => ({ row: column, column: row, weight })),
});

/** Mean of layers 0..2 over D^-1 (A + I). */
function collaborative(feeds: Feeds): Sides {
  const graph = feeds["interactions"] as SparseValue;
  const step = (received: Rows, own: Rows, degree: string): number[][] => {
    const shares = rowsOf(feeds[degree], 1);
    return plus(received, own).map((row, id) => row.map((x) => x * shares[id]![0]!));
  };
  let [users, items] = [rowsOf(feeds["user_embedding"]), rowsOf(feeds["item_embedding"])];
  let [userSum, itemSum] = [users, items];
  for (let layer = 0; layer < 2; layer++) {
    [users, items] = [
      step(propagate(graph, items), users, "user_degree"),
      step(propagate(flipped(graph), users), items, "item_degree"),
    ];
    [userSum, itemSum] = [plus(userSum, users), plus(itemSum, items)];
  }
  return { users: times(userSum, 1 / 3), items: times(itemSum, 1 / 3) };
}

/** The projected features' cosines at the places of a modality's nearest items. */
function learned(feeds: Feeds, modality: string): SparseValue {
  const features = rowsOf(feeds[`${modality}_features`], FEATURES[modality]);
  const weight = rowsOf(feeds[`${modality}_projection/weight`], FEATURE_DIM);
  const bias = rowsOf(feeds[`${modality}_projection/bias`], FEATURE_DIM)[0]!;
  const unit = unitRows(shifted(matmul(features, weight), bias));
  const places = feeds[`${modality}_nearest`] as SparseValue;
  const entries = places.entries.map(({ row, column }) => ({
    ...{ row, column },
    weight: multiplied([unit[row]!], [unit[column]!])[0]!.reduce((sum, x) => sum + x, 0),
  }));
  return { ...places, entries };
}

const alphas = (feeds: Feeds, count: number): number[] =>
  modalityWeights(rowsOf(feeds["modality_logits"], count)[0]!);

const weighted = (parts: readonly Rows[], weights: readonly number[]): number[][] =>
  parts.map((part, i) => times(part, weights[i]!)).reduce(plus);

/** G x, row by row. */
function overItemGraph(feeds: Feeds, modalities: readonly string[], share: number, x: Rows): number[][] {
  const alpha = alphas(feeds, modalities.length);
  const graphs = modalities.map((modality) => learned(feeds, modality));
  const ones = x.map(() => [1]);
  const sums = weighted(
    graphs.map((graph) => propagate(graph, ones)),
    alpha,
  );
  // A row of negative sum is what k nearest items cannot have; its power is none.
  const scale = sums.map(([sum]) => 1 / Math.sqrt(Math.max(sum!, 1e-12)));
  const scaled = (rows: Rows): number[][] =>
    rows.map((row, item) => row.map((value) => value * scale[item]!));
  const overLearned = scaled(
    weighted(
      graphs.map((graph) => propagate(graph, scaled(x))),
      alpha,
    ),
  );
  const original = weighted(
    modalities.map((modality) => propagate(feeds[`${modality}_neighbours`] as SparseValue, x)),
    alpha,
  );
  return plus(times(original, share), times(overLearned, 1 - share));
}

function final(feeds: Feeds, modalities: readonly string[], share = 0.9, layers = 1): Sides {
  const { users, items } = collaborative(feeds);
  let h: Rows = rowsOf(feeds["item_embedding"]);
  for (let layer = 0; layer < layers; layer++) h = overItemGraph(feeds, modalities, share, h);
  return { users, items: plus(items, unitRows(h)) };
}

/** The instance after its buffers were computed from the parameters. */
function refreshed(instance: SmallInstance): SmallInstance {
  const feeds: Record<string, Feeds[string]> = { ...instance.feeds };
  for (const modality of both) feeds[`${modality}_nearest`] = learned(instance.feeds, modality);
  for (const { name, recipe, computed } of instance.declaration.buffers) {
    if (recipe.kind !== "computed") continue;
    const values = numbers({ ...instance, feeds }, computed[0]!.node);
    feeds[name] = dense([values.length], values);
  }
  return { ...instance, feeds };
}

describe("LATTICE", () => {
  for (const modalities of [["text"], both, ["image", "text", "audio"]]) {
    it(`adds the normalised vectors over its item graph to the backbone's with ${modalities.join(", ")}`, () => {
      const instance = lattice({ modalities, originalShare: 0.4 });
      expectVectors(instance, final(instance.feeds, modalities, 0.4), 1e-11);
    });
  }

  it("ranks in the first batch by the graph of the present parameters, and regularises final rows", () => {
    const instance = lattice({ itemLayers: 2, l2: 0.5 });
    const vectors = final(instance.feeds, both, 0.9, 2);
    expectClose([loss(instance, "bpr", "graph")], [bpr(vectors)], 1e-11);
    const rows = [
      ...triples.users.map((id) => vectors.users[id]!),
      ...[...triples.positives, ...triples.negatives].map((id) => vectors.items[id]!),
    ];
    const squares = rows.flat().reduce((sum, x) => sum + x * x, 0);
    expectClose([loss(instance, "l2", "graph")], [(0.25 * squares) / triples.users.length], 1e-11);
  });

  it("ranks in the other batches by the graph that the epoch began with", () => {
    const instance = refreshed(lattice({ originalShare: 0.3 }));
    expectClose([loss(instance, "bpr")], [loss(instance, "bpr", "graph")], 1e-7);
    // Later in the epoch weights and projections may move: the graph stays.
    const moved = {
      ...instance.feeds,
      modality_logits: dense([2], [3, -2]),
      "image_projection/bias": dense([FEATURE_DIM], [1, 0, 2, 0, 1]),
    };
    const later = { ...instance, feeds: moved };
    expect(loss(later, "bpr")).to.equal(loss(instance, "bpr"));
    expect(loss(later, "bpr", "graph")).not.to.be.closeTo(loss(instance, "bpr", "graph"), 1e-6);
  });

  it("trains projections and modality weights by the first batch only, with one optimizer", () => {
    const { phases, schedule, buffers } = buildArtifacts(models.get("lattice")!).manifest;
    const [main, graph] = phases as [(typeof phases)[number], (typeof phases)[number]];
    expect(main.parameters).to.deep.equal(["user_embedding", "item_embedding"]);
    expect(graph.parameters).to.have.members([
      ...["user_embedding", "item_embedding", "modality_logits"],
      ...both.flatMap((modality) => [`${modality}_projection/weight`, `${modality}_projection/bias`]),
    ]);
    expect(graph.optimizerState).to.equal("main");
    const sample = { kind: "users", batchSize: 1024, negativePool: "all", stream: "triples" };
    expect(graph.sampler).to.deep.equal({ ...sample, steps: { first: 0, count: 1 } });
    expect(main.sampler).to.deep.equal({ ...sample, steps: { first: 1, count: null } });
    expect(main.learningRate.schedule).to.deep.equal({ kind: "exponential", rate: 0.96, every: 50 });
    expect(schedule.map((work) => (work.kind === "phase" ? work.phase : work.buffer))).to.deep.equal([
      ...["image_nearest", "text_nearest", "modality_weights", "learned_scale", "graph", "main"],
    ]);
    const nearest = buffers.find(({ name }) => name === "image_nearest")!;
    expect(nearest.recipe).to.include({ kind: "nearest", k: 10, includeSelf: true, weights: "cosine" });
    expect(nearest.refresh).to.include({ every: 1, from: 0, atEvaluation: true });
  });

  it("has frozen graphs and no projections where the graph of the raw features counts alone", () => {
    const instance = lattice({ originalShare: 1, backbone: "mf" });
    expect(parameterNames(instance)).to.have.members(["user_embedding", "item_embedding", "modality_logits"]);
    const { feeds } = instance;
    const x = rowsOf(feeds["item_embedding"]);
    const graphs = both.map((modality) => propagate(feeds[`${modality}_neighbours`] as SparseValue, x));
    const items = plus(x, unitRows(weighted(graphs, alphas(feeds, 2))));
    expectVectors(instance, { users: rowsOf(feeds["user_embedding"]), items });
  });

  it("does without the graphs of the raw features where they count nothing", () => {
    const instance = lattice({ originalShare: 0 });
    expectVectors(instance, final({ ...instance.feeds, ...noNeighbours(instance.feeds) }, both, 0), 1e-11);
    expect(instance.declaration.buffers.map(({ name }) => name)).not.to.include("image_neighbours");
  });

  it("is its backbone in one phase without modalities", () => {
    const instance = lattice({ modalities: [] });
    expectVectors(instance, collaborative(instance.feeds));
    expect(losses(instance)).to.have.all.keys("bpr", "l2");
    expect(instance.declaration.phases).to.have.length(1);
    expect(instance.declaration.main.settings!.sampler.steps).to.equal(undefined);
  });
});

/** Empty graphs in place of those that an instance lacks. */
const noNeighbours = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    both.map((modality) => [
      `${modality}_neighbours`,
      { ...(feeds[`${modality}_nearest`] as SparseValue), entries: [] },
    ]),
  );

const switches: SwitchCases<typeof latticeHyperparameters, "originalShare" | "itemLayers" | "layers" | "l2"> =
  {
    modalities: [[], ["image"], ["image", "text", "audio"]].map((modalities) => ({ modalities })),
    backbone: ["ngcf", "mf"].map((backbone) => ({ backbone })),
    featuresTrainable: [{ featuresTrainable: true }],
    originalShare: [{ originalShare: 0 }, { originalShare: 1 }],
    itemLayers: [{ itemLayers: 2 }],
    layers: [{ layers: 0 }],
    l2: [{ l2: 0 }],
  };

describe("LATTICE's losses", () => {
  for (const given of Object.values(switches).flat()) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("lattice", { originalShare: 0.4, l2: 0.5, featureDim: FEATURE_DIM, ...given }));
  }
});

describe("a LATTICE run", () => {
  const temporary = temporaryFolder();

  it("learns, and resumes to the same bytes within an epoch's first batch and after it", async () => {
    const dataset = join(temporary.path, "dataset");
    await writeTinyDataset(dataset);
    const given = {
      modalities: ["text"],
      dim: DIM,
      featureDim: 3,
      knnK: 4,
      batchSize: 8,
      learningRate: 0.02,
    };
    const run = { model: "lattice", given, folder: temporary.path, dataset };
    const { totals, places } = await expectResumes(run, [13, 15]);
    expect(totals[2]!["main"]).to.be.below(totals[0]!["main"]!);
    expect(totals[2]!["graph"]).to.be.below(totals[0]!["graph"]!);
    // Entries 0 to 2 are buffers; after 3, the first batch, come the others, 4, in 11 chunks.
    expect([...places]).to.deep.equal([4]);
  });
});
