import { expect } from "chai";
import { relativeError } from "../evaluator/closeness.js";
import { numbersFrom } from "../evaluator/runGraph.js";
import { runtimes, type PlainTensor, type Runtime } from "../onnx/runBoth.js";
import { openModel, runOnce } from "./openModel.js";
import { feedsFor, floats, prepareModel, stepOf, type PreparedModel } from "./preparedModel.js";

const STEPS = 3;
const RATE = 0.02;

/** Losses of every step, one row each, and the state after the last. */
interface Trained {
  readonly losses: number[];
  readonly state: ReadonlyMap<string, PlainTensor>;
}

function nextState(state: ReadonlyMap<string, PlainTensor>, outputs: Readonly<Record<string, PlainTensor>>) {
  return new Map([...state.keys()].map((name) => [name, outputs[`${name}.next`]!]));
}

/** Every step as one run of training_model and one of optimizer_model. */
async function separately(model: PreparedModel, runtime: Runtime): Promise<Trained> {
  const open = (graph: string) => openModel(runtime, model.artifacts.files.get(`${graph}.onnx`)!);
  const [gradients, update] = await Promise.all([open("training_model"), open("optimizer_model")]);
  const losses: number[] = [];
  let { state } = model;
  for (let step = 0; step < STEPS; step++) {
    const scalars = new Map([
      ["learning_rate", floats([], RATE)],
      ["step", floats([], step + 1)],
      ["random_key", model.key],
    ]);
    const known = new Map([...state, ...model.buffers, ...stepOf(model.batches, step), ...scalars]);
    const training = await gradients.run(feedsFor(model.artifacts, "training_model", known));
    losses.push(...numbersFrom(training["losses"]));
    const all = new Map([...known, ...Object.entries(training)]);
    state = nextState(state, await update.run(feedsFor(model.artifacts, "optimizer_model", all)));
  }
  await gradients.release();
  await update.release();
  return { losses, state };
}

/** All steps as one run of epoch_model. */
async function fused(model: PreparedModel, runtime: Runtime): Promise<Trained> {
  const steps = Array.from({ length: STEPS }, (_, step) => step);
  const known = new Map([
    ...model.state,
    ...model.buffers,
    ...model.batches,
    ["learning_rate", floats([STEPS], ...steps.map(() => RATE))] as const,
    ["step", floats([STEPS], ...steps.map((step) => step + 1))] as const,
    ["random_key", model.key] as const,
  ]);
  const bytes = model.artifacts.files.get("epoch_model.onnx")!;
  const outputs = await runOnce(runtime, bytes, feedsFor(model.artifacts, "epoch_model", known));
  return { losses: numbersFrom(outputs["losses"]), state: nextState(model.state, outputs) };
}

function expectEqual(found: Trained, expected: Trained, tolerance: number): void {
  expect(relativeError(found.losses, expected.losses), "losses").to.be.below(tolerance);
  for (const [name, tensor] of expected.state) {
    const error = relativeError(numbersFrom(found.state.get(name)), numbersFrom(tensor), 1e-3);
    expect(error, name).to.be.below(tolerance);
  }
}

/** Every model, and between them every optimizer. */
const trained: readonly (readonly [model: string, given: Readonly<Record<string, unknown>>])[] = [
  ["ksi", {}],
  ["ksi", { backbone: "ngcf", itemConv: "gat", ssiScope: "all", optimizer: "adamw", weightDecay: 0.01 }],
  ["lightgcn", { optimizer: "sgd", momentum: 0.9, weightDecay: 0.01 }],
  ["ngcf", { clipNorm: 0.05, l2: 0.01 }],
  ["mf", { optimizer: "sgd" }],
  ["mgnm", {}],
  ["lgmrec", {}],
  ["mgcn", { featuresTrainable: true, optimizer: "sgd" }],
  ["vbpr", { biases: true }],
  ["bm3", {}],
  ["freedom", {}],
  ["sgl", {}],
];

describe("three training steps", () => {
  for (const [name, given] of trained) {
    const label = Object.keys(given).length === 0 ? name : `${name} ${JSON.stringify(given)}`;
    it(`of ${label} are the same one by one and fused, on both runtimes`, async () => {
      const model = await prepareModel(name, given, STEPS);
      const results = new Map<Runtime, Trained>();
      for (const runtime of runtimes) {
        const single = await separately(model, runtime);
        expectEqual(await fused(model, runtime), single, 1e-6);
        results.set(runtime, single);
      }
      expectEqual(results.get("onnxruntime-web")!, results.get("onnxruntime-node")!, 1e-5);
      const { losses, state } = results.get("onnxruntime-node")!;
      expect(losses.every(Number.isFinite), "finite losses").to.equal(true);
      for (const [parameter, before] of model.state) {
        expect(numbersFrom(state.get(parameter)), parameter).to.not.deep.equal(numbersFrom(before));
      }
    });
  }
});
