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
  USERS,
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

/** Lists of distinct items, into which places of the batch point: every worker takes them whole. */
const lists = new Set(["drawn_items", "distinct_positives"]);

/** Rows of every batch input. */
function rowsOf(batch: Tensors, from: number, to: number): Tensors {
  return new Map(
    [...batch].map(([name, tensor]) => {
      if (lists.has(name)) return [name, tensor];
      const { type, dims, data } = tensor;
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

/** What a machine holds of a tensor of the state: its users' rows of those that have users, all of the others. */
function ownRows(state: Tensors, from: number, to: number): Tensors {
  return new Map(
    [...state].map(([name, tensor]) => {
      const isOfUsers = tensor.dims[0] === USERS && name.startsWith("user");
      const size = numbersFrom(tensor).length / USERS;
      const data = Float32Array.from(numbersFrom(tensor)).slice(from * size, to * size);
      return [name, isOfUsers ? { ...tensor, dims: [to - from, ...tensor.dims.slice(1)], data } : tensor];
    }),
  );
}

/** The triples of a machine's users, numbered as there. */
function ownTriples(batch: Tensors, from: number, to: number): Tensors {
  const column = (source: string): number[] =>
    Array.from(numbersFrom([...batch].find(([name]) => name.includes(source))![1]));
  const kept = column("user").flatMap((user, row) => (user >= from && user < to ? [row] : []));
  return new Map(
    [...batch].map(([name, { type, data }]) => {
      const offset = name.includes("user") ? from : 0;
      const ids = Int32Array.from(kept, (row) => (data as Int32Array)[row]! - offset);
      return [name, { type, dims: [kept.length], data: ids }];
    }),
  );
}

/** Each of two machines has half of the users with their parameters and moments, and all items. */
async function trainOnTwoMachines(model: PreparedModel): Promise<Tensors> {
  const ranges = [
    [0, USERS / 2],
    [USERS / 2, USERS],
  ] as const;
  return withGraphs(model, async (graphs) => {
    let states = ranges.map(([from, to]) => ownRows(model.state, from, to));
    for (let step = 0; step < STEPS; step++) {
      const batch = stepOf(model.batches, step);
      const shares: number[] = [];
      const gradients: Record<string, PlainTensor>[] = [];
      for (const [machine, [from, to]] of ranges.entries()) {
        const triples = ownTriples(batch, from, to);
        shares.push([...triples.values()][0]!.dims[0]! / BATCH);
        gradients.push(await gradientsOf(model, graphs, states[machine]!, triples));
      }
      const scaled = gradients.map((tensors, machine) => reduced([{ share: shares[machine]!, tensors }]));
      const ofItems = Object.keys(gradients[0]!).filter((name) => name.startsWith("item"));
      const shared = reduced(
        scaled.map((tensors) => ({
          share: 1,
          tensors: Object.fromEntries(ofItems.map((name) => [name, tensors[name]!])),
        })),
      );
      const next: Tensors[] = [];
      for (const [machine, own] of scaled.entries()) {
        next.push(await updated(model, graphs, states[machine]!, { ...own, ...shared }, step));
      }
      states = next;
    }
    const [first, second] = states;
    return new Map(
      [...first!].map(([name, tensor]) => {
        if (!name.startsWith("user")) return [name, tensor];
        const data = Float32Array.of(...numbersFrom(tensor), ...numbersFrom(second!.get(name)));
        return [name, { ...tensor, dims: [USERS, ...tensor.dims.slice(1)], data }];
      }),
    );
  });
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
  // The projection's bias cancels in the loss; Adam would move it by the rounding of its gradient.
  ["vbpr", { l2: 0, optimizer: "sgd" }, "mean"],
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

  it("of mf with its users on two machines: only the items' gradients are exchanged", async () => {
    const model = await prepareModel("mf", { l2: 0.01 }, STEPS);
    const whole = await trainIn([], model);
    const parts = await trainOnTwoMachines(model);
    expect(difference(parts, whole.state)).to.be.below(1e-4);
  });

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
