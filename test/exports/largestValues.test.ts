import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { parseModelMetadata } from "../../runtime/artifacts/modelMetadata.js";
import type { ModelDefinition } from "../../src/authoring/model.js";
import {
  bprLoss,
  defineModel,
  idEmbeddings,
  integer,
  matmul,
  meanAll,
  sampledTriples,
  square,
  trainingHyperparameters,
  trainingSettings,
  transpose,
  tripleScores,
} from "../../src/index.js";
import { MEMORY_KEY } from "../../src/lower/lower.js";

interface Estimate {
  readonly largest: readonly {
    readonly name: string;
    readonly type: string;
    readonly bytes: Readonly<Record<string, number>>;
  }[];
}

/** Bytes of each product of sizes that occurs, the most of any value, with where it does. */
type Terms = ReadonlyMap<string, { readonly bytes: number; readonly where: string }>;

/** Sizes that grow with the data; a product of two of them is quadratic in it. */
const growing = /^(user|item|node|entity|attribute|.*_entry|.*\/(cells|largest_group))$/;

/** Rows of up to sixteen vectors of 64 numbers per user, item or entity. */
const BYTES_PER_ROW = 16 * 64 * 4;
/** Three vectors of 64 numbers and some single ones per entry of a sparse matrix. */
const BYTES_PER_ENTRY = 3 * 64 * 4 + 16;

/** Products of a ranking, a k-NN graph and a matrix product, which are made in tiles: `block`, `query` and `row` are theirs. */
const tiled = new Set([
  ...["item·vector", "block·vector", "block·item", "block·k"],
  ...["feature·item", "feature·query", "item·query", "k·query", "column·row", "item·reverse_k"],
]);

const features = (axis: string): string[] =>
  ["image_feature", "text_feature"].map((feature) => [axis, feature].sort().join("·"));
/** Contrast of a batch with all users and all items. */
const contrast = ["batch·item", "batch·user"];
/** Attention of KDiffE with a weight for every relation. */
const relations = [
  ...["entity·relation", "item·relation", "links_entry·relation", "generated_links_entry·relation"],
  ...["links", "generated_links"].flatMap((links) =>
    ["rows", "columns"].map((side) => `${links}/${side}/largest_group·relation`),
  ),
];

/** Products that a model has by its equations. */
const declared: Readonly<Record<string, readonly string[]>> = {
  bm3: features("distinct"),
  vbpr: features("drawn"),
  freedom: features("batch"),
  lattice: features("item"),
  mgcn: ["batch·batch", ...features("item")],
  lgmrec: [...contrast, ...features("item")],
  mgnm: [...contrast, ...features("item")],
  sgl: contrast,
  ksi: ["batch·negative"],
  slifmr: ["distinct·distinct"],
  // Which triple of the batch has which relation, for the gradients of the relations' matrices.
  kgat: ["batch·relation"],
  // The diffusion takes a batch of rows of the knowledge graph, dense.
  kdiffe: [...contrast, ...relations, "batch·entity"],
  diffkg: [...contrast, ...relations, "batch·entity"],
  "kdiffe as released": [...contrast, ...relations, ...features("item"), "batch·entity"],
  diffmm: [...contrast, ...features("item")],
};

function termsOf(model: ModelDefinition, settings: Readonly<Record<string, unknown>> = {}): Terms {
  const { manifest, files } = buildArtifacts(model, settings);
  const terms = new Map<string, { bytes: number; where: string }>();
  for (const [graph, { file }] of Object.entries(manifest.graphs)) {
    const text = parseModelMetadata(files.get(file)!).get(MEMORY_KEY);
    expect(text, `${graph} has no estimate`).to.not.equal(undefined);
    const { largest } = JSON.parse(text!) as Estimate;
    for (const { name, type, bytes } of largest) {
      const where = `${graph}: ${name} ${type}`;
      for (const [product, coefficient] of Object.entries(bytes)) {
        if (coefficient > (terms.get(product)?.bytes ?? 0)) terms.set(product, { bytes: coefficient, where });
      }
    }
  }
  return terms;
}

const symbolsOf = (product: string): string[] => product.split("·").filter((symbol) => symbol !== "");

/** Values whose bytes per user, item, entity or entry of a matrix are more than the bound. */
function wide(terms: Terms): string[] {
  return [...terms]
    .filter(([product, { bytes }]) => {
      const ofEntries = /(_entry|\/cells|\/largest_group)$/.test(product);
      return growing.test(product) && bytes > (ofEntries ? BYTES_PER_ENTRY : BYTES_PER_ROW);
    })
    .map(([product, { bytes, where }]) => `${bytes} bytes per ${product} (${where})`);
}

/** Products of two sizes that grow with the data. */
function quadratic(terms: Terms): string[] {
  return [...terms]
    .filter(([product]) => symbolsOf(product).filter((symbol) => growing.test(symbol)).length > 1)
    .map(([product, { where }]) => `${product} (${where})`);
}

/** All pairs of users and items at once: what no model may do. */
const allPairs = defineModel({
  name: "all-pairs",
  title: "Scores of all pairs",
  hyperparameters: {
    dim: integer({ default: 4, minimum: 1, description: "Embedding size" }),
    ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 16 }),
  },
  build(m, h) {
    m.axis("dim", h.dim);
    const { users, items } = idEmbeddings(m);
    const scores = matmul(users, transpose(items));
    m.loss("bpr", bprLoss(tripleScores(users, items, sampledTriples(m))));
    m.loss("all", meanAll(square(scores)));
    m.embeddings(users, items);
    m.train(trainingSettings(h));
  },
});

describe("the largest values of a model's graphs", function () {
  this.timeout(60_000);

  const released = { variant: "released", modalities: ["image", "text"] };
  const cases = [...models].map(([name, model]) => ({ name, model, settings: {} }));
  cases.push({ name: "kdiffe as released", model: models.get("kdiffe")!, settings: released });
  for (const { name, model, settings } of cases) {
    it(`${name}: nothing grows with the square of users, items, entities or edges`, () => {
      const terms = termsOf(model, settings);
      expect(quadratic(terms)).to.be.empty;
      expect(wide(terms)).to.be.empty;
      const products = [...terms.keys()].filter((product) => symbolsOf(product).length > 1);
      const allowed = new Set([...tiled, ...(declared[name] ?? [])]);
      const surprising = products.filter((product) => !allowed.has(product));
      expect(surprising.map((product) => `${product} (${terms.get(product)!.where})`)).to.be.empty;
    });
  }

  it("finds a model that scores all pairs of users and items at once", () => {
    const found = quadratic(termsOf(allPairs));
    expect(found.join()).to.match(/item·user \((training|epoch|eval)_model: .* float32 \[user, item\]\)/);
  });

  it("finds rows that are wider than declared", () => {
    const terms = termsOf(allPairs, { dim: 5000 });
    expect(wide(terms).join()).to.match(/20000 bytes per user/);
  });
});
