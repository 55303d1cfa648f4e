import { gradients, reachedByGradient } from "../src/autodiff/gradients.js";
import type { Declaration, DeclaredParameter } from "../src/authoring/declaration.js";
import type { DeclaredBuffer } from "../src/authoring/declaredBuffers.js";
import { MAIN_PHASE, type Phase } from "../src/authoring/phase.js";
import { DeclarationError } from "../src/ir/errors.js";
import type { Graph, GraphOutput, Node } from "../src/ir/node.js";
import { scope } from "../src/ir/scope.js";
import { tensorType } from "../src/ir/types.js";
import { prepare } from "../src/lower/optimise.js";
import { momentSuffixes, optimizerStep } from "../src/nn/optimizers.js";
import { input } from "../src/ops/apply.js";
import { add, concat } from "../src/ops/build.js";
import { unsqueeze } from "../src/ops/build.js";

/** A graph with the inputs it may use, in order. */
export interface GraphSource {
  readonly graph: Graph;
  readonly inputs: readonly Node[];
}

/** Name and parameter of an optimizer state tensor. */
export interface Moment {
  readonly name: string;
  readonly parameter: string;
}

/** The parameters that a phase trains: those its loss reaches with a gradient. */
export function trainedParameters(declaration: Declaration, phase: Phase): DeclaredParameter[] {
  const nodes = new Set(
    reachedByGradient(
      totalLoss(phase),
      declaration.parameters.map(({ node }) => node),
    ),
  );
  return declaration.parameters.filter(({ node }) => nodes.has(node));
}

/** Name of the moments and step count that a phase updates. */
export function optimizerStateOf(phase: Phase): string {
  return phase.settings!.sharesOptimizerWith ?? phase.name;
}

export function momentsOf(declaration: Declaration, phase: Phase): Moment[] {
  const state = optimizerStateOf(phase);
  const prefix = state === MAIN_PHASE ? "" : `${state}.`;
  return trainedParameters(declaration, phase).flatMap(({ name }) =>
    momentSuffixes(phase.settings!.optimizer).map((suffix) => ({
      name: `${name}.${prefix}${suffix}`,
      parameter: name,
    })),
  );
}

/** Names of the columns of every `losses` output. */
export function lossNames(phase: Phase): string[] {
  return ["total", ...[...phase.losses, ...phase.monitors].map(({ name }) => name)];
}

function totalLoss(phase: Phase): Node {
  return phase.losses.map((loss) => loss.node).reduce((total, term) => add(total, term));
}

/** [total, terms…, monitors…] */
function lossValues(phase: Phase): Node[] {
  return [totalLoss(phase), ...[...phase.losses, ...phase.monitors].map(({ node }) => node)];
}

/** `lossValues` in the form whose gradients cost least. */
function trainedLossValues(phase: Phase): Node[] {
  const outputs = lossValues(phase).map((node, i) => ({ name: `loss_${i}`, node }));
  const graph = prepare({ name: "losses", outputs });
  return graph.outputs.map(({ node }) => node);
}

/** Values of `lossValues` as one vector. */
function lossVector(values: readonly Node[]): GraphOutput {
  const axes = values.map((_, i) => `loss_${i}`);
  const node = concat(
    values.map((value, i) => unsqueeze(value, axes[i]!)),
    axes,
    "loss",
  );
  return { name: "losses", node };
}

function stateInputs(declaration: Declaration, phase: Phase): { moments: Node[]; rate: Node; step: Node } {
  const typeOf = new Map(declaration.parameters.map(({ name, axes }) => [name, tensorType("float32", axes)]));
  const step = declaration.scalars.find((node) => node.attributes.name === "step");
  return {
    moments: momentsOf(declaration, phase).map(({ name, parameter }) =>
      input(name, "moment", typeOf.get(parameter)!),
    ),
    rate: input("learning_rate", "scalar", tensorType("float32", [])),
    step: step ?? input("step", "scalar", tensorType("float32", [])),
  };
}

function dataInputs(declaration: Declaration): Node[] {
  return [
    ...declaration.buffers.map((buffer) => buffer.node),
    ...declaration.phases.flatMap((phase) => phase.batches.map((batch) => batch.node)),
  ];
}

function parameterNodes(declaration: Declaration): Node[] {
  return declaration.parameters.map((parameter) => parameter.node);
}

/** Everything a graph without optimizer may read. */
function modelInputs(declaration: Declaration): Node[] {
  return [...parameterNodes(declaration), ...dataInputs(declaration), ...declaration.scalars];
}

/** Losses without gradients; noise is off when the declaration was made for evaluation. */
export function evaluationGraph(declaration: Declaration, phase: Phase): GraphSource {
  const graph = { name: "eval_model", outputs: [lossVector(lossValues(phase))] };
  return {
    graph,
    inputs: modelInputs(declaration),
  };
}

/**
 * Checks what the phases train between them.
 *
 * @throws DeclarationError if a phase trains nothing, if no phase trains a parameter, or if phases share an optimizer
 *   but not its kind
 */
export function checkTraining(declaration: Declaration): void {
  const trained = new Set<DeclaredParameter>();
  for (const phase of declaration.phases) {
    const parameters = trainedParameters(declaration, phase);
    if (parameters.length === 0) {
      throw declaration.problem(`phase "${phase.name}"`, "trains nothing: its loss reaches no parameter");
    }
    for (const parameter of parameters) trained.add(parameter);
    checkSharedOptimizer(declaration, phase);
  }
  const idle = declaration.parameters.find((parameter) => !trained.has(parameter));
  if (idle === undefined) return;
  const problem = "does not influence the loss; use it in a loss term or remove it";
  throw new DeclarationError(`parameter "${idle.name}"`, problem, idle.node.location);
}

function checkSharedOptimizer(declaration: Declaration, phase: Phase): void {
  const shared = phase.settings!.sharesOptimizerWith;
  if (shared === undefined) return;
  const other = declaration.phases.find(({ name }) => name === shared);
  const problem =
    other === undefined || other === phase
      ? `it is not another phase; the phases are ${declaration.phases.map(({ name }) => name).join(", ")}`
      : other.settings!.sharesOptimizerWith !== undefined
        ? `that one shares "${other.settings!.sharesOptimizerWith}"; name the phase that owns the optimizer`
        : other.settings!.optimizer.kind !== phase.settings!.optimizer.kind
          ? `that one is ${other.settings!.optimizer.kind}, this one ${phase.settings!.optimizer.kind}`
          : undefined;
  if (problem === undefined) return;
  throw declaration.problem(`phase "${phase.name}"`, `shares the optimizer of "${shared}", but ${problem}`);
}

/** Losses and one gradient per trained parameter. */
export function trainingGraph(declaration: Declaration, phase: Phase): GraphSource {
  const values = trainedLossValues(phase);
  const parameters = trainedParameters(declaration, phase);
  const nodes = parameters.map(({ node }) => node);
  const outputs = gradients(values[0]!, nodes).map((node, i) => ({
    name: `${parameters[i]!.name}.grad`,
    node,
  }));
  const graph = { name: "training_model", outputs: [lossVector(values), ...outputs] };
  return { graph, inputs: modelInputs(declaration) };
}

function updates(
  declaration: Declaration,
  phase: Phase,
  parameterGradients: readonly Node[],
  state: ReturnType<typeof stateInputs>,
): GraphOutput[] {
  const settings = phase.settings!.optimizer;
  const parameters = trainedParameters(declaration, phase);
  const perParameter = momentSuffixes(settings).length;
  const results = scope("optimizer", () =>
    optimizerStep(
      settings,
      parameters.map((parameter, i) => ({
        parameter: parameter.node,
        gradient: parameterGradients[i]!,
        moments: state.moments.slice(i * perParameter, (i + 1) * perParameter),
      })),
      state.rate,
      state.step,
    ),
  );
  const moments = momentsOf(declaration, phase);
  return [
    ...results.map((result, i) => ({ name: `${parameters[i]!.name}.next`, node: result.parameter })),
    ...results
      .flatMap((result) => result.moments)
      .map((node, i) => ({ name: `${moments[i]!.name}.next`, node })),
  ];
}

/** Parameters, gradients and moments to their updated values. */
export function optimizerGraph(declaration: Declaration, phase: Phase): GraphSource {
  const state = stateInputs(declaration, phase);
  const parameters = trainedParameters(declaration, phase);
  const grads = parameters.map(({ name, axes }) =>
    input(`${name}.grad`, "gradient", tensorType("float32", axes)),
  );
  return {
    graph: { name: "optimizer_model", outputs: updates(declaration, phase, grads, state) },
    inputs: [...parameters.map(({ node }) => node), ...grads, ...state.moments, state.rate, state.step],
  };
}

/** One whole step: losses, gradients, update. Lowered with `lowerSteps` it becomes the fused epoch. */
export function stepGraph(declaration: Declaration, phase: Phase): GraphSource {
  const state = stateInputs(declaration, phase);
  const values = trainedLossValues(phase);
  const trained = trainedParameters(declaration, phase).map(({ node }) => node);
  const outputs = updates(declaration, phase, gradients(values[0]!, trained), state);
  const frozen = parameterNodes(declaration).filter((node) => !trained.includes(node));
  const others = declaration.scalars.filter((node) => node !== state.step);
  return {
    graph: { name: "epoch_model", outputs: [...outputs, lossVector(values)] },
    inputs: [
      ...[...trained, ...state.moments, ...frozen],
      ...[...dataInputs(declaration), ...others, state.rate, state.step],
    ],
  };
}

/** What the recipe of a refreshed buffer is given, from the parameters and the buffers as they stand. */
export function refreshGraph(declaration: Declaration, buffer: DeclaredBuffer): GraphSource {
  return {
    graph: { name: "refresh_model", outputs: buffer.computed },
    inputs: modelInputs(declaration),
  };
}

/** Vectors of items that were not trained, from their features, parameters and buffers; for a model with a tower. */
export function towerGraph(declaration: Declaration): GraphSource {
  const { vectors, inputs } = declaration.tower!;
  return {
    graph: { name: "item_tower_model", outputs: [{ name: "vectors", node: vectors }] },
    inputs: [...modelInputs(declaration), ...inputs],
  };
}

/** Final vectors of all users and items. */
export function embedGraph(declaration: Declaration): GraphSource {
  const vectors = declaration.vectors!;
  return {
    graph: {
      name: "embed_model",
      outputs: [
        { name: "user_vectors", node: vectors.users },
        { name: "item_vectors", node: vectors.items },
      ],
    },
    inputs: modelInputs(declaration),
  };
}
