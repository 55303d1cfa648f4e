import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { gradients } from "../../../src/autodiff/gradients.js";
import type { DeclaredBuffer, ResolvedRefresh } from "../../../src/authoring/declaredBuffers.js";
import { hyperparameterSchema } from "../../../src/authoring/model.js";
import type { Node } from "../../../src/ir/node.js";
import { evaluate, numbersOf, type DenseFeed, type Feeds } from "../../evaluator/evaluate.js";
import type { Given } from "../expectGradients.js";
import {
  expectClose,
  expectVectors,
  gradientOf,
  isZero,
  loss,
  losses,
  numbers,
  parameterNames,
} from "../instanceValues.js";
import { bpr, plus, rowsOf } from "../ksi/plainKsi.js";
import type { Rows } from "../plainMatrix.js";
import { DIM, ITEMS, lossTerm, sizes, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import * as plain from "./plainSlifmr.js";

const slifmr = (given: Given = {}): SmallInstance => smallInstance("slifmr", given);
const build = (given: Given = {}) => buildArtifacts(models.get("slifmr")!, given).manifest;
const bufferOf = (given: Given, name: string): DeclaredBuffer =>
  slifmr(given).declaration.buffers.find((buffer) => buffer.name === name)!;
const refreshOf = (given: Given, name: string): ResolvedRefresh =>
  bufferOf(given, name).refresh as ResolvedRefresh;

/** Switches that leave one branch and nothing else in the unified vectors. */
const alone = { kg: false, mm: false, selfLoop: false };
const noContrast = { inter: false, intra: false };

const positives = [...new Set(triples.positives)];
const printedSum = (given: Given, instance: SmallInstance): Rows => {
  const branches = branchesOf(instance, given);
  return branches[0]!.map((row, i) => row.map((_, k) => branches.reduce((sum, b) => sum + b[i]![k]!, 0)));
};

const cosinesOf = ({ feeds }: { readonly feeds: Feeds }): plain.Edge[] => plain.edgesOf(feeds["correlation"]);

/** What joins S and the knowledge graph: half of each of two graphs, or one graph whose weights are taken as they are. */
function joinedGraphs({ feeds }: SmallInstance, accumulate: string): plain.Edge[] {
  if (accumulate !== "window") return plain.edgesOf(feeds["accumulated_correlation"]);
  return [0, 1].flatMap((place) =>
    plain
      .normalised(plain.edgesOf(feeds[`correlation_${place}`]), ITEMS)
      .map(([row, column, weight]): plain.Edge => [row, column, weight / 2]),
  );
}

/** x̄, x̃ and x̂ of the items with the default readings and the newest correlation graph in each. */
function branchesOf(instance: SmallInstance, given: Given = {}): Rows[] {
  const { feeds } = instance;
  const cosines = given["selfLoop"] === false ? [] : cosinesOf(instance);
  const correlated = plain.normalised(cosines, ITEMS);
  return [
    plain.interactionBranch(feeds, { cosines }).items,
    ...(given["mm"] === false ? [] : [plain.modalityBranch(feeds, { correlated })]),
    ...(given["kg"] === false
      ? []
      : [plain.knowledgeBranch(feeds, { correlated: cosines.map(([h, t]) => [h, t, 0]) })]),
  ];
}

/** A value of the instance with some feeds replaced. */
const withFeeds = (instance: SmallInstance, node: Node, feeds: Feeds): Float64Array =>
  numbersOf(
    evaluate(
      [node, ...instance.parameters],
      { ...instance.feeds, ...feeds },
      { sizes: Object.fromEntries(sizes) },
    ),
    node,
  );

describe("a faithful SLIF-MR", () => {
  it("1. has three branches from one table of items, pooled as printed", () => {
    const instance = slifmr({ fusion: "sum", layers: 3, selfLoop: false });
    expect(parameterNames(instance).filter((name) => name.endsWith("_embedding"))).to.have.members([
      ...["user_embedding", "item_embedding", "attribute_embedding", "relation_embedding"],
    ]);
    const { feeds } = instance;
    const interactions = plain.interactionBranch(feeds, { layers: 3 });
    const others = [plain.modalityBranch(feeds, { layers: 3 }), plain.knowledgeBranch(feeds, { layers: 3 })];
    const items = interactions.items.map((row, i) =>
      row.map((x, k) => x + others[0]![i]![k]! + others[1]![i]![k]!),
    );
    expectVectors(instance, { users: interactions.users, items });
    const residual = slifmr({ ...alone, kg: true, fusion: "sum", kgPooling: "residual" });
    const knowledge = plain.knowledgeBranch(residual.feeds, { pooling: "residual" });
    const base = plain.interactionBranch(residual.feeds);
    expectVectors(residual, {
      users: base.users,
      items: base.items.map((row, i) => row.map((x, k) => x + knowledge[i]![k]!)),
    });
  });

  it("2. weights the graphs of the modalities by a trainable softmax that starts equal, without self-loops", () => {
    const instance = slifmr();
    const logits = instance.declaration.parameters.find(({ name }) => name === "modality_logits")!;
    expect(logits.initializer).to.deep.equal({ kind: "constant", scale: 0 });
    expect(isZero(gradientOf(instance, "bpr", "modality_logits"))).to.equal(false);
    for (const modality of ["image", "text"]) {
      const { recipe, refresh } = bufferOf({ knnK: 7 }, `${modality}_neighbours`);
      expect(recipe).to.deep.equal({ kind: "knn", modality, k: 7, includeSelf: false, impute: "zero" });
      expect(refresh).to.equal("once");
    }
  });

  it("3. samples interactions and triples by degree, without replacement, every epoch, and normalises what is left", () => {
    const given = { interactionsDropped: 0.5, kgDropped: 0.2 };
    const kept = bufferOf(given, "kept_interactions");
    expect(kept.recipe).to.deep.equal({ kind: "prunedInteractions", ratio: 0.5, weights: "binary" });
    expect(kept.refresh).to.include({ every: 1, from: 0 });
    const triplesKept = bufferOf(given, "kg_kept_triples");
    expect(triplesKept.recipe).to.deep.equal({ kind: "prunedTriples", inverse: true, ratio: 0.2 });
    expect(triplesKept.refresh).to.include({ every: 1, from: 0 });

    const instance = slifmr({ ...given, selfLoop: false, mm: false, fusion: "sum" });
    const { feeds } = instance;
    const interactions = plain.interactionBranch(feeds, { from: "kept_interactions" });
    const knowledge = plain.knowledgeBranch(feeds, { kept: true });
    const items = interactions.items.map((row, i) => row.map((x, k) => x + knowledge[i]![k]!));
    expectVectors(instance, { users: interactions.users, items });
  });

  it("4. attends by relation, with a matrix each and a softmax per head, and is trained through the attention alone", () => {
    for (const inverse of [true, false]) {
      const instance = slifmr({ ...alone, kg: true, fusion: "sum", kgInverse: inverse });
      const knowledge = plain.knowledgeBranch(instance.feeds, { inverse });
      const base = plain.interactionBranch(instance.feeds);
      expectVectors(instance, {
        users: base.users,
        items: base.items.map((row, i) => row.map((x, k) => x + knowledge[i]![k]!)),
      });
      for (const parameter of ["relation_weight", "relation_embedding"]) {
        expect(isZero(gradientOf(instance, "bpr", parameter)), parameter).to.equal(false);
      }
    }
  });

  it("5. fuses the branches per item by a softmax, bias inside the division by √d", () => {
    const instance = slifmr();
    const { items, alpha } = plain.itemLevelFusion(instance.feeds, branchesOf(instance));
    expectClose(numbers(instance, instance.declaration.vectors!.items), items.flat());
    const monitors = instance.declaration.main.monitors;
    ["interactions", "modalities", "knowledge"].forEach((name, k) => {
      const { node } = monitors.find((monitor) => monitor.name === `weight_${name}`)!;
      expectClose(numbers(instance, node), [alpha.reduce((sum, row) => sum + row[k]!, 0) / ITEMS]);
    });
  });

  it("6. makes the feedback graph from the unified vectors: cosine, self excluded, the N nearest, no gradient", () => {
    const instance = slifmr();
    const buffer = instance.declaration.buffers.find(({ name }) => name === "correlation")!;
    expect(buffer.computed.map(({ name }) => name)).to.deep.equal(["vectors"]);
    expect(buffer.computed[0]!.node).to.equal(instance.declaration.vectors!.items);
    const { recipe, refresh } = bufferOf({ neighbours: 15 }, "correlation");
    expect(recipe).to.deep.equal({ kind: "nearest", k: 15, weights: "cosine" });
    expect(refresh).to.deep.equal({ every: 1, from: 1, initial: { kind: "empty" }, atEvaluation: false });
    const graph = build({ interactionsDropped: 0.5 }).graphs["refresh/correlation"]!;
    expect(graph.inputs.map(({ name }) => name.split("/")[0]))
      .to.include("interactions")
      .and.not.include("kept_interactions");
  });

  it("7. joins the feedback graph to A, to S and, by a relation of its own, to the knowledge graph", () => {
    for (const norm of ["joint", "add", "count"] as const) {
      const instance = slifmr({ kg: false, mm: false, correlationNorm: norm });
      const cosines = cosinesOf(instance);
      expectVectors(instance, plain.interactionBranch(instance.feeds, { norm, cosines }));
    }
    const modal = slifmr({ kg: false, fusion: "sum" });
    expectClose(numbers(modal, modal.declaration.vectors!.items), printedSum({ kg: false }, modal).flat());
    const known = slifmr({ mm: false, fusion: "sum" });
    expect(parameterNames(known)).to.include.members(["correlated_weight", "correlated_embedding"]);
    expectClose(numbers(known, known.declaration.vectors!.items), printedSum({ mm: false }, known).flat());
    const prior = slifmr({ mm: false, fusion: "sum", kgCorrelationPrior: "log" });
    const cosines = cosinesOf(prior);
    const correlated = plain.normalised(cosines, ITEMS).map(([h, t, w]): plain.Edge => [h, t, Math.log(w)]);
    const [base] = branchesOf(prior, { mm: false });
    const knowledge = plain.knowledgeBranch(prior.feeds, { correlated });
    expectClose(
      numbers(prior, prior.declaration.vectors!.items),
      base!.map((row, i) => row.map((x, k) => x + knowledge[i]![k]!)).flat(),
    );
  });

  it("8. bounds what accumulates unless told otherwise, and reports the number of edges of every epoch", () => {
    const call = (accumulate: string) => bufferOf({ accumulate }, "accumulated_correlation").recipe;
    for (const accumulate of ["ema", "sum"]) {
      expect(call(accumulate)).to.include({ kind: "nearest", accumulate, keep: 40, weights: "symmetric" });
    }
    expect(call("unbounded")).to.include({ accumulate: "unbounded" });
    const replaced = slifmr();
    expect(replaced.declaration.buffers.filter(({ recipe }) => recipe.kind === "nearest")).to.have.length(1);
    const edges = replaced.declaration.main.monitors.find(({ name }) => name === "correlation_edges")!.node;
    // The graph is among what is evaluated, so that its number of edges is known.
    const values = evaluate([edges, replaced.declaration.vectors!.items], replaced.feeds);
    expectClose(numbersOf(values, edges), [cosinesOf(replaced).length]);

    const window = { accumulate: "window", accumulateWindow: 3, selfLoopEvery: 2 };
    const turns = [0, 1, 2].map((place) => {
      const { from, every } = refreshOf(window, `correlation_${place}`);
      return [from, every];
    });
    expect(turns).to.deep.equal([
      [2, 6],
      [4, 6],
      [6, 6],
    ]);
  });

  for (const accumulate of ["window", "ema", "sum", "unbounded"]) {
    it(`8. joins what accumulates to S with its weights and to the knowledge graph by its edges, with ${accumulate}`, () => {
      const given = { accumulate, accumulateWindow: 2, fusion: "sum" };
      for (const kgCorrelationPrior of ["none", "log"]) {
        const instance = slifmr({ ...given, kgCorrelationPrior });
        const joined = joinedGraphs(instance, accumulate);
        // A takes the newest graph alone, however the others accumulate.
        const base = plain.interactionBranch(instance.feeds, { cosines: cosinesOf(instance) });
        const correlated = joined.map(([row, column, weight]): plain.Edge => [
          row,
          column,
          kgCorrelationPrior === "log" ? Math.log(weight) : 0,
        ]);
        const modal = plain.modalityBranch(instance.feeds, { correlated: joined });
        const known = plain.knowledgeBranch(instance.feeds, { correlated });
        const items = plus(plus(base.items, modal), known);
        expectVectors(instance, { users: base.users, items });
      }
    });
  }

  it("8. makes all graphs of an epoch from the vectors of one moment, before any of them is replaced", () => {
    for (const accumulate of ["window", "ema", "sum", "unbounded"]) {
      const { declaration } = slifmr({ accumulate, selfLoopEvery: 2 });
      const { buffers } = declaration;
      const changing = buffers.filter(({ refresh }) => refresh !== "once").map(({ name }) => name);
      const kept = buffers.find(({ name }) => name === "unified_items")!;
      expect(declaration.epochOrder()[0]).to.equal("unified_items");
      expect(kept.computed[0]!.node).to.equal(declaration.vectors!.items);
      expect((kept.refresh as ResolvedRefresh).every).to.equal(2);
      for (const { recipe, computed } of buffers.filter(({ name }) => changing.includes(name))) {
        if (recipe.kind === "nearest") expect(computed.map(({ node }) => node)).to.deep.equal([kept.node]);
      }
    }
  });

  it("9. rebuilds the feedback graph before every T_s-th epoch, not before the first", () => {
    const { from, every, initial } = refreshOf({ selfLoopEvery: 5 }, "correlation");
    expect([from, every, initial]).to.deep.equal([5, 5, { kind: "empty" }]);
  });

  for (const infoNceDenominator of ["exclude", "include"]) {
    it(`10. draws branches to the unified vectors, which do not move, the denominator as "${infoNceDenominator}" says`, () => {
      const instance = slifmr({ beta: 0.5, temperature: 0.3, infoNceDenominator });
      const branches = branchesOf(instance);
      const { items } = plain.itemLevelFusion(instance.feeds, branches);
      const include = infoNceDenominator === "include";
      const expected = branches.reduce((sum, z) => sum + plain.inter(z, items, positives, 0.3, include), 0);
      expectClose([loss(instance, "inter")], [0.5 * expected], 1e-6);
      expect(isZero(gradientOf(instance, "inter", "fusion_weight"))).to.equal(true);
      expect(isZero(gradientOf(instance, "inter", "item_embedding"))).to.equal(false);
    });
  }

  for (const temperature of [0.2, 0.01]) {
    it(`10. has no loss between items, and gradients, in a batch with one distinct positive at τ ${temperature}`, () => {
      const instance = slifmr({ temperature });
      const weights = instance.feeds["distinct_positive_weights"] as DenseFeed;
      const feeds = {
        distinct_positive_weights: { ...weights, data: weights.data.map((_, i) => (i === 0 ? 1 : 0)) },
      };
      const term = lossTerm(instance, "inter");
      expect(withFeeds(instance, term, feeds)[0]).to.equal(0);
      const slopes = gradients(term, instance.parameters);
      for (const slope of slopes) expect(isZero(withFeeds(instance, slope, feeds))).to.equal(true);
    });
  }

  it("11. spreads the vectors of a branch by the log of the mean, or joins them as printed", () => {
    for (const printed of [false, true]) {
      const intraLoss = printed ? "printed" : "uniformity";
      const instance = slifmr({ gamma: 0.5, uniformityScale: 1.5, intraLoss });
      const expected = branchesOf(instance).reduce(
        (sum, z) => sum + plain.intra(z, positives, 1.5, printed),
        0,
      );
      expectClose([loss(instance, "intra")], [0.5 * expected], 1e-6);
    }
  });

  it("12. compares the distinct positives of the batch, its drawn negatives, or all items", () => {
    const scopes = {
      batch: positives,
      sample: triples.negatives,
      all: Array.from({ length: ITEMS }, (_, item) => item),
    };
    for (const [contrastScope, ids] of Object.entries(scopes)) {
      const instance = slifmr({ contrastScope, beta: 1, gamma: 1 });
      const branches = branchesOf(instance);
      const { items } = plain.itemLevelFusion(instance.feeds, branches);
      const sum = (of: (z: Rows) => number): number => branches.reduce((total, z) => total + of(z), 0);
      expectClose([loss(instance, "inter")], [sum((z) => plain.inter(z, items, ids, 0.2))], 1e-6);
      expectClose([loss(instance, "intra")], [sum((z) => plain.intra(z, ids, 2))], 1e-6);
    }
  });

  it("13. scores by x̄_u · x_i, with BPR and L2 on the ID embeddings of the triples", () => {
    const instance = slifmr({ l2: 0.1 });
    const { users } = plain.interactionBranch(instance.feeds, { cosines: cosinesOf(instance) });
    const { items } = plain.itemLevelFusion(instance.feeds, branchesOf(instance));
    expectVectors(instance, { users, items });
    expectClose([loss(instance, "bpr")], [bpr({ users, items })]);
    const square = (name: string, ids: readonly number[]): number =>
      ids.flatMap((id) => rowsOf(instance.feeds[name])[id]!).reduce((sum, x) => sum + x * x, 0);
    const norms =
      square("user_embedding", triples.users) +
      square("item_embedding", triples.positives) +
      square("item_embedding", triples.negatives);
    expectClose([loss(instance, "l2")], [(0.1 * 0.5 * norms) / triples.users.length]);
  });

  it("14. leaves items without a modality, without triples or without neighbours their ID embedding, pooled, not NaN", () => {
    // Item 8 has no interactions, no features, no triples and no correlation edges.
    const instance = slifmr({ fusion: "sum" });
    const own = rowsOf(instance.feeds["item_embedding"])[8]!;
    const vector = numbers(instance, instance.declaration.vectors!.items).slice(8 * DIM, 9 * DIM);
    const known = branchesOf(instance);
    expectClose(
      vector,
      own.map((_, k) => known.reduce((sum, branch) => sum + branch[8]![k]!, 0)),
    );
    expectClose(
      plain.knowledgeBranch(instance.feeds)[8]!,
      own.map((x) => x / 3),
    );
    for (const [name, value] of Object.entries(losses(slifmr())))
      expect(value, name).to.satisfy(Number.isFinite);
  });

  it("14. has finite losses and vectors in the first epoch, when the feedback graph is empty", () => {
    const instance = slifmr();
    const empty = { correlation: { kind: "sparse", rows: ITEMS, columns: ITEMS, entries: [] } as const };
    const without = slifmr({ selfLoop: false });
    const found = withFeeds(instance, instance.declaration.vectors!.items, empty);
    expectClose(found, numbers(without, without.declaration.vectors!.items));
    expect(withFeeds(instance, lossTerm(instance, "inter"), empty)[0]).to.satisfy(Number.isFinite);
  });

  it("15. infers on all interactions and triples with the latest feedback graph", () => {
    const given = { interactionsDropped: 0.5, kgDropped: 0.5 };
    const embed = build(given).graphs["embed"]!;
    const read = new Set(embed.inputs.map(({ name }) => name.split("/")[0]));
    expect([...read]).to.include.members(["interactions", "kg_triples", "correlation"]);
    expect([...read]).not.to.include.oneOf(["kept_interactions", "kg_kept_triples"]);
    const instance = smallInstance("slifmr", given, false);
    const { users } = plain.interactionBranch(instance.feeds, { cosines: cosinesOf(instance) });
    const { items } = plain.itemLevelFusion(instance.feeds, branchesOf(instance));
    expectVectors(instance, { users, items });
  });

  it("18. has every switch of the paper's ablations", () => {
    const properties = hyperparameterSchema(models.get("slifmr")!)["properties"] as Record<
      string,
      { enum?: string[] }
    >;
    expect(properties).to.include.all.keys(
      ...["kg", "mm", "selfLoop", "inter", "intra", "selfLoopEvery", "neighbours", "beta", "gamma"],
    );
    expect(properties["fusion"]!.enum).to.deep.equal(["ailf", "concat", "sum", "attention"]);
    expect(parameterNames(slifmr({ kg: false }))).not.to.include.oneOf([
      "relation_weight",
      "attribute_embedding",
    ]);
    expect(parameterNames(slifmr({ mm: false }))).not.to.include("modality_logits");
    expect(parameterNames(slifmr({ kg: false, mm: false }))).to.have.members([
      "user_embedding",
      "item_embedding",
    ]);
    expect(slifmr({ selfLoop: false }).declaration.buffers.map(({ name }) => name)).not.to.include(
      "correlation",
    );
    expect(losses(slifmr(noContrast))).to.have.all.keys("bpr", "l2");
  });

  it("18. takes the sum, a linear map or one weight per branch in place of the fusion per item", () => {
    const sum = slifmr({ fusion: "sum" });
    expectClose(numbers(sum, sum.declaration.vectors!.items), printedSum({}, sum).flat());
    const linear = slifmr({ fusion: "concat" });
    const branches = branchesOf(linear);
    const weight = rowsOf(linear.feeds["fusion_weight"]);
    const mapped = branches[0]!.map((_, i) => {
      const row = branches.flatMap((branch) => branch[i]!);
      return Array.from({ length: DIM }, (__, k) =>
        row.reduce((total, x, at) => total + x * weight[at]![k]!, 0),
      );
    });
    expectClose(numbers(linear, linear.declaration.vectors!.items), mapped.flat());
    const attention = slifmr({ fusion: "attention" });
    const monitors = attention.declaration.main.monitors.filter(({ name }) => name.startsWith("weight_"));
    const weights = monitors.map(({ node }) => numbers(attention, node)[0]!);
    expectClose([weights.reduce((total, x) => total + x, 0)], [1]);
    const known = branchesOf(attention);
    const expected = known[0]!.map((row, i) =>
      row.map((_, k) => weights.reduce((total, x, b) => total + x * known[b]![i]![k]!, 0)),
    );
    expectClose(numbers(attention, attention.declaration.vectors!.items), expected.flat());
  });

  it("without knowledge, features, feedback and consistency is LightGCN with residual pooling", () => {
    for (const given of [alone, { ...alone, mm: true, modalities: [] }]) {
      const instance = slifmr({ ...given, ...noContrast, l2: 0 });
      expect(parameterNames(instance)).to.have.members(["user_embedding", "item_embedding"]);
      const layers = [0, 1, 2].map((count) => {
        const light = smallInstance("lightgcn", { layers: count, l2: 0 });
        const { users, items } = light.declaration.vectors!;
        return [...numbers(light, users), ...numbers(light, items)].map((x) => x * (count + 1));
      });
      // The mean over 0..L times L + 1 is the sum of the layers; residual pooling is e0 + (e1 + e2) / 2.
      const expected = layers[0]!.map((x, k) => x + (layers[2]![k]! - x) / 2);
      const { users, items } = instance.declaration.vectors!;
      expectClose([...numbers(instance, users), ...numbers(instance, items)], expected, 1e-6);
      expect(losses(instance)).to.have.all.keys("bpr");
    }
  });
});
