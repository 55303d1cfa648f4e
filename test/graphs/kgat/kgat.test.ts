import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { finalVectors } from "../../../exports/inferenceVectors.js";
import type { kgatHyperparameters } from "../../../graphs/kgat/hyperparameters.js";
import { models } from "../../../graphs/registry.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import { dense, type DenseFeed, type Feeds } from "../../evaluator/evaluate.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, numbers, parameterNames } from "../instanceValues.js";
import { bpr, plus, rowsOf } from "../ksi/plainKsi.js";
import { matmul, multiplied, shifted, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import { expectResumes } from "../resumption.js";
import {
  DIM,
  edges as sampled,
  ITEMS,
  pairs,
  smallInstance,
  triples,
  USERS,
  type SmallInstance,
} from "../smallInstance.js";
import { joinedTriples } from "../smallKnowledge.js";
import type { SwitchCases } from "../switches.js";

const RELATION_DIM = 3;

const kgat = (given: Given = {}): SmallInstance =>
  smallInstance("kgat", { relationDim: RELATION_DIM, layers: 2, ...given }, false);

/** (head, relation, tail) of every edge, in the order of the edges: by head, relation and tail. */
const edges = [...joinedTriples({ users: USERS, pairs })].sort(
  ([h, r, t], [head, relation, tail]) => h - head || r - relation || t - tail,
);

const nodesOf = (feeds: Feeds): number[][] =>
  ["user", "item", "attribute"].flatMap((side) => rowsOf(feeds[`${side}_embedding`]));

/** W_r as rows. */
function relationMatrix(feeds: Feeds, relation: number): number[][] {
  const all = rowsOf(feeds["relation_weight"], RELATION_DIM);
  return all.slice(relation * DIM, (relation + 1) * DIM);
}

const projected = (feeds: Feeds, node: number, relation: number): number[] =>
  matmul([nodesOf(feeds)[node]!], relationMatrix(feeds, relation))[0]!;

const relationVector = (feeds: Feeds, relation: number): number[] =>
  rowsOf(feeds["relation_embedding"], RELATION_DIM)[relation]!;

/** Eqs. 4 and 5, edge by edge. */
function attention(feeds: Feeds): number[] {
  const scores = edges.map(([h, r, t]) => {
    const state = plus([projected(feeds, h, r)], [relationVector(feeds, r)])[0]!.map(Math.tanh);
    return Math.exp(multiplied([projected(feeds, t, r)], [state])[0]!.reduce((sum, x) => sum + x, 0));
  });
  const totals = new Map<number, number>();
  edges.forEach(([h], edge) => totals.set(h, (totals.get(h) ?? 0) + scores[edge]!));
  return scores.map((score, edge) => score / totals.get(edges[edge]![0])!);
}

/** A z. */
function received(z: Rows, weights: readonly number[]): number[][] {
  const result = z.map((row) => row.map(() => 0));
  edges.forEach(([h, , t], edge) => {
    z[t]!.forEach((x, k) => (result[h]![k]! += weights[edge]! * x));
  });
  return result;
}

const leaky = (x: Rows): number[][] => x.map((row) => row.map((value) => (value > 0 ? value : 0.2 * value)));

/** Eqs. 6 to 11 with layers of 4 and 2 numbers. */
function final(feeds: Feeds, aggregator: string, weights: readonly number[]): Sides {
  let z: Rows = nodesOf(feeds);
  let all: Rows = z;
  [DIM, DIM / 2].forEach((size, index) => {
    const affine = (name: string, x: Rows): number[][] => {
      const path = `layer_${index + 1}/${name}`;
      return shifted(
        matmul(x, rowsOf(feeds[`${path}/weight`], size)),
        rowsOf(feeds[`${path}/bias`], size)[0]!,
      );
    };
    const near = received(z, weights);
    if (aggregator === "gcn") z = leaky(affine("sum", near));
    else if (aggregator === "graphsage") {
      const both = z.map((row, node) => [...row, ...near[node]!]);
      z = affine("both", both).map((row) => row.map((x) => Math.max(x, 0)));
    } else z = plus(leaky(affine("sum", plus(z, near))), leaky(affine("product", multiplied(z, near))));
    const unit = unitRows(z);
    all = all.map((row, node) => [...row, ...unit[node]!]);
  });
  return { users: all.slice(0, USERS), items: all.slice(USERS, USERS + ITEMS) };
}

const numbersFed = (feed: Feeds[string] | undefined): number[] =>
  Array.from((feed as DenseFeed).data, Number);

describe("KGAT", () => {
  for (const aggregator of ["bi", "gcn", "graphsage"]) {
    it(`joins the normalised layers of the aggregator ${aggregator} to the nodes' vectors`, () => {
      const instance = kgat({ aggregator });
      const { feeds } = instance;
      expectVectors(instance, final(feeds, aggregator, numbersFed(feeds["attention"])), 1e-11);
    });
  }

  it("attends to the edges of every head, of all relations together, by TransR's scores", () => {
    const instance = kgat();
    const { computed } = instance.declaration.buffers.find(({ name }) => name === "attention")!;
    const found = numbers(instance, computed[0]!.node);
    expectClose(found, attention(instance.feeds), 1e-11);
    const totals = new Map<number, number>();
    edges.forEach(([head], edge) => totals.set(head, (totals.get(head) ?? 0) + found[edge]!));
    for (const total of totals.values()) expect(total).to.be.closeTo(1, 1e-12);
  });

  it("ranks by the final vectors and regularises them", () => {
    const instance = kgat({ l2: 0.5 });
    const vectors = final(instance.feeds, "bi", numbersFed(instance.feeds["attention"]));
    expectClose([loss(instance, "bpr")], [bpr(vectors)], 1e-11);
    const rows = [
      ...triples.users.map((id) => vectors.users[id]!),
      ...[...triples.positives, ...triples.negatives].map((id) => vectors.items[id]!),
    ];
    const squares = rows.flat().reduce((sum, x) => sum + x * x, 0);
    expectClose([loss(instance, "l2")], [(0.25 * squares) / triples.users.length], 1e-11);
  });

  it("trains TransR on edges of all relations and their inverses, with regularised projections", () => {
    const instance = kgat({ knowledgeL2: 0.5 });
    const { feeds } = instance;
    let [ranking, squares] = [0, 0];
    sampled.ids.forEach((id, place) => {
      const [h, r, t] = edges[id]!;
      const ends = [h, t, sampled.negatives[place]!].map((node) => projected(feeds, node, r));
      const link = relationVector(feeds, r);
      const energy = (end: readonly number[]): number =>
        ends[0]!.reduce((sum, x, k) => sum + (x + link[k]! - end[k]!) ** 2, 0);
      ranking += Math.log(1 + Math.exp(energy(ends[1]!) - energy(ends[2]!)));
      squares += [...ends, link].flat().reduce((sum, x) => sum + x * x, 0);
    });
    const count = sampled.ids.length;
    expectClose([loss(instance, "knowledge", "knowledge")], [ranking / count], 1e-11);
    expectClose([loss(instance, "l2", "knowledge")], [(0.25 * squares) / count], 1e-11);
    expect(new Set(sampled.ids.map((id) => edges[id]![1])).size).to.be.at.least(3);
  });

  it("weights edges by D^-1 A of their relation before the first attention, and throughout without attention", () => {
    const expected = edges.map(
      ([head, relation]) => 1 / edges.filter(([h, r]) => h === head && r === relation).length,
    );
    const fixed = kgat({ attention: false });
    expectVectors(fixed, final(fixed.feeds, "bi", expected), 1e-11);
    const attended = buildArtifacts(models.get("kgat")!).manifest.buffers.find(
      ({ name }) => name === "attention",
    )!;
    expect(attended.recipe).to.deep.equal({ kind: "computed" });
    expect(attended.refresh).to.deep.include({
      ...{ every: 1, from: 0, atEvaluation: false },
      initial: { kind: "tailShares", inverse: true, interactions: true },
    });
  });

  it("ranks, trains TransR with an optimizer of its own, and attends anew, in this order", () => {
    const { phases, schedule } = buildArtifacts(models.get("kgat")!).manifest;
    const [main, knowledge] = phases as [(typeof phases)[number], (typeof phases)[number]];
    expect(schedule.map((work) => (work.kind === "phase" ? work.phase : work.buffer))).to.deep.equal([
      ...["main", "knowledge", "attention"],
    ]);
    const tables = ["user_embedding", "item_embedding", "attribute_embedding"];
    expect(knowledge.parameters).to.have.members([...tables, "relation_weight", "relation_embedding"]);
    expect(knowledge.optimizerState).to.equal("knowledge");
    expect(knowledge.sampler).to.deep.equal({ kind: "entries", buffer: "graph_edges", batchSize: 2048 });
    expect(main.parameters).to.include.members(tables);
    expect(main.parameters).not.to.include("relation_weight");
    expect(main.sampler).to.deep.equal({ kind: "users", batchSize: 1024, negativePool: "all" });
  });

  it("leaves out TransR, attention or both", () => {
    const phasesOf = (given: Given) => buildArtifacts(models.get("kgat")!, given).manifest;
    const withoutTransR = phasesOf({ knowledge: false });
    expect(withoutTransR.phases[1]!.epochs).to.deep.equal({ from: 0, until: 0 });
    expect(withoutTransR.schedule).to.have.length(3);
    const withoutAttention = phasesOf({ attention: false });
    expect(withoutAttention.schedule).to.have.length(2);
    expect(withoutAttention.buffers.find(({ name }) => name === "attention")!.refresh).to.equal("once");
    const neither = kgat({ attention: false, knowledge: false });
    expect(neither.declaration.phases).to.have.length(1);
    expect(parameterNames(neither)).not.to.include("relation_weight");
  });

  it("reaches attributes two steps away from a user, and keeps nodes without edges at their own vectors", () => {
    const instance = kgat();
    const before = numbers(instance, instance.declaration.vectors!.users);
    const table = rowsOf(instance.feeds["attribute_embedding"]);
    const moved = {
      ...instance.feeds,
      attribute_embedding: dense(
        [table.length, DIM],
        table.flat().map((x) => x + 1),
      ),
    };
    const after = numbers({ ...instance, feeds: moved }, instance.declaration.vectors!.users);
    const width = before.length / USERS;
    const changed = (user: number): boolean =>
      before.slice(user * width, (user + 1) * width).some((x, k) => x !== after[user * width + k]!);
    expect(changed(0)).to.equal(true);
    // User 6 has no interactions.
    expect(changed(6)).to.equal(false);
  });
});

const switches: SwitchCases<typeof kgatHyperparameters, "layers" | "l2" | "knowledgeL2"> = {
  aggregator: ["bi", "gcn", "graphsage"].map((aggregator) => ({ aggregator })),
  attention: [{ attention: false }],
  knowledge: [{ knowledge: false }, { knowledge: false, attention: false }],
  layers: [{ layers: 1 }],
  l2: [{ l2: 0 }],
  knowledgeL2: [{ knowledgeL2: 0 }],
};

describe("KGAT's losses", () => {
  for (const given of Object.values(switches).flat()) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("kgat", { relationDim: RELATION_DIM, layers: 2, l2: 0.5, knowledgeL2: 0.3, ...given }));
  }
});

describe("a KGAT run", () => {
  const temporary = temporaryFolder();

  it("learns in both phases, resumes to the same bytes within either, and gives vectors to export", async () => {
    const dataset = join(temporary.path, "dataset");
    await writeTinyDataset(dataset);
    // Attributes 21 and 22 stand for the two groups of items.
    const rows = Array.from({ length: 20 }, (_, item) => `${item}\t${item % 2}\t${item < 10 ? 21 : 22}\n`);
    await writeFile(join(dataset, "kg_triples.tsv"), ["head\trelation\ttail\n", ...rows].join(""));
    const sizes = { dim: DIM, relationDim: 3, layers: 2, batchSize: 8, knowledgeBatchSize: 16 };
    const run = { model: "kgat", given: { ...sizes, learningRate: 0.02 }, folder: temporary.path, dataset };
    // 22 steps of ranking are 11 chunks, 376 edges are 24 steps and 12 chunks; an interruption takes effect some later.
    const { totals, places } = await expectResumes(run, [25, 36]);
    expect([...places]).to.deep.equal([0, 1]);
    for (const phase of ["main", "knowledge"]) {
      expect(totals[2]![phase]).to.be.below(totals[0]![phase]!);
    }
    // What is exported needs no relations, and so no buffer says how many there are.
    const artifacts = await loadArtifacts(join(temporary.path, "artifacts"));
    const checkpoint = await loadCheckpoint(join(temporary.path, "whole", "checkpoints", "best"));
    const { users, items } = await finalVectors(artifacts, checkpoint, await loadDataset(dataset));
    expect([users.rows, items.rows, items.dim]).to.deep.equal([24, 21, DIM + DIM + DIM / 2]);
  });
});
