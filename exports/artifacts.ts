import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFolderAtomic } from "../runtime/artifacts/atomicWrite.js";
import type { Manifest } from "../runtime/artifacts/manifest.js";
import { checkAgreement } from "../src/authoring/checkAgreement.js";
import type { Declaration } from "../src/authoring/declaration.js";
import { declare, resolveHyperparameters, type ModelDefinition } from "../src/authoring/model.js";
import { encodeModel } from "../src/onnx/encode.js";
import type { OnnxModel } from "../src/onnx/model.js";
import { checkRecipes } from "./checkRecipes.js";
import { compile, compileSteps } from "./compile.js";
import {
  cosineBothWaysGraph,
  cosineTopKGraph,
  matrixProductGraph,
  rankGraph,
  userIdsInput,
  vectorInputs,
} from "./dataGraphs.js";
import { describeModel, phaseGraph, refreshGraphName, type CompiledGraph } from "./manifest.js";
import {
  checkTraining,
  embedGraph,
  evaluationGraph,
  optimizerGraph,
  refreshGraph,
  stepGraph,
  towerGraph,
  trainingGraph,
} from "./modelGraphs.js";

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

type RecipeGraph = readonly [file: string, compile: () => OnnxModel];

const neighbourGraphs: readonly RecipeGraph[] = [
  ["recipes/cosine_top_k", () => compile(cosineTopKGraph(), countOptions)],
  [
    "recipes/cosine_both_ways",
    () => compile(cosineBothWaysGraph(), { sizeInputs: { k: "k", reverse_k: "reverse_k" } }),
  ],
];

/** Graphs that recipes run, by the kind of recipe that needs them. */
const recipeGraphs: Readonly<Record<string, readonly RecipeGraph[]>> = {
  knn: neighbourGraphs,
  nearest: neighbourGraphs,
  pca: [["recipes/matrix_product", () => compile(matrixProductGraph())]],
};

function encoded(name: string, file: string, model: OnnxModel): CompiledGraph {
  return { name, file: `${file}.onnx`, model, bytes: encodeModel(model) };
}

function compilePhase(training: Declaration, evaluation: Declaration, index: number): CompiledGraph[] {
  const phase = training.phases[index]!;
  const graph = (name: string, model: OnnxModel): CompiledGraph => {
    const path = phaseGraph(phase, name);
    return encoded(path, path, model);
  };
  return [
    graph("training_model", compile(trainingGraph(training, phase))),
    graph("optimizer_model", compile(optimizerGraph(training, phase))),
    graph("eval_model", compile(evaluationGraph(evaluation, evaluation.phases[index]!))),
    graph("epoch_model", compileSteps(stepGraph(training, phase))),
  ];
}

function compileAll(training: Declaration, evaluation: Declaration): CompiledGraph[] {
  const buffers = [...training.buffers, ...evaluation.buffers];
  const kinds = new Set(
    buffers.flatMap(({ recipe, refresh }) => [
      recipe.kind,
      ...(refresh === "once" || refresh.initial === null ? [] : [refresh.initial.kind]),
    ]),
  );
  return [
    ...training.phases.flatMap((_, index) => compilePhase(training, evaluation, index)),
    ...evaluation.buffers
      .filter((buffer) => buffer.computed.length > 0)
      .map((buffer) => {
        const name = refreshGraphName(buffer.name);
        return encoded(name, name, compile(refreshGraph(evaluation, buffer)));
      }),
    encoded("embed", "embed_model", compile(embedGraph(evaluation))),
    encoded("rank", "rank_model", compile(rankGraph(vectorInputs(), userIdsInput("block")), countOptions)),
    ...[
      ...new Set(
        Object.entries(recipeGraphs)
          .filter(([kind]) => kinds.has(kind))
          .flatMap(([, graphs]) => graphs),
      ),
    ].map(([file, model]) => encoded(file, file, model())),
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
  checkTraining(training);
  const graphs = compileAll(training, evaluation);
  const tower =
    evaluation.tower === undefined
      ? undefined
      : encoded("item_tower", "item_tower_model", compile(towerGraph(evaluation)));
  const manifest = describeModel(model, hyperparameters, training, evaluation, graphs, tower);
  checkRecipes(manifest, [training, evaluation]);
  const all = tower === undefined ? graphs : [...graphs, tower];
  const files = new Map<string, Uint8Array>(all.map(({ file, bytes }) => [file, bytes]));
  files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return { manifest, files, models: new Map(all.map((graph) => [graph.name, graph.model])) };
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
