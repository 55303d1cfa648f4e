import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { noiseSchedule } from "../../../graphs/kdiffe/noiseSchedule.js";
import { models } from "../../../graphs/registry.js";
import { hyperparameterSchema } from "../../../src/authoring/model.js";
import { gradients, reachedByGradient } from "../../../src/autodiff/gradients.js";
import { defaultSettings } from "../../../runtime/training/trainingOptions.js";
import { inputName, topologicalOrder, type Node } from "../../../src/ir/node.js";
import { DeclarationError } from "../../../src/ir/errors.js";
import { evaluate, numbersOf, type DenseFeed } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, isZero, loss, numbers, parameterNames } from "../instanceValues.js";
import { bpr, plus, rowsOf, times } from "../ksi/plainKsi.js";
import { contrastSum, matmul, unitRows, type Rows, type Sides } from "../plainMatrix.js";
import {
  batchRows,
  ITEMS,
  lossTerm,
  pairs,
  smallInstance,
  triples,
  USERS,
  type SmallInstance,
} from "../smallInstance.js";
import { smallSimilarities } from "../smallWalks.js";
import * as plain from "./plainKdiffe.js";

/** A denoiser of a few units and few steps, noise that counts. */
const small = { hidden: 6, diffusionSteps: 4, noiseScale: 0.9, noiseMax: 0.5, keptEntities: 2 };
const noise = { diffusionSteps: 4, noiseScale: 0.9, noiseMin: 1e-4, noiseMax: 0.5 };

/** Without noise, so that values can be compared. */
const kdiffe = (given: Given = {}): SmallInstance => smallInstance("kdiffe", { ...small, ...given }, false);
const training = (given: Given = {}): SmallInstance => smallInstance("kdiffe", { ...small, ...given });
const settings = (given: Partial<plain.PlainSettings> = {}): plain.PlainSettings => ({
  ...{ layers: 1, readout: "sum", selfLoops: true, kgResidual: 0 },
  ...given,
});
const { manifest } = buildArtifacts(models.get("kdiffe")!);
const bufferOf = (name: string) => manifest.buffers.find((buffer) => buffer.name === name)!;
const recipeOf = ({ declaration }: SmallInstance, name: string) =>
  declaration.buffers.find((buffer) => buffer.name === name)!.recipe;

const rowsIn = (instance: SmallInstance, node: Node, width: number): Rows =>
  rowsOf({ kind: "dense", dims: [], data: numbers(instance, node) }, width);

/** x_0 and z̃ of the batch's rows. */
function batchOf({ feeds }: SmallInstance): { clean: Rows; guides: Rows } {
  const clean = feeds["diffusion/links_rows"] as DenseFeed;
  return {
    clean: rowsOf(clean, clean.dims[1]),
    guides: plain.guides(pairs, rowsOf(feeds["user_embedding"]), batchRows),
  };
}

/** What the refreshed buffer of generated entities is given. */
const generated = ({ declaration }: SmallInstance): Node =>
  declaration.buffers.find(({ name }) => name === "generated_entities")!.computed[0]!.node;

/** The rows after the reverse steps, whose largest entries are kept. */
const reversed = (instance: SmallInstance): Node =>
  topologicalOrder([generated(instance)]).find(({ operation }) => operation === "topKIndices")!.inputs[0]!;

/** Uniform numbers of a stream in training. */
function drawn(instance: SmallInstance, stream: string): Float64Array {
  const nodes = topologicalOrder([lossTerm(instance, "elbo", "diffusion")]).filter(
    ({ operation, attributes }) => operation === "uniform" && attributes["stream"] === stream,
  );
  expect(nodes, stream).to.have.length(1);
  const root = lossTerm(instance, "elbo", "diffusion");
  return numbersOf(evaluate([nodes[0]!, root], instance.feeds), nodes[0]!);
}

describe("a faithful KDiffE, paper variant", () => {
  for (const given of [
    {},
    { kgResidual: 0.4 },
    { layers: 2, readout: "mean" },
    { layers: 2, readout: "last" },
  ]) {
    it(`2. attends to an item's links by relation, adds, normalises and propagates ${JSON.stringify(given)}`, () => {
      const instance = kdiffe(given);
      expectVectors(
        instance,
        plain.view(instance.feeds, "link", settings(given as Partial<plain.PlainSettings>)),
        1e-6,
      );
    });
  }

  it("2. starts W from Xavier uniform with gain √2 and the tables without a gain", () => {
    const start = (name: string) => manifest.parameters.find((entry) => entry.name === name)!.initializer;
    expect(start("attention/weight")).to.deep.equal({ kind: "xavierUniform", scale: Math.SQRT2 });
    for (const table of ["user", "item", "entity", "relation"]) {
      expect(start(`${table}_embedding`), table).to.deep.equal({ kind: "xavierUniform", scale: 1 });
    }
  });

  it("2. leaves items without links at Norm(z_j)", () => {
    const instance = kdiffe({ layers: 0 });
    const { entries } = instance.feeds["links"] as SparseValue;
    const alone = Array.from({ length: ITEMS }, (_, item) => item).filter(
      (item) => !entries.some(({ row }) => row === item),
    );
    expect(alone).to.include(8);
    const items = rowsIn(instance, instance.declaration.vectors!.items, 4);
    const unit = unitRows(rowsOf(instance.feeds["item_embedding"]));
    for (const item of alone) expectClose(items[item]!, unit[item]!);
  });

  it("2. drops messages in training only", () => {
    const vectors = (instance: SmallInstance): Float64Array =>
      numbers(instance, instance.declaration.vectors!.items);
    const off = { messDropout: 0 };
    expectClose(vectors(kdiffe()), vectors(kdiffe(off)));
    expectClose(vectors(training(off)), vectors(kdiffe(off)));
    expect([...vectors(training())]).to.not.deep.equal([...vectors(kdiffe())]);
  });

  it("3. takes S from walks with M = 50, R = 12 and weighs it by ξ = 0.7; without attention ξ is 0", () => {
    const walks = {
      ...{ kind: "walkSimilarity", walk: "rwr", length: 50, walks: 12, restart: 0.2, includeStart: false },
      ...{ share: 0.7, selfLoops: true, renormalise: false },
    };
    expect(bufferOf("attention_adjacency")).to.deep.include({ recipe: walks, refresh: "once" });
    const without = recipeOf(kdiffe({ attention: false }), "attention_adjacency");
    expect(without).to.deep.equal({ ...walks, share: 0 });
    const released = { walk: "backtrack", walkLength: 130, walks: 6, similarityWeight: 0.9 };
    expect(recipeOf(kdiffe(released), "attention_adjacency")).to.deep.equal({
      ...walks,
      ...{ walk: "backtrack", length: 130, walks: 6, share: 0.9 },
    });
  });

  for (const selfLoops of [false, true]) {
    it(`4. uses (1 + ξS) / √(d_u d_v) ${selfLoops ? "with" : "without"} self-loops in both layers of two`, () => {
      const instance = kdiffe({ layers: 2, selfLoops });
      const loop = selfLoops ? 1 : 0;
      const degree = (side: 0 | 1, id: number): number =>
        pairs.filter((pair) => pair[side] === id).length + loop;
      const weights = smallSimilarities(pairs.length).map((s, index) => {
        const [user, item] = pairs[index]!;
        return Math.fround((1 + 0.7 * s) / Math.sqrt(degree(0, user) * degree(1, item)));
      });
      const { entries } = instance.feeds["attention_adjacency"] as SparseValue;
      expectClose(
        entries.map(({ weight }) => weight),
        weights,
      );
      expectVectors(instance, plain.view(instance.feeds, "link", settings({ layers: 2, selfLoops })), 1e-6);
    });
  }

  it("5. diffuses the items' rows of the knowledge graph, every row once an epoch in batches of 1024", () => {
    const phase = manifest.phases.find(({ name }) => name === "diffusion")!;
    expect(phase.sampler).to.deep.equal({ kind: "rows", axis: "item", batchSize: 1024 });
    expect(phase.batch).to.deep.include({
      name: "diffusion/links_rows",
      source: "denseRow",
      buffer: "links",
    });
    expect(phase.losses).to.deep.equal(["total", "elbo"]);
    const width = manifest.parameters.filter(({ name }) => name.startsWith("denoiser/"));
    expect(width.map(({ name, axes }) => [name, ...axes].join(" "))).to.deep.equal([
      "denoiser/time/weight time time_out",
      "denoiser/time/bias time_out",
      "denoiser/input/weight denoiser_input hidden",
      "denoiser/input/bias hidden",
      "denoiser/output/weight hidden entity",
      "denoiser/output/bias entity",
    ]);
    for (const { name, initializer } of width) {
      const expected = name.endsWith("bias")
        ? { kind: "normal", scale: 0.001 }
        : { kind: "xavierNormal", scale: 1 };
      expect(initializer, name).to.deep.equal(expected);
    }
    expect(manifest.axes["hidden"]).to.equal(1000);
  });

  it("6. predicts x̂_0, weighs each row's error by w_t, and takes the mean", () => {
    for (const elboWeight of ["snr", "uniform"] as const) {
      const instance = kdiffe({ elboWeight });
      const { clean, guides } = batchOf(instance);
      const schedule = noiseSchedule({ ...noise, elboWeight });
      const terms = clean.map((row, i) => {
        const t = (batchRows[i]! % 4) + 1;
        const noisy = row.map((x) => x * Math.sqrt(schedule.alphaBar[t - 1]!));
        const predicted = plain.denoised(instance.feeds, [noisy], t, [guides[i]!]);
        return schedule.weight[t - 1]! * plain.meanSquares([row], predicted)[0]!;
      });
      const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
      expectClose([loss(instance, "elbo", "diffusion")], [mean], 1e-6);
    }
  });

  it("6. draws t uniformly per row and noise per entry in training, x_t = √ᾱ x_0 + √(1-ᾱ) n", () => {
    const instance = training({ inputDropout: 0 });
    const { clean, guides } = batchOf(instance);
    const schedule = noiseSchedule({ ...noise, elboWeight: "snr" });
    const width = clean[0]!.length;
    const t = [...drawn(instance, "diffusion/timestep")].map((u) => Math.floor(4 * u) + 1);
    expect(new Set(t).size).to.be.above(1);
    const [radius, angle] = ["radius", "angle"].map((part) => drawn(instance, `diffusion/noise/${part}`));
    const terms = clean.map((row, i) => {
      const a = schedule.alphaBar[t[i]! - 1]!;
      const noisy = row.map((x, k) => {
        const cell = i * width + k;
        const n = Math.sqrt(-2 * Math.log(radius![cell]!)) * Math.cos(2 * Math.PI * angle![cell]!);
        return Math.sqrt(a) * x + Math.sqrt(1 - a) * n;
      });
      const predicted = plain.denoised(instance.feeds, [noisy], t[i]!, [guides[i]!]);
      return schedule.weight[t[i]! - 1]! * plain.meanSquares([row], predicted)[0]!;
    });
    const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
    expectClose([loss(instance, "elbo", "diffusion")], [mean], 1e-6);
    const dropped = training();
    expect(drawn(dropped, "diffusion/dropout")).to.have.length(clean.length * width);
  });

  it("7. is guided by the mean vector of the item's users, in four ways", () => {
    const predictedBy = (guidance: string, given: Given = {}): readonly [number, number] => {
      const instance = kdiffe({ guidance, elboWeight: "uniform", ...given });
      const { clean, guides } = batchOf(instance);
      const alphaBar = noiseSchedule({ ...noise, elboWeight: "uniform" }).alphaBar;
      const terms = clean.map((row, i) => {
        const t = (batchRows[i]! % 4) + 1;
        const shift = guidance === "scalarShift" ? guides[i]!.reduce((sum, x) => sum + x, 0) / 4 : 0;
        const noisy = row.map((x) => x * Math.sqrt(alphaBar[t - 1]!) + shift);
        const beside = guidance === "concat" ? [guides[i]!] : null;
        return plain.meanSquares([row], plain.denoised(instance.feeds, [noisy], t, beside))[0]!;
      });
      const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
      return [loss(instance, "elbo", "diffusion"), mean];
    };
    for (const guidance of ["concat", "scalarShift", "none"]) {
      const [found, expected] = predictedBy(guidance);
      expectClose([found], [expected], 1e-6);
    }
    const [ckgc, elbo] = predictedBy("ckgc", { collaborativeWeight: 0.3 });
    expectClose([ckgc], [0.7 * elbo], 1e-6);
    // Item 8 has no users: its guiding vector is zero.
    expect(batchOf(kdiffe()).guides[batchRows.indexOf(8)]).to.deep.equal([0, 0, 0, 0]);
  });

  it("7. has DiffKG's collaborative loss with ckgc, over the items' columns", () => {
    const instance = kdiffe({ guidance: "ckgc", collaborativeWeight: 0.3 });
    const { clean } = batchOf(instance);
    expect(clean[0]).to.have.length(ITEMS + 4);
    const alphaBar = noiseSchedule({ ...noise, elboWeight: "snr" }).alphaBar;
    const users = rowsOf(instance.feeds["user_embedding"]);
    const sums = Array.from({ length: ITEMS }, (_, item) =>
      pairs
        .filter(([, other]) => other === item)
        .reduce((sum, [user]) => plus([sum], [users[user]!])[0]!, [0, 0, 0, 0]),
    );
    const items = rowsOf(instance.feeds["item_embedding"]);
    const terms = clean.map((row, i) => {
      const t = (batchRows[i]! % 4) + 1;
      const noisy = row.map((x) => x * Math.sqrt(alphaBar[t - 1]!));
      const predicted = plain.denoised(instance.feeds, [noisy], t, null)[0]!.slice(0, ITEMS);
      return plain.meanSquares(matmul([predicted], sums), [items[batchRows[i]!]!])[0]!;
    });
    const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
    expectClose([loss(instance, "collaborative", "diffusion")], [0.3 * mean], 1e-6);
    expect(recipeOf(kdiffe({ guidance: "ckgc" }), "links")["withItems"]).to.equal(true);
  });

  it("7. and 12. trains the denoiser alone, with an optimizer of its own, and the recommender without it", () => {
    const names = (phase: string): readonly string[] =>
      manifest.phases.find(({ name }) => name === phase)!.parameters;
    expect(names("diffusion").every((name) => name.startsWith("denoiser/"))).to.equal(true);
    expect(names("main")).to.deep.equal([
      ...["user_embedding", "item_embedding", "entity_embedding"],
      ...["attention/weight", "relation_embedding"],
    ]);
    const states = manifest.phases.map(({ name, optimizerState }) => [name, optimizerState]);
    expect(states).to.deep.equal([
      ["main", "main"],
      ["diffusion", "diffusion"],
    ]);
    for (const guidance of ["concat", "scalarShift", "ckgc"]) {
      const { declaration, parameters } = training({ guidance });
      const total = declaration.phases[1]!.losses.map(({ node }) => node);
      for (const node of total) {
        const reached = reachedByGradient(node, parameters).map(inputName);
        expect(reached.filter((name) => !name.startsWith("denoiser/"))).to.deep.equal([]);
      }
    }
  });

  for (const guidance of ["concat", "scalarShift", "none"]) {
    it(`8. follows the posterior mean from the clean rows for t = T..1 and keeps the q largest, guided by ${guidance}`, () => {
      const instance = kdiffe({ guidance });
      const { clean, guides } = batchOf(instance);
      const { cleanShare, noisyShare } = noiseSchedule({ ...noise, elboWeight: "snr" });
      const shifts = guides.map((guide) =>
        guidance === "scalarShift" ? guide.reduce((sum, x) => sum + x, 0) / guide.length : 0,
      );
      let x = clean;
      for (let t = 4; t >= 1; t--) {
        // The denoiser reads x_t with the shift, at every step; the posterior mean has x_t itself.
        const read = x.map((row, i) => row.map((value) => value + shifts[i]!));
        const predicted = plain.denoised(instance.feeds, read, t, guidance === "concat" ? guides : null);
        x = plus(times(predicted, cleanShare[t - 1]!), times(x, noisyShare[t - 1]!));
      }
      expectClose(numbers(instance, reversed(instance)), x.flat(), 1e-6);
      const largest = x.map((row) => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, 2));
      expect([...numbers(instance, generated(instance))]).to.deep.equal(largest.flat());
    });
  }

  it("8. generates after the denoiser's pass and before the main one, every epoch, drops new pairs, keeps a share", () => {
    expect(manifest.schedule.map((work) => (work.kind === "phase" ? work.phase : work.buffer))).to.deep.equal(
      [...["diffusion", "generated_entities", "generated_links", "generated_relations", "main"]],
    );
    for (const name of ["generated_entities", "generated_links", "generated_relations"]) {
      expect(bufferOf(name).refresh).to.include({ every: 1, from: 0, graph: `refresh/${name}` });
    }
    expect(bufferOf("generated_links").recipe).to.deep.include({ newEdges: "drop", keepRate: 1 });
    const changed = kdiffe({ newEdges: "byEntityType", keepRate: 0.5, keptEntities: 3 });
    const expected = { newEdges: "byEntityType", keepRate: 0.5 };
    expect(recipeOf(changed, "generated_links")).to.deep.include(expected);
    expect(recipeOf(changed, "generated_relations")).to.deep.include(expected);
    expect(changed.declaration.size("kept")).to.equal(3);
    expect(recipeOf(changed, "links")["atLeast"]).to.equal(3);
  });

  it("9. makes both views with the same parameters, which differ in the graph alone", () => {
    const instance = kdiffe({ clWeight: 1, temperature: 0.5 });
    const graph = (name: string) => instance.feeds[name]!;
    const swapped: SmallInstance = {
      ...instance,
      feeds: {
        ...instance.feeds,
        links: graph("generated_links"),
        link_relations: graph("generated_relations"),
        generated_links: graph("links"),
        generated_relations: graph("link_relations"),
      },
    };
    const main = plain.view(swapped.feeds, "link", settings());
    expectClose(rowsIn(swapped, swapped.declaration.vectors!.items, 4).flat(), main.items.flat(), 1e-6);
    const other = plain.view(instance.feeds, "generated", settings());
    expectClose(main.items.flat(), other.items.flat(), 1e-12);
  });

  it("10. contrasts the batch's users and positives with all of the other view, by cosines over τ, as a mean", () => {
    const instance = kdiffe({ clWeight: 0.2, temperature: 0.7 });
    const main = plain.view(instance.feeds, "link", settings());
    const other = plain.view(instance.feeds, "generated", settings());
    const sum =
      contrastSum(main.users, other.users, triples.users, 0.7) +
      contrastSum(main.items, other.items, triples.positives, 0.7);
    expectClose([loss(instance, "contrast")], [(0.2 * sum) / triples.users.length], 1e-6);
  });

  it("11. ranks by BPR with a sigmoid, and regularises all parameters or the two tables", () => {
    const instance = kdiffe({ l2: 0.3 });
    const vectors = plain.view(instance.feeds, "link", settings());
    expectClose([loss(instance, "bpr")], [bpr(vectors)], 1e-6);
    const squares = (names: readonly string[]): number =>
      names.reduce(
        (sum, name) =>
          sum + Array.from((instance.feeds[name] as DenseFeed).data, Number).reduce((s, x) => s + x * x, 0),
        0,
      );
    const tables = ["user_embedding", "item_embedding"];
    const all = [...tables, "entity_embedding", "attention/weight", "relation_embedding"];
    expectClose([loss(instance, "l2")], [0.3 * squares(all)], 1e-9);
    expectClose([loss(kdiffe({ l2: 0.3, l2Scope: "tables" }), "l2")], [0.3 * squares(tables)], 1e-9);
  });

  it("13. takes its graph from four sources, entities with ids of their own", () => {
    expect(bufferOf("links").recipe).to.deep.include({ source: "file", withItems: false });
    for (const given of [
      { source: "hub", modalities: ["image", "audio"] },
      { source: "clusters", modalities: ["image"], clusters: 20 },
      { source: "metadata", columns: ["brand"], minItems: 5 },
    ]) {
      const changed = kdiffe(given);
      for (const name of ["links", "link_relations", "generated_links", "generated_relations"]) {
        expect(recipeOf(changed, name), name).to.deep.include(given);
      }
    }
  });

  it("15. selects the epoch on validation data by default", () => {
    expect(defaultSettings.selectOn).to.equal("valid");
  });

  it("16. has ablations 1 to 3 as switches and the numbers of all sweeps in its schema", () => {
    expect(parameterNames(kdiffe({ guidance: "none" }))).to.include("denoiser/input/weight");
    const noContrast = kdiffe({ cl: false });
    expect(noContrast.declaration.phases.map(({ name }) => name)).to.deep.equal(["main"]);
    expect(noContrast.declaration.main.losses.map(({ name }) => name)).to.deep.equal(["bpr", "l2"]);
    expect(parameterNames(noContrast).some((name) => name.startsWith("denoiser/"))).to.equal(false);
    const { properties } = hyperparameterSchema(models.get("kdiffe")!) as {
      properties: Record<string, { default: unknown; description: string }>;
    };
    const defaults = {
      ...{ clWeight: 1e-2, l2: 1e-5, walks: 12, walkLength: 50, similarityWeight: 0.7, diffusionSteps: 10 },
      ...{ temperature: 0.5, keptEntities: 1, keepRate: 1, dim: 64, layers: 1, batchSize: 1024 },
      ...{ learningRate: 1e-3, diffusionLearningRate: 1e-3, negativePool: "all", hidden: 1000, restart: 0.2 },
      ...{ noiseScale: 0.1, noiseMin: 1e-4, noiseMax: 0.02, elboWeight: "snr" },
      ...{ inputDropout: 0.5, messDropout: 0.1 },
    };
    for (const [name, value] of Object.entries(defaults)) {
      expect(properties[name]!.default, name).to.equal(value);
      expect(properties[name]!.description.length, name).to.be.above(10);
    }
  });

  it("equals LightGCN on the enhanced items without attention, contrast and self-loops, with the mean of layers", () => {
    const given = { attention: false, cl: false, selfLoops: false, readout: "mean", layers: 2, l2: 0 };
    const instance = kdiffe(given);
    const enhanced = kdiffe({ ...given, layers: 0 });
    const lightgcn = smallInstance("lightgcn", { layers: 2, l2: 0 }, false);
    const onEnhanced: SmallInstance = {
      ...lightgcn,
      feeds: {
        ...lightgcn.feeds,
        item_embedding: {
          kind: "dense",
          dims: [ITEMS, 4],
          data: numbers(enhanced, enhanced.declaration.vectors!.items),
        },
      },
    };
    const { users, items } = onEnhanced.declaration.vectors!;
    const expected: Sides = { users: rowsIn(onEnhanced, users, 4), items: rowsIn(onEnhanced, items, 4) };
    expect(expected.users).to.have.length(USERS);
    // One has a float32 weight per interaction, the other a float32 factor per user and item.
    expectVectors(instance, expected, 1e-7);
    expectClose([loss(instance, "bpr")], [loss(onEnhanced, "bpr")], 1e-7);
  });

  it("reaches the entities by the gradient of BPR", () => {
    const instance = training();
    for (const name of ["entity_embedding", "attention/weight", "relation_embedding"]) {
      const node = instance.parameters.find((parameter) => inputName(parameter) === name)!;
      const [gradient] = gradients(lossTerm(instance, "bpr"), [node]);
      expect(isZero(numbers(instance, gradient!)), name).to.equal(false);
    }
  });

  it("refuses noise that falls", () => {
    expect(() => kdiffe({ noiseMin: 0.6, noiseMax: 0.5 })).to.throw(
      DeclarationError,
      "noiseMin: must be at most noiseMax, as noise grows with the steps, but it is 0.6, and noiseMax is 0.5",
    );
  });
});
