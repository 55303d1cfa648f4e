import { expect } from "chai";
import { relativeError } from "../evaluator/closeness.js";
import { numbersFrom } from "../evaluator/runGraph.js";
import type { PlainTensor } from "../onnx/runBoth.js";
import { openModel, type OpenModel } from "./openModel.js";
import {
  BATCH,
  feedsFor,
  floats,
  prepareModel,
  stepOf,
  type PreparedModel,
  type Tensors,
} from "./preparedModel.js";

const STEPS = 3;
const RATE = 0.02;

interface Graphs {
  readonly training: OpenModel;
  readonly optimizer: OpenModel;
}

async function withGraphs<T>({ artifacts }: PreparedModel, use: (graphs: Graphs) => Promise<T>): Promise<T> {
  const open = (graph: string) => openModel("onnxruntime-node", artifacts.files.get(`${graph}.onnx`)!);
  const graphs = { training: await open("training_model"), optimizer: await open("optimizer_model") };
  try {
    return await use(graphs);
  } finally {
    await graphs.training.release();
    await graphs.optimizer.release();
  }
}

/** Rows of every batch input. */
function rowsOf(batch: Tensors, from: number, to: number): Tensors {
  return new Map(
    [...batch].map(([name, { type, dims, data }]) => {
      const part = (data as Float32Array).slice(from, to);
      return [name, { type, dims: [to - from, ...dims.slice(1)], data: part }];
    }),
  );
}

/** What a worker does: losses and gradients of its rows of the batch. */
async function gradientsOf(model: PreparedModel, { training }: Graphs, state: Tensors, rows: Tensors) {
  const known = new Map([...state, ...model.buffers, ...rows, ["random_key", model.key] as const]);
  known.set("step", floats([], 1));
  return training.run(feedsFor(model.artifacts, "training_model", known));
}

/** What an all-reduce does: the sum of the workers' tensors, each times its share. */
function reduced(
  parts: readonly { readonly share: number; readonly tensors: Readonly<Record<string, PlainTensor>> }[],
): Record<string, PlainTensor> {
  const [first] = parts;
  return Object.fromEntries(
    Object.entries(first!.tensors).map(([name, { type, dims }]) => {
      const sum = new Float32Array(numbersFrom(first!.tensors[name]).length);
      for (const { share, tensors } of parts) {
        numbersFrom(tensors[name]).forEach((value, index) => (sum[index]! += share * value));
      }
      return [name, { type, dims, data: sum }];
    }),
  );
}

/** What every worker does with the same gradients: one optimizer step, after which all hold the same parameters. */
async function updated(
  model: PreparedModel,
  { optimizer }: Graphs,
  state: Tensors,
  gradients: Readonly<Record<string, PlainTensor>>,
  step: number,
): Promise<Tensors> {
  const scalars = [["learning_rate", floats([], RATE)] as const, ["step", floats([], step + 1)] as const];
  const known = new Map([...state, ...Object.entries(gradients), ...scalars]);
  const outputs = await optimizer.run(feedsFor(model.artifacts, "optimizer_model", known));
  return new Map([...state].map(([name, before]) => [name, outputs[`${name}.next`] ?? before]));
}

/** How the losses are made of the batch's rows, so that workers' gradients are averaged, or just added up. */
type Reduction = "mean" | "sum";

/** Trains some steps with every batch cut at the given rows. */
async function trainIn(cuts: readonly number[], model: PreparedModel, reduction: Reduction = "mean") {
  return withGraphs(model, async (graphs) => {
    const losses: number[] = [];
    let { state } = model;
    for (let step = 0; step < STEPS; step++) {
      const batch = stepOf(model.batches, step);
      const ends = [...cuts, BATCH];
      const parts = [];
      for (const [index, end] of ends.entries()) {
        const start = ends[index - 1] ?? 0;
        const tensors = await gradientsOf(model, graphs, state, rowsOf(batch, start, end));
        parts.push({ share: reduction === "sum" ? 1 : (end - start) / BATCH, tensors });
      }
      const sums = reduced(parts);
      losses.push(...numbersFrom(sums["losses"]));
      state = await updated(model, graphs, state, sums, step);
    }
    return { losses, state };
  });
}

/** Largest relative difference of any parameter or moment. */
function difference(left: Tensors, right: Tensors): number {
  return Math.max(
    ...[...left].map(([name, tensor]) =>
      relativeError(numbersFrom(tensor), numbersFrom(right.get(name)), 1e-3),
    ),
  );
}

/** Losses that are means or sums over the batch's triples. */
const additive: readonly (readonly [
  model: string,
  given: Readonly<Record<string, unknown>>,
  reduction: Reduction,
])[] = [
  ["mf", { l2: 0.01 }, "mean"],
  ["lightgcn", { optimizer: "adamw", weightDecay: 0.01, clipNorm: 0.05, l2: 0.01 }, "mean"],
  ["ngcf", {}, "mean"],
  ["vbpr", { l2: 0 }, "mean"],
  ["freedom", {}, "mean"],
  ["sgl", {}, "sum"],
];

describe("data-parallel training with the artifacts as they are", () => {
  for (const [name, given, reduction] of additive) {
    const label = Object.keys(given).length === 0 ? name : `${name} ${JSON.stringify(given)}`;
    it(`of ${label}: the ${reduction} of the gradients of parts of a batch, then one optimizer step, equal the whole batch`, async () => {
      const model = await prepareModel(name, given, STEPS);
      const whole = await trainIn([], model, reduction);
      for (const cuts of [[BATCH / 2], [3, 9]]) {
        const parts = await trainIn(cuts, model, reduction);
        expect(relativeError(parts.losses, whole.losses), `losses, cut at ${cuts.join()}`).to.be.below(1e-5);
        expect(difference(parts.state, whole.state), `state, cut at ${cuts.join()}`).to.be.below(1e-4);
      }
    });
  }

  it("needs the weights: parts of different size, averaged alike, are another step", async () => {
    const model = await prepareModel("lightgcn", {}, STEPS);
    const batch = stepOf(model.batches, 0);
    const found = await withGraphs(model, async (graphs) => {
      const whole = await gradientsOf(model, graphs, model.state, batch);
      const parts = await Promise.all(
        [rowsOf(batch, 0, 2), rowsOf(batch, 2, BATCH)].map((rows) =>
          gradientsOf(model, graphs, model.state, rows),
        ),
      );
      const alike = reduced(parts.map((tensors) => ({ share: 1 / 2, tensors })));
      const [expected, unweighted] = [whole, alike].map((tensors) =>
        numbersFrom(tensors[Object.keys(whole).find((name) => name.endsWith(".grad"))!]),
      );
      return relativeError(unweighted!, expected!, 1e-6);
    });
    expect(found).to.be.above(1e-2);
  });

  it("of mgcn is another model, as its contrast is among the rows of a batch", async () => {
    const model = await prepareModel("mgcn", {}, STEPS);
    const whole = await trainIn([], model);
    expect(difference((await trainIn([BATCH / 2], model)).state, whole.state)).to.be.above(1e-3);
  });
});
