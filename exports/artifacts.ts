import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFolderAtomic } from "../runtime/artifacts/atomicWrite.js";
import type { Manifest } from "../runtime/artifacts/manifest.js";
import { checkAgreement } from "../src/authoring/checkAgreement.js";
import type { Declaration } from "../src/authoring/declaration.js";
import { declare, resolveHyperparameters, type ModelDefinition } from "../src/authoring/model.js";
import { encodeModel } from "../src/onnx/encode.js";
import type { OnnxModel } from "../src/onnx/model.js";
import { compile, compileSteps } from "./compile.js";
import { cosineTopKGraph, matrixProductGraph, rankGraph, userIdsInput, vectorInputs } from "./dataGraphs.js";
import { describeModel, type CompiledGraph } from "./manifest.js";
import { embedGraph, evaluationGraph, optimizerGraph, stepGraph, trainingGraph } from "./modelGraphs.js";

/** The files of one compiled model. */
export interface ArtifactSet {
  readonly manifest: Manifest;
  /** Bytes by path below the artifact folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The same graphs before encoding, by their names in the manifest. */
  readonly models: ReadonlyMap<string, OnnxModel>;
}

/** Inputs that carry a size instead of data. */
const countOptions = { sizeInputs: { k: "k" } } as const;

/** Graphs that recipes run, by the kind of recipe that needs them. */
const recipeGraphs: Readonly<Record<string, readonly [file: string, compile: () => OnnxModel]>> = {
  knn: ["recipes/cosine_top_k", () => compile(cosineTopKGraph(), countOptions)],
  pca: ["recipes/matrix_product", () => compile(matrixProductGraph())],
};

function compileAll(training: Declaration, evaluation: Declaration): CompiledGraph[] {
  const optimizer = training.settings!.optimizer;
  const graph = (name: string, file: string, model: OnnxModel): CompiledGraph => ({
    name,
    file: `${file}.onnx`,
    model,
    bytes: encodeModel(model),
  });
  const kinds = new Set([...training.buffers, ...evaluation.buffers].map((buffer) => buffer.recipe.kind));
  return [
    graph("training_model", "training_model", compile(trainingGraph(training))),
    graph("optimizer_model", "optimizer_model", compile(optimizerGraph(training, optimizer))),
    graph("eval_model", "eval_model", compile(evaluationGraph(evaluation))),
    graph("epoch_model", "epoch_model", compileSteps(stepGraph(training, optimizer))),
    graph("embed", "embed_model", compile(embedGraph(evaluation))),
    graph("rank", "rank_model", compile(rankGraph(vectorInputs(), userIdsInput("block")), countOptions)),
    ...Object.entries(recipeGraphs)
      .filter(([kind]) => kinds.has(kind))
      .map(([, [file, model]]) => graph(file, file, model())),
  ];
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
  const hyperparameters = resolveHyperparameters(model, given);
  const training = declare(model, hyperparameters, true);
  const evaluation = declare(model, hyperparameters, false);
  checkAgreement(training, evaluation);
  const graphs = compileAll(training, evaluation);
  const manifest = describeModel(model, hyperparameters, training, evaluation, graphs);
  const files = new Map<string, Uint8Array>(graphs.map(({ file, bytes }) => [file, bytes]));
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return { manifest, files, models: new Map(graphs.map((graph) => [graph.name, graph.model])) };
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
