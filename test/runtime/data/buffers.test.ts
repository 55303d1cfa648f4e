import { expect } from "chai";
import type { BufferEntry, GraphTensor, Manifest } from "../../../runtime/artifacts/manifest.js";
import { axisSizes, AxisSizeError } from "../../../runtime/data/axisSizes.js";
import { BufferError, Buffers, type BufferOptions } from "../../../runtime/data/buffers.js";
import type { Dataset } from "../../../runtime/data/dataset.js";
import type { DatasetNote } from "../../../runtime/data/datasetNote.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { runRecipe } from "../../../runtime/data/recipes.js";
import { referenceRunGraph } from "./referenceGraphs.js";
import { rejection } from "./rejection.js";
import { datasetOf, featuresOf, type Pair } from "./smallDataset.js";

const train: readonly Pair[] = [
  [0, 0],
  [0, 1],
  [1, 2],
];
const text = featuresOf("text", [
  [1, 0, 1],
  [0, 1, 1],
  [1, 1, 0],
]);
const dataset = datasetOf({ users: 2, items: 3 }, { train }, [text]);

const interactions: BufferEntry = {
  kind: "sparse",
  name: "interactions",
  row: "user",
  column: "item",
  entry: "interaction",
  groups: 2,
  recipe: { kind: "interactions", weights: "binary" },
  refresh: "once",
};
const features: BufferEntry = {
  kind: "dense",
  name: "text_features",
  dtype: "float32",
  axes: ["item", "text_feature"],
  recipe: { kind: "features", modality: "text" },
  refresh: "once",
};
const negatives: BufferEntry = {
  kind: "dense",
  name: "negatives",
  dtype: "int32",
  axes: ["item", "negative"],
  indexes: "item",
  recipe: { kind: "negativeItems", perItems: 2, stream: "text" },
  refresh: { every: 1, from: 0, initial: null, graph: null, atEvaluation: false },
};

function input(
  name: string,
  axes: readonly (string | number)[],
  dtype: GraphTensor["dtype"] = "float32",
): GraphTensor {
  return { name, dtype, axes, role: "buffer" };
}

function manifestOf(
  buffers: readonly BufferEntry[],
  inputs: readonly GraphTensor[],
  axes: Manifest["axes"] = {},
): Manifest {
  return {
    format: "mmkit",
    version: 2,
    model: "test",
    title: "Test",
    hyperparameters: {},
    modalities: ["text"],
    opset: 21,
    irVersion: 10,
    computation: "0".repeat(64),
    axes: { user: null, item: null, node: { sumOf: ["user", "item"] }, dim: 4, ...axes },
    parameters: [{ name: "embedding", axes: ["node", "dim"], initializer: { kind: "normal", scale: 0.1 } }],
    buffers,
    phases: [],
    schedule: [],
    graphs: { training: { file: "training_model.onnx", sha256: "", inputs, outputs: [] } },
  };
}

const rowsInputs = [
  input("interactions/rows/order", ["user"], "int32"),
  input("interactions/rows/group_0/neighbours", ["g0", "w0"], "int32"),
  input("interactions/rows/group_0/weights", ["g0", "w0"]),
  input("interactions/rows/group_1/neighbours", ["g1", "w1"], "int32"),
  input("interactions/rows/group_1/weights", ["g1", "w1"]),
];
const options = { seed: 1, runRecipe, runGraph: referenceRunGraph };

async function prepared(
  manifest: Manifest,
  data: Dataset,
  given: BufferOptions,
): Promise<ReadonlyMap<string, HostTensor>> {
  return (await Buffers.open(manifest, data, given)).tensors();
}

/** Only the tensors of the buffers that change. */
async function redrawn(
  manifest: Manifest,
  data: Dataset,
  given: BufferOptions,
  epoch: number,
): Promise<ReadonlyMap<string, HostTensor>> {
  const buffers = await Buffers.open(manifest, data, given);
  const made = await Promise.all(
    buffers.changing.map((entry) => buffers.make(entry, { recipe: entry.recipe, epoch })),
  );
  return new Map(made.flatMap(({ tensors }) => [...tensors]));
}

function names(tensors: ReadonlyMap<string, HostTensor>): string[] {
  return [...tensors.keys()].sort();
}

describe("buffers", () => {
  it("made once are those that graphs take, and nothing else", async () => {
    const inputs = [
      ...rowsInputs,
      input("text_features", ["item", "text_feature"]),
      input("negatives", ["item", "negative"], "int32"),
    ];
    const manifest = manifestOf([interactions, features, negatives], inputs);
    const tensors = await prepared(manifest, dataset, options);
    expect(names(tensors)).to.deep.equal([...rowsInputs.map(({ name }) => name), "text_features"].sort());
    expect(tensors.get("interactions/rows/group_1/neighbours")).to.deep.equal({
      dtype: "int32",
      dims: [1, 2],
      data: Int32Array.of(0, 1),
    });
    const unused = manifestOf([interactions, features], [input("text_features", ["item", "text_feature"])]);
    expect(names(await prepared(unused, dataset, options))).to.deep.equal(["text_features"]);
  });

  it("drawn every epoch are the others, different in every epoch and the same when drawn again", async () => {
    const larger = datasetOf({ users: 1, items: 40 }, { train: [[0, 0]] });
    const manifest = manifestOf(
      [interactions, negatives],
      [input("negatives", ["item", "negative"], "int32")],
    );
    const first = await redrawn(manifest, larger, options, 0);
    expect(names(first)).to.deep.equal(["negatives"]);
    expect(first.get("negatives")!.dims).to.deep.equal([40, 20]);
    expect(await redrawn(manifest, larger, options, 0)).to.deep.equal(first);
    expect(await redrawn(manifest, larger, options, 1)).not.to.deep.equal(first);
    expect(await redrawn(manifest, larger, { ...options, seed: 2 }, 0)).not.to.deep.equal(first);
  });

  it("pass on progress and notes", async () => {
    const pca: BufferEntry = {
      kind: "dense",
      name: "components",
      dtype: "float32",
      axes: ["item", "dim"],
      recipe: { kind: "pca", modality: "text", dim: 4 },
      refresh: "once",
    };
    const notes: DatasetNote[] = [];
    const progress: (readonly [string, number, number])[] = [];
    await prepared(manifestOf([pca], [input("components", ["item", "dim"])]), dataset, {
      ...options,
      note: (note) => notes.push(note),
      progress: (buffer, done, total) => progress.push([buffer, done, total]),
    });
    expect(notes.map(({ kind }) => kind)).to.deep.equal(["shortRank"]);
    expect(progress[0]).to.deep.equal(["components", 1, 500]);
    expect(progress.at(-1)).to.deep.equal(["components", 1, 1]);
  });

  it("with much padding are noted", async () => {
    const pairs = Array.from({ length: 30 }, (_, item): Pair => [0, item]);
    const others = Array.from({ length: 9 }, (_, user): Pair => [user + 1, 0]);
    const uneven = datasetOf({ users: 10, items: 31 }, { train: [...pairs, ...others] });
    const oneGroup: BufferEntry = { ...interactions, groups: 1 };
    const notes: DatasetNote[] = [];
    const manifest = manifestOf([oneGroup], [rowsInputs[0]!]);
    await prepared(manifest, uneven, { ...options, note: (note) => notes.push(note) });
    expect(notes).to.deep.equal([
      {
        kind: "padding",
        count: 261,
        message: '"interactions/rows" holds 39 entries in 300 cells; more groups would need fewer',
      },
    ]);
  });

  it("that a graph takes but the manifest does not have are an error", async () => {
    const unknown = manifestOf([interactions], [input("popularity", ["item"])]);
    const error = await rejection(BufferError, () => prepared(unknown, dataset, options));
    expect([error.tensor, error.buffer]).to.deep.equal(["popularity", null]);
    expect(error.message).to.include("the manifest has no such buffer");
    const third = manifestOf([interactions], [input("interactions/rows/group_2/weights", ["g2", "w2"])]);
    const group = await rejection(BufferError, () => prepared(third, dataset, options));
    expect(group.message).to.include('but buffer "interactions" is sparse with 2 groups');
  });

  it("whose size is not the one the artifacts were built for are refused", async () => {
    const manifest = manifestOf([features], [input("text_features", ["item", "text_feature"])], {
      text_feature: 384,
    });
    const error = await rejection(AxisSizeError, () => prepared(manifest, dataset, options));
    expect(error.axis).to.equal("text_feature");
    expect(error.message).to.include('its size is 384 in the manifest, but 3 in buffer "text_features"');
  });
});

describe("axis sizes", () => {
  it("come from the manifest, the dataset, the buffers, and sums", async () => {
    const inputs = [
      ...rowsInputs,
      input("interactions/entry/rows", ["interaction"], "int32"),
      input("text_features", ["item", 3]),
    ];
    const manifest = manifestOf([interactions, features], inputs, {
      text_feature: null,
      batch: null,
      everything: { sumOf: ["node", "text_feature"] },
    });
    const buffers = await prepared(manifest, dataset, options);
    const sizes = Object.fromEntries(axisSizes(manifest, dataset, buffers));
    expect(sizes).to.deep.equal({
      user: 2,
      item: 3,
      node: 5,
      dim: 4,
      text_feature: 3,
      everything: 8,
      interaction: 3,
      g0: 1,
      w0: 1,
      g1: 1,
      w1: 2,
    });
  });

  it("of the one unknown part of a sum are what the other parts leave", () => {
    const entity = { attribute: null, text_feature: null, entity: { sumOf: ["item", "attribute"] } };
    const whole = manifestOf([features], [input("text_features", ["item", "entity"])], entity);
    const sizes = axisSizes(
      whole,
      datasetOf({ users: 1, items: 1 }, { train: [[0, 0]] }),
      new Map([["text_features", hostTensor("float32", [1, 3], new Float32Array(3))]]),
    );
    expect(sizes.get("attribute")).to.equal(2);
    const both = manifestOf([], [], {
      ...entity,
      item: null,
      everything: { sumOf: ["attribute", "word"] },
      word: null,
    });
    expect(axisSizes(both, dataset, new Map()).has("attribute")).to.equal(false);
  });

  it("that disagree are an error naming both sources", async () => {
    const stated = manifestOf([], [], { item: 7 });
    expect(() => axisSizes(stated, dataset, new Map()))
      .to.throw(AxisSizeError, 'axis "item": its size is 7 in the manifest, but 3 in dataset "memory"')
      .with.property("axis", "item");
    const inputs = [
      input("text_features", ["item", "negative"]),
      input("negatives", ["item", "negative"], "int32"),
    ];
    const shared = manifestOf([{ ...features, name: "text_features" }, negatives], inputs);
    const once = await rejection(AxisSizeError, async () => {
      const made = await prepared(shared, dataset, options);
      const drawn = await redrawn(shared, dataset, options, 0);
      axisSizes(shared, dataset, new Map([...made, ...drawn]));
    });
    expect(once.axis).to.equal("negative");
    const fixed = manifestOf([features], [input("text_features", ["item", 5])]);
    const dimension = await rejection(AxisSizeError, () => prepared(fixed, dataset, options));
    expect(dimension.message).to.include('dimension 1 of buffer "text_features" must be 5, but it is 3');
    const rank = manifestOf([features], [input("text_features", ["item"])]);
    const dimensions = await rejection(AxisSizeError, () => prepared(rank, dataset, options));
    expect(dimensions.message).to.include("has 2 dimensions, but 1 axes are declared");
  });

  it("of parameters must all be known", () => {
    const manifest = { ...manifestOf([], [], { dim: null }), axes: { user: null, item: null, dim: null } };
    const unsized = {
      ...manifest,
      parameters: [
        { name: "w", axes: ["user", "dim"], initializer: { kind: "constant", scale: 0 } as const },
      ],
    };
    expect(() => axisSizes(unsized, dataset, new Map())).to.throw(
      AxisSizeError,
      'axis "dim": neither the data nor the manifest gives it a size, but parameter "w" has it',
    );
  });
});
