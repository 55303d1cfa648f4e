import { gradients } from "../src/autodiff/gradients.js";
import type { Declaration, OptimizerSettings } from "../src/authoring/declaration.js";
import { DeclarationError } from "../src/ir/errors.js";
import { topologicalOrder, type Graph, type GraphOutput, type Node } from "../src/ir/node.js";
import { scope } from "../src/ir/scope.js";
import { tensorType } from "../src/ir/types.js";
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

export function momentsOf(declaration: Declaration, settings: OptimizerSettings): Moment[] {
  return declaration.parameters.flatMap(({ name }) =>
    momentSuffixes(settings).map((suffix) => ({ name: `${name}.${suffix}`, parameter: name })),
  );
}

/** Names of the columns of every `losses` output. */
export function lossNames(declaration: Declaration): string[] {
  return ["total", ...declaration.losses.map((loss) => loss.name)];
}

function totalLoss(declaration: Declaration): Node {
  return declaration.losses.map((loss) => loss.node).reduce((total, term) => add(total, term));
}

/** [total, terms…] as one vector. */
function lossVector(declaration: Declaration, total: Node): GraphOutput {
  const values = [total, ...declaration.losses.map((loss) => loss.node)];
  const axes = values.map((_, i) => `loss_${i}`);
  const node = concat(
    values.map((value, i) => unsqueeze(value, axes[i]!)),
    axes,
    "loss",
  );
  return { name: "losses", node };
}

function stateInputs(
  declaration: Declaration,
  settings: OptimizerSettings,
): { moments: Node[]; rate: Node; step: Node } {
  const typeOf = new Map(declaration.parameters.map(({ name, axes }) => [name, tensorType("float32", axes)]));
  const step = declaration.scalars.find((node) => node.attributes.name === "step");
  return {
    moments: momentsOf(declaration, settings).map(({ name, parameter }) =>
      input(name, "moment", typeOf.get(parameter)!),
    ),
    rate: input("learning_rate", "scalar", tensorType("float32", [])),
    step: step ?? input("step", "scalar", tensorType("float32", [])),
  };
}

function dataInputs(declaration: Declaration): Node[] {
  return [
    ...declaration.buffers.map((buffer) => buffer.node),
    ...declaration.batches.map((batch) => batch.node),
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
export function evaluationGraph(declaration: Declaration): GraphSource {
  const graph = { name: "eval_model", outputs: [lossVector(declaration, totalLoss(declaration))] };
  return {
    graph,
    inputs: modelInputs(declaration),
  };
}

/** @throws DeclarationError if a parameter does not influence the loss */
function checkEveryParameterTrains(declaration: Declaration, total: Node): void {
  const used = new Set(topologicalOrder([total]));
  const idle = declaration.parameters.find(({ node }) => !used.has(node));
  if (idle === undefined) return;
  const problem = "does not influence the loss; use it in a loss term or remove it";
  throw new DeclarationError(`parameter "${idle.name}"`, problem, idle.node.location);
}

/** Losses and one gradient per parameter. @throws DeclarationError if a parameter does not influence the loss */
export function trainingGraph(declaration: Declaration): GraphSource {
  const total = totalLoss(declaration);
  checkEveryParameterTrains(declaration, total);
  const parameters = parameterNodes(declaration);
  const outputs = gradients(total, parameters).map((node, i) => ({
    name: `${declaration.parameters[i]!.name}.grad`,
    node,
  }));
  const graph = { name: "training_model", outputs: [lossVector(declaration, total), ...outputs] };
  return { graph, inputs: modelInputs(declaration) };
}

function updates(
  declaration: Declaration,
  settings: OptimizerSettings,
  parameterGradients: readonly Node[],
  state: ReturnType<typeof stateInputs>,
): GraphOutput[] {
  const perParameter = momentSuffixes(settings).length;
  const results = scope("optimizer", () =>
    optimizerStep(
      settings,
      declaration.parameters.map((parameter, i) => ({
        parameter: parameter.node,
        gradient: parameterGradients[i]!,
        moments: state.moments.slice(i * perParameter, (i + 1) * perParameter),
      })),
      state.rate,
      state.step,
    ),
  );
  const moments = momentsOf(declaration, settings);
  return [
    ...results.map((result, i) => ({
      name: `${declaration.parameters[i]!.name}.next`,
      node: result.parameter,
    })),
    ...results
      .flatMap((result) => result.moments)
      .map((node, i) => ({ name: `${moments[i]!.name}.next`, node })),
  ];
}

/** Parameters, gradients and moments to their updated values. */
export function optimizerGraph(declaration: Declaration, settings: OptimizerSettings): GraphSource {
  const state = stateInputs(declaration, settings);
  const grads = declaration.parameters.map(({ name, axes }) =>
    input(`${name}.grad`, "gradient", tensorType("float32", axes)),
  );
  return {
    graph: { name: "optimizer_model", outputs: updates(declaration, settings, grads, state) },
    inputs: [...parameterNodes(declaration), ...grads, ...state.moments, state.rate, state.step],
  };
}

/** One whole step: losses, gradients, update. Lowered with `lowerSteps` it becomes the fused epoch. */
export function stepGraph(declaration: Declaration, settings: OptimizerSettings): GraphSource {
  const state = stateInputs(declaration, settings);
  const total = totalLoss(declaration);
  const parameters = parameterNodes(declaration);
  const outputs = updates(declaration, settings, gradients(total, parameters), state);
  const others = declaration.scalars.filter((node) => node !== state.step);
  return {
    graph: { name: "epoch_model", outputs: [...outputs, lossVector(declaration, total)] },
    inputs: [...parameters, ...state.moments, ...dataInputs(declaration), ...others, state.rate, state.step],
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
