import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { noiseSchedule } from "../../../graphs/kdiffe/noiseSchedule.js";
import { models } from "../../../graphs/registry.js";
import { resolveHyperparameters } from "../../../src/authoring/model.js";
import { reachedByGradient } from "../../../src/autodiff/gradients.js";
import { DeclarationError } from "../../../src/ir/errors.js";
import { inputName, type Node } from "../../../src/ir/node.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";
import { writeTinyDataset } from "../../runtime/training/tinyDataset.js";
import type { DenseFeed } from "../../evaluator/evaluate.js";
import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, numbers } from "../instanceValues.js";
import { plus, rowsOf } from "../ksi/plainKsi.js";
import { contrastSum, matmul, type Rows, type Sides } from "../plainMatrix.js";
import { expectResumes } from "../resumption.js";
import {
  batchRows,
  batchUsers,
  ITEMS,
  pairs,
  smallInstance,
  triples,
  USERS,
  type SmallInstance,
} from "../smallInstance.js";
import * as plain from "./plainReleased.js";

const modalities = ["image", "text"];
const noise = {
  diffusionSteps: 4,
  noiseScale: 0.9,
  noiseMin: 1e-4,
  noiseMax: 0.5,
  elboWeight: "snr",
} as const;
const small = { ...noise, variant: "released", modalities, hidden: 6, keptEntities: 2 };
const schedule = noiseSchedule(noise);

const released = (given: Given = {}, training = false): SmallInstance =>
  smallInstance("kdiffe", { ...small, ...given }, training);
const { manifest } = buildArtifacts(models.get("kdiffe")!, { variant: "released", modalities });
const bufferOf = (name: string) => manifest.buffers.find((buffer) => buffer.name === name)!;
const phaseOf = (name: string) => manifest.phases.find((phase) => phase.name === name)!;

const BATCH = batchRows.length;
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const meanSquare = (a: readonly number[], b: readonly number[]): number =>
  mean(a.map((x, k) => (x - b[k]!) ** 2));
const dotOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, k) => sum + x * b[k]!, 0);

/** Both towers beside each other, whose dot product is the sum of their scores. */
const beside = (first: Rows, second: Rows): Rows => first.map((row, id) => [...row, ...second[id]!]);

/** Mean of -ln σ(difference of the summed scores). */
function bprOf(towers: readonly Sides[]): number {
  const score = (user: number, item: number): number =>
    towers.reduce((sum, { users, items }) => sum + dotOf(users[user]!, items[item]!), 0);
  return mean(
    triples.users.map((user, i) =>
      Math.log1p(Math.exp(score(user, triples.negatives[i]!) - score(user, triples.positives[i]!))),
    ),
  );
}

const contrastOf = (anchors: Sides, others: Sides, temperature: number): number =>
  (contrastSum(anchors.users, others.users, triples.users, temperature) +
    contrastSum(anchors.items, others.items, triples.positives, temperature)) /
  BATCH;

/** Rows that a phase diffuses. */
const cleanOf = ({ feeds }: SmallInstance, name: string): Rows => {
  const rows = feeds[name] as DenseFeed;
  return rowsOf(rows, rows.dims[1]);
};

/** The largest two columns after the reverse steps, and where they start. */
function generatedFrom(instance: SmallInstance, name: string, start: Rows): number[] {
  let x = start;
  for (let t = 4; t >= 1; t--) {
    x = x.map((row) => {
      const predicted = plain.denoised(instance.feeds, name, row, t - 1);
      return row.map(
        (value, k) => schedule.cleanShare[t - 1]! * predicted[k]! + schedule.noisyShare[t - 1]! * value,
      );
    });
  }
  return x.flatMap((row) => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, 2));
}

const refreshed = ({ declaration }: SmallInstance, buffer: string): Node =>
  declaration.buffers.find(({ name }) => name === buffer)!.computed[0]!.node;

describe("KDiffE as released", () => {
  it("has the defaults of its command for TikTok, which what is set goes before", () => {
    expect(manifest.hyperparameters).to.deep.include({
      ...{ walk: "backtrack", walkLength: 130, walks: 6, similarityWeight: 0.9, temperature: 0.7 },
      ...{
        kgResidual: 0.5,
        collaborativeWeight: 0.7,
        keepRate: 0.5,
        guidance: "scalarShift",
        l2Scope: "tables",
      },
      ...{
        clWeight: 1e-2,
        l2: 1e-5,
        diffusionSteps: 10,
        keptEntities: 1,
        dim: 64,
        layers: 1,
        batchSize: 1024,
      },
      ...{ generatedWeight: 0.2, clMode: "main", fixViews: false, triplesPerHead: 10, hops: 1 },
    });
    const model = models.get("kdiffe")!;
    expect(resolveHyperparameters(model, { variant: "released", walks: 8 })).to.deep.include({
      ...{ walks: 8, walkLength: 130 },
    });
    expect(resolveHyperparameters(model, {})).to.deep.include({ variant: "paper", walks: 12, walk: "rwr" });
  });

  it("adds the scores of DiffKG's tower and of DiffMM's, on L̄ both, and ranks by the generated graphs", () => {
    for (const modalityTransform of ["linear", "matrix"] as const) {
      const instance = released({ modalityTransform });
      const knowledge = plain.knowledgeTower(instance.feeds, "generated");
      const modal = plain.modalTower(instance.feeds, modalities, modalityTransform);
      expectVectors(
        instance,
        {
          users: beside(knowledge.users, modal.users),
          items: beside(knowledge.items, modal.items),
        },
        1e-6,
      );
      expectClose([loss(instance, "bpr")], [bprOf([knowledge, modal])], 1e-6);
    }
    expect(bufferOf("attention_adjacency").recipe).to.deep.include({ kind: "walkSimilarity", share: 0.9 });
  });

  it("is DiffKG's tower alone without modalities", () => {
    const instance = released({ modalities: [] });
    expectVectors(instance, plain.knowledgeTower(instance.feeds, "generated"), 1e-6);
    expect(instance.declaration.phases.map(({ name }) => name)).to.deep.equal(["main", "diffusion"]);
    expect(instance.feeds).to.not.have.property("item_embedding");
  });

  it("contrasts the knowledge tower with each modality's view and with itself, or the modalities alone", () => {
    const given = { clWeight: 0.3, temperature: 0.4 };
    const main = released(given);
    const { feeds } = main;
    const views = modalities.map((modality) => plain.modalView(feeds, modality));
    const [generated, original] = (["generated", "link"] as const).map((name) =>
      plain.knowledgeTower(feeds, name),
    );
    const withViews = views.map((other) => contrastOf(generated!, other, 0.4));
    const knowledge = contrastOf(original!, generated!, 0.4);
    expectClose([loss(main, "contrast")], [0.3 * (withViews[0]! + withViews[1]! + knowledge)], 1e-6);
    const between = contrastOf(views[0]!, views[1]!, 0.4);
    const alone = released({ ...given, clMode: "modalities" });
    expectClose([loss(alone, "contrast")], [0.3 * between], 1e-6);
    const fixed = released({ ...given, clMode: "modalities", fixViews: true });
    expectClose([loss(fixed, "contrast")], [0.3 * (between + knowledge)], 1e-6);
  });

  it("trains both views on the given graph, unless that is corrected", () => {
    const given = { messDropout: 0, inputDropout: 0 };
    const slip = released(given, true);
    const modal = plain.modalTower(slip.feeds, modalities);
    expectClose([loss(slip, "bpr")], [bprOf([plain.knowledgeTower(slip.feeds, "link"), modal])], 1e-6);
    const fixed = released({ ...given, fixViews: true }, true);
    expectClose([loss(fixed, "bpr")], [bprOf([plain.knowledgeTower(fixed.feeds, "generated"), modal])], 1e-6);
  });

  it("regularises the tables of users and items only, and all but the denoisers where told to", () => {
    const squares = ({ feeds }: SmallInstance, names: readonly string[]): number =>
      names
        .flatMap((name) => Array.from((feeds[name] as DenseFeed).data, Number))
        .reduce((sum, x) => sum + x * x, 0);
    const instance = released({ l2: 0.2 });
    expectClose(
      [loss(instance, "l2")],
      [0.2 * squares(instance, ["user_embedding", "item_embedding"])],
      1e-9,
    );
    const all = released({ l2: 0.2, l2Scope: "all" });
    const names = all.declaration.parameters
      .map(({ name }) => name)
      .filter((name) => !name.includes("denoiser"));
    expect(names).to.include.members(["entity_embedding", "image_transform/weight", "modality_logits"]);
    expectClose([loss(all, "l2")], [0.2 * squares(all, names)], 1e-9);
  });

  it("diffuses the users' rows with a denoiser per modality, whose predicted items' features are asked for", () => {
    expect(phaseOf("modal_diffusion").sampler).to.deep.equal({ kind: "rows", axis: "user", batchSize: 1024 });
    expect(phaseOf("modal_diffusion").optimizerState).to.equal("modal_diffusion");
    const instance = released({ collaborativeWeight: 0.3 });
    const clean = cleanOf(instance, "modal_diffusion/user_items_rows");
    expect(clean).to.have.length(BATCH);
    const { items } = plain.ego(instance.feeds);
    for (const modality of modalities) {
      const vectors = plain.features(instance.feeds, modality);
      const terms = clean.map((row, i) => {
        const index = batchUsers[i]! % 4;
        const noisy = row.map((x) => x * Math.sqrt(schedule.alphaBar[index]!));
        const predicted = plain.denoised(instance.feeds, `${modality}_denoiser`, noisy, index);
        const said = matmul([predicted], vectors)[0]!;
        const own = pairs
          .filter(([user]) => user === batchUsers[i]!)
          .reduce<readonly number[]>((sum, [, item]) => plus([sum], [items[item]!])[0]!, [0, 0, 0, 0]);
        return [schedule.weight[index]! * meanSquare(row, predicted), meanSquare(said, own)] as const;
      });
      const at = (place: 0 | 1): number => mean(terms.map((term) => term[place]));
      // Text weighs 1 - e_loss.
      const weight = modality === "text" ? 0.7 : 0.3;
      const term = (name: string): number => loss(instance, `${modality}_${name}`, "modal_diffusion");
      expectClose([term("elbo"), term("collaborative")], [at(0), weight * at(1)], 1e-6);
    }
  });

  it("diffuses the entities' rows, shifted by the mean of the vector of the user of the same number", () => {
    const instance = released({ collaborativeWeight: 0.3 });
    const { feeds } = instance;
    const clean = cleanOf(instance, "diffusion/all_links_rows");
    const { users } = plain.ego(feeds);
    const entities = rowsOf(feeds["entity_embedding"]);
    const sums = Array.from({ length: ITEMS }, (_, item) =>
      pairs
        .filter(([, other]) => other === item)
        .reduce<readonly number[]>((sum, [user]) => plus([sum], [users[user]!])[0]!, [0, 0, 0, 0]),
    );
    // Entity 8 is beyond the users, who count round.
    expect(Math.max(...batchRows)).to.be.above(USERS - 1);
    const terms = clean.map((row, i) => {
      const index = batchRows[i]! % 4;
      const shift = mean(users[batchRows[i]! % USERS]!);
      const noisy = row.map((x) => x * Math.sqrt(schedule.alphaBar[index]!) + shift);
      const predicted = plain.denoised(feeds, "denoiser", noisy, index);
      const said = matmul([predicted.slice(0, ITEMS)], sums)[0]!;
      return [
        schedule.weight[index]! * meanSquare(row, predicted),
        meanSquare(said, entities[batchRows[i]!]!),
      ] as const;
    });
    const at = (place: 0 | 1): number => mean(terms.map((term) => term[place]));
    expectClose([loss(instance, "elbo", "diffusion")], [at(0)], 1e-6);
    expectClose([loss(instance, "collaborative", "diffusion")], [0.3 * at(1)], 1e-6);
    const without = released({ guidance: "none" });
    expect(loss(without, "elbo", "diffusion")).to.not.equal(loss(instance, "elbo", "diffusion"));
  });

  it("generates from clean rows, shifted once where it starts, for entities and users alike", () => {
    const instance = released();
    const { users } = plain.ego(instance.feeds);
    const shifted = (rows: Rows, ids: readonly number[]): Rows =>
      rows.map((row, i) => row.map((x) => x + mean(users[ids[i]! % USERS]!)));
    const entities = shifted(cleanOf(instance, "diffusion/all_links_rows"), batchRows);
    expect([...numbers(instance, refreshed(instance, "generated_entities"))]).to.deep.equal(
      generatedFrom(instance, "denoiser", entities),
    );
    const rows = cleanOf(instance, "modal_diffusion/user_items_rows");
    for (const modality of modalities) {
      const found = [...numbers(instance, refreshed(instance, `${modality}_chosen`))];
      expect(found).to.deep.equal(generatedFrom(instance, `${modality}_denoiser`, shifted(rows, batchUsers)));
      const unguided = released({ guidance: "none" });
      expect([...numbers(unguided, refreshed(unguided, `${modality}_chosen`))]).to.deep.equal(
        generatedFrom(unguided, `${modality}_denoiser`, rows),
      );
    }
  });

  it("trains the denoisers only in their phases, and nothing else there", () => {
    const { declaration, parameters } = released({}, true);
    for (const phase of declaration.phases) {
      const names = phase.losses.flatMap(({ node }) => reachedByGradient(node, parameters).map(inputName));
      const ofDenoisers = names.map((name) => /(^|_)denoiser\//.test(name));
      expect(new Set(ofDenoisers), phase.name).to.deep.equal(new Set([phase.name !== "main"]));
    }
    const order = manifest.schedule.map((entry) => Object.values(entry).join(" "));
    expect(order.join(", ")).to.match(
      /modal_diffusion.*image_chosen.*image_to_users.*text_to_items.*diffusion.*generated_links.*main/,
    );
  });

  it("keeps half of every generated graph's entries, each direction by draws of its own", () => {
    for (const name of ["image_to_users", "image_to_items"]) {
      expect(bufferOf(name).recipe).to.deep.equal({ kind: "generatedInteractions", keepRate: 0.5 });
    }
    expect(bufferOf("text_user_loops").recipe).to.deep.equal({ kind: "generatedLoops", keepRate: 0.5 });
    expect(bufferOf("generated_links").recipe).to.deep.include({
      newEdges: "drop",
      keepRate: 0.5,
      reverses: true,
    });
    expect(bufferOf("links").recipe).to.deep.include({ perHead: 10 });
  });

  it("refuses guidance that the code does not have", () => {
    expect(() => released({ guidance: "concat" })).to.throw(
      DeclarationError,
      "guidance: must be scalarShift or none with variant released, but it is concat",
    );
  });
});

describe("KDiffE as released on a tiny dataset", () => {
  const temporary = temporaryFolder();

  it("learns, and resumes to the same bytes wherever an epoch was interrupted", async function () {
    this.timeout(90_000);
    const dataset = join(temporary.path, "dataset");
    await writeTinyDataset(dataset);
    const rows = Array.from({ length: 21 }, (_, item) => `${item}\t0\t${item < 10 ? 21 : 22}\n`);
    await writeFile(join(dataset, "kg_triples.tsv"), ["head\trelation\ttail\n", ...rows].join(""));
    const given = {
      ...{ variant: "released", modalities: ["text"], dim: 8, batchSize: 16, learningRate: 0.02 },
      ...{ hidden: 12, diffusionBatch: 8, diffusionSteps: 2, keptEntities: 2, walks: 3, walkLength: 10 },
      ...{ diffusionLearningRate: 0.01 },
    };
    const { totals } = await expectResumes(
      { model: "kdiffe", given, folder: temporary.path, dataset },
      [2, 12],
    );
    for (const phase of ["main", "modal_diffusion"]) {
      expect(totals[2]![phase], phase).to.be.below(totals[0]![phase]!);
    }
  });
});
