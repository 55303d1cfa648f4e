import { createHash } from "node:crypto";
import type {
  ArtifactDType,
  AxisSize,
  BufferEntry,
  GraphEntry,
  GraphTensor,
  Manifest,
  PhaseEntry,
  RefreshEntry,
  ScheduleEntry,
  TensorRole,
} from "../runtime/artifacts/manifest.js";
import type { Declaration } from "../src/authoring/declaration.js";
import type { DeclaredBuffer } from "../src/authoring/declaredBuffers.js";
import { MAIN_PHASE, type Phase } from "../src/authoring/phase.js";
import type { ModelDefinition, ResolvedHyperparameters } from "../src/authoring/model.js";
import { inputName } from "../src/ir/node.js";
import type { Size } from "../src/ir/types.js";
import { encodeModel } from "../src/onnx/encode.js";
import { IR_VERSION, OPSET, type OnnxModel, type OnnxValueInfo } from "../src/onnx/model.js";
import { lossNames, momentsOf, optimizerStateOf, trainedParameters } from "./modelGraphs.js";

/** A compiled graph: its name in the manifest, its file and its bytes. */
export interface CompiledGraph {
  readonly name: string;
  readonly file: string;
  readonly model: OnnxModel;
  readonly bytes: Uint8Array;
}

const outputRoles: readonly (readonly [RegExp, TensorRole])[] = [
  [/^losses$/, "loss"],
  [/\.grad$/, "gradient"],
  [/_vectors$/, "embedding"],
];

function outputRole(name: string, roles: ReadonlyMap<string, TensorRole>): TensorRole {
  const state = /^(.*)\.next$/.exec(name);
  if (state !== null) return roles.get(state[1]!) ?? "result";
  return outputRoles.find(([pattern]) => pattern.test(name))?.[1] ?? "result";
}

function tensorEntry(info: OnnxValueInfo, role: TensorRole): GraphTensor {
  return { name: info.name, dtype: info.dtype as ArtifactDType, axes: info.dims, role };
}

/** @throws Error for a size no declaration can give (an internal fault) */
function axisSize(size: Size, name: string): AxisSize {
  if (typeof size === "number") return size;
  if (typeof size === "string") return size === name ? null : { sumOf: [size] };
  if (!("sum" in size)) throw new Error(`internal: axis "${name}" has a size that is no sum`);
  return {
    sumOf: size.sum.map((part) => {
      if (typeof part === "object") throw new Error(`internal: axis "${name}" is a sum of more than axes`);
      return part;
    }),
  };
}

/** Name in the manifest, and path without ending, of a graph of a phase. */
export function phaseGraph(phase: Phase, graph: string): string {
  return phase.name === MAIN_PHASE ? graph : `phases/${phase.name}/${graph}`;
}

/** Name in the manifest, and path without ending, of the graph that computes what a buffer is made from. */
export function refreshGraphName(buffer: string): string {
  return `refresh/${buffer}`;
}

function refreshEntry(
  { name, refresh }: DeclaredBuffer,
  computed: ReadonlySet<string>,
): "once" | RefreshEntry {
  if (refresh === "once") return refresh;
  return { ...refresh, graph: computed.has(name) ? refreshGraphName(name) : null };
}

/** @param computed names of the buffers that have a graph to be refreshed by */
function bufferEntry(buffer: DeclaredBuffer, computed: ReadonlySet<string>): BufferEntry {
  const { node, name, recipe } = buffer;
  const refresh = refreshEntry(buffer, computed);
  const { type } = node;
  if (type.kind === "sparse") {
    const { row, column, entry, groups } = type;
    return {
      kind: "sparse",
      name,
      row: row.name,
      column: column.name,
      entry: entry.name,
      groups,
      recipe,
      refresh,
    };
  }
  const dtype = type.dtype === "int32" ? "int32" : "float32";
  const axes = type.axes.map((axis) => axis.name);
  const indexes = type.indexes === undefined ? {} : { indexes: type.indexes };
  return { kind: "dense", name, dtype, axes, ...indexes, recipe, refresh };
}

function phaseEntry(declaration: Declaration, phase: Phase): PhaseEntry {
  const { sampler, optimizer, learningRate, epochs } = phase.settings!;
  return {
    name: phase.name,
    parameters: trainedParameters(declaration, phase).map((parameter) => parameter.name),
    epochs: epochs ?? { from: 0, until: null },
    sampler,
    batch: phase.batches.map(({ entry }) => entry),
    losses: lossNames(phase),
    optimizer: { ...optimizer },
    optimizerState: optimizerStateOf(phase),
    moments: momentsOf(declaration, phase),
    learningRate,
    graphs: {
      training: phaseGraph(phase, "training_model"),
      optimizer: phaseGraph(phase, "optimizer_model"),
      evaluation: phaseGraph(phase, "eval_model"),
      epoch: phaseGraph(phase, "epoch_model"),
    },
  };
}

function inputRoles(training: Declaration, evaluation: Declaration): Map<string, TensorRole> {
  const roles = new Map<string, TensorRole>([
    ["learning_rate", "scalar"],
    ["step", "scalar"],
    ["random_key", "scalar"],
    ["user_vectors", "embedding"],
    ["item_vectors", "embedding"],
  ]);
  for (const { name } of training.parameters) {
    roles.set(name, "parameter").set(`${name}.grad`, "gradient");
  }
  for (const phase of training.phases) {
    for (const { name } of momentsOf(training, phase)) roles.set(name, "moment");
  }
  for (const declaration of [training, evaluation]) {
    for (const { entry } of declaration.phases.flatMap((phase) => phase.batches)) {
      roles.set(entry.name, "batch");
    }
    for (const { node } of declaration.buffers) roles.set(inputName(node), "buffer");
  }
  return roles;
}

/** The order of an epoch's work, with the buffers that only one of the declarations has before everything else. */
function schedule(training: Declaration, evaluation: Declaration): ScheduleEntry[] {
  const phases = new Set(training.phases.map((phase) => phase.name));
  const order = training.epochOrder();
  const others = evaluation.epochOrder().filter((name) => !order.includes(name));
  return [...others, ...order].map((name) =>
    phases.has(name) ? { kind: "phase", phase: name } : { kind: "refresh", buffer: name },
  );
}

/** Role of an input: by its own name, or for a tensor of a sparse buffer by the buffer's. */
function roleOf(name: string, roles: ReadonlyMap<string, TensorRole>): TensorRole {
  const direct = roles.get(name);
  if (direct !== undefined) return direct;
  for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
    const role = roles.get(name.slice(0, end));
    if (role !== undefined) return role;
  }
  return "argument";
}

/** Buffers of both declarations; one that only one of them reads counts too. */
function merged<T extends { readonly name: string }>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(first.map((entry) => entry.name));
  return [...first, ...second.filter((entry) => !known.has(entry.name))];
}

/**
 * What the runtime needs to know of a model, from its two declarations and their compiled graphs.
 *
 * @param tower is no part of the identity, as neither training nor ranking runs it
 */
export function describeModel(
  model: ModelDefinition,
  hyperparameters: ResolvedHyperparameters,
  training: Declaration,
  evaluation: Declaration,
  graphs: readonly CompiledGraph[],
  tower?: CompiledGraph,
): Manifest {
  const roles = inputRoles(training, evaluation);
  const entry = ({ file, model: onnx, bytes }: CompiledGraph): GraphEntry => ({
    file,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    inputs: onnx.graph.inputs.map((info) => tensorEntry(info, roleOf(info.name, roles))),
    outputs: onnx.graph.outputs.map((info) => tensorEntry(info, outputRole(info.name, roles))),
  });
  const { modalities } = hyperparameters;
  const computed = new Set(
    evaluation.buffers.filter((buffer) => buffer.computed.length > 0).map(({ name }) => name),
  );
  const description = {
    format: "mmkit",
    version: 2,
    model: model.name,
    title: model.title,
    hyperparameters,
    modalities: Array.isArray(modalities) ? modalities.map(String) : [],
    opset: OPSET,
    irVersion: IR_VERSION,
    axes: Object.fromEntries(
      [...training.axes, ...evaluation.axes].map(([name, size]) => [name, axisSize(size, name)]),
    ),
    parameters: training.parameters.map(({ name, axes, initializer }) => ({
      name,
      axes: axes.map((axis) => axis.name),
      initializer,
    })),
    buffers: merged(training.buffers, evaluation.buffers).map((buffer) => bufferEntry(buffer, computed)),
    phases: training.phases.map((phase) => phaseEntry(training, phase)),
    schedule: schedule(training, evaluation),
  } as const;
  return {
    ...description,
    computation: computationHash(description, graphs),
    graphs: Object.fromEntries(graphs.map((graph) => [graph.name, entry(graph)])),
    ...(tower === undefined
      ? {}
      : { itemTower: { modalities: evaluation.tower!.modalities, graph: entry(tower) } }),
  };
}

/** Identity of what is computed: the graphs without their metadata, so that moved lines of source do not count. */
function computationHash(description: object, graphs: readonly CompiledGraph[]): string {
  const hash = createHash("sha256").update(JSON.stringify(description));
  for (const { name, model } of graphs) hash.update(name).update(encodeModel({ ...model, metadata: {} }));
  return hash.digest("hex");
}
