import { createHash } from "node:crypto";
import { writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type {
  ArtifactDType,
  AxisSize,
  BufferEntry,
  GraphEntry,
  GraphTensor,
  Manifest,
  PhaseEntry,
  TensorRole,
} from "../runtime/artifacts/manifest.js";
import { writeFolderAtomic } from "../runtime/artifacts/atomicWrite.js";
import type { Declaration } from "../src/authoring/declaration.js";
import {
  declare,
  resolveHyperparameters,
  type ModelDefinition,
  type ResolvedHyperparameters,
} from "../src/authoring/model.js";
import { inputName } from "../src/ir/node.js";
import { sizeSymbols, type Size } from "../src/ir/types.js";
import { encodeModel } from "../src/onnx/encode.js";
import { IR_VERSION, OPSET, type OnnxModel, type OnnxValueInfo } from "../src/onnx/model.js";
import { compile, compileSteps } from "./compile.js";
import { cosineTopKGraph, matrixProductGraph, rankGraph, userIdsInput, vectorInputs } from "./dataGraphs.js";
import {
  embedGraph,
  evaluationGraph,
  lossNames,
  momentsOf,
  optimizerGraph,
  stepGraph,
  trainingGraph,
  type GraphSource,
} from "./modelGraphs.js";

/** The files of one compiled model. */
export interface ArtifactSet {
  readonly manifest: Manifest;
  /** Bytes by path below the artifact folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The same graphs before encoding, for inspection. */
  readonly models: ReadonlyMap<string, OnnxModel>;
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

function axisSize(size: Size, name: string): AxisSize {
  if (typeof size === "number") return size;
  if (typeof size === "string") {
    if (size !== name) return { sumOf: [size] };
    return null;
  }
  return { sumOf: sizeSymbols(size) };
}

function bufferEntries(declaration: Declaration): BufferEntry[] {
  return declaration.buffers.map(({ node, name, recipe, refresh }): BufferEntry => {
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
  });
}

/** Graphs that recipes run, by the kind of recipe that needs them. */
const recipeGraphs: Readonly<Record<string, { readonly name: string; readonly source: () => GraphSource }>> =
  {
    knn: { name: "recipes/cosine_top_k", source: cosineTopKGraph },
    pca: { name: "recipes/matrix_product", source: matrixProductGraph },
  };

/** Inputs that carry a size instead of data. */
const countOptions = { sizeInputs: { k: "k" } } as const;

function compileAll(training: Declaration, evaluation: Declaration): Map<string, OnnxModel> {
  const optimizer = training.settings!.optimizer;
  const models = new Map<string, OnnxModel>([
    ["training_model", compile(trainingGraph(training))],
    ["optimizer_model", compile(optimizerGraph(training, optimizer))],
    ["eval_model", compile(evaluationGraph(evaluation))],
    ["epoch_model", compileSteps(stepGraph(training, optimizer))],
    ["embed_model", compile(embedGraph(evaluation))],
    ["rank_model", compile(rankGraph(vectorInputs(), userIdsInput("block")), countOptions)],
  ]);
  const kinds = new Set(training.buffers.concat(evaluation.buffers).map((buffer) => buffer.recipe.kind));
  for (const [kind, { name, source }] of Object.entries(recipeGraphs)) {
    if (kinds.has(kind)) models.set(name, compile(source(), kind === "knn" ? countOptions : {}));
  }
  return models;
}

function phase(declaration: Declaration): PhaseEntry {
  const { sampler, optimizer, learningRate } = declaration.settings!;
  return {
    name: "main",
    parameters: declaration.parameters.map((parameter) => parameter.name),
    sampler,
    batch: declaration.batches.map(({ name, source }) => ({ name, source })),
    losses: lossNames(declaration),
    optimizer: { ...optimizer },
    moments: momentsOf(declaration, optimizer),
    learningRate,
    graphs: {
      training: "training_model",
      optimizer: "optimizer_model",
      evaluation: "eval_model",
      epoch: "epoch_model",
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
  for (const { name } of momentsOf(training, training.settings!.optimizer)) roles.set(name, "moment");
  for (const declaration of [training, evaluation]) {
    for (const { name } of declaration.batches) roles.set(name, "batch");
    for (const { node } of declaration.buffers) roles.set(inputName(node), "buffer");
  }
  return roles;
}

/** Role of an input: by its own name, or for a tensor of a sparse buffer by the buffer's. */
function roleOf(name: string, roles: ReadonlyMap<string, TensorRole>): TensorRole {
  const direct = roles.get(name);
  if (direct !== undefined) return direct;
  for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
    const role = roles.get(name.slice(0, end));
    if (role !== undefined) return role;
  }
  return "result";
}

/** Buffers of both declarations; one that only one of them reads counts too. */
function merged<T extends { readonly name: string }>(first: readonly T[], second: readonly T[]): T[] {
  const known = new Set(first.map((entry) => entry.name));
  return [...first, ...second.filter((entry) => !known.has(entry.name))];
}

/**
 * Compiles a model to its artifact set. Needs no data; equal declarations give equal bytes.
 *
 * @throws HyperparameterError, ShapeError, DeclarationError for mistakes in the model or its hyper-parameters
 */
export function buildArtifacts(
  model: ModelDefinition,
  given: Readonly<Record<string, unknown>> = {},
): ArtifactSet {
  const hyperparameters: ResolvedHyperparameters = resolveHyperparameters(model, given);
  const training = declare(model, hyperparameters, true);
  const evaluation = declare(model, hyperparameters, false);
  const models = compileAll(training, evaluation);
  const roles = inputRoles(training, evaluation);
  const files = new Map<string, Uint8Array>();
  const graphs: Record<string, GraphEntry> = {};
  for (const [name, onnx] of models) {
    const bytes = encodeModel(onnx);
    const file = `${name}.onnx`;
    files.set(file, bytes);
    graphs[
      name.endsWith("_model") && ["embed_model", "rank_model"].includes(name)
        ? name.replace("_model", "")
        : name
    ] = {
      file,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      inputs: onnx.graph.inputs.map((info) => tensorEntry(info, roleOf(info.name, roles))),
      outputs: onnx.graph.outputs.map((info) => tensorEntry(info, outputRole(info.name, roles))),
    };
  }
  const axes = new Map([...training.axes, ...evaluation.axes]);
  const modalities = Array.isArray(hyperparameters.modalities)
    ? (hyperparameters.modalities as string[])
    : [];
  const manifest: Manifest = {
    format: "mmkit",
    version: 1,
    model: model.name,
    title: model.title,
    hyperparameters,
    modalities,
    opset: OPSET,
    irVersion: IR_VERSION,
    axes: Object.fromEntries([...axes].map(([name, size]) => [name, axisSize(size, name)])),
    parameters: training.parameters.map(({ name, axes: list, initializer }) => ({
      name,
      axes: list.map((axis) => axis.name),
      initializer,
    })),
    buffers: merged(bufferEntries(training), bufferEntries(evaluation)),
    phases: [phase(training)],
    graphs,
  };
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return { manifest, files, models };
}

/** Writes an artifact set to a folder, all of it or nothing. */
export async function writeArtifacts(artifacts: ArtifactSet, folder: string): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [path, bytes] of artifacts.files) {
      const target = join(temporary, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
  });
}
