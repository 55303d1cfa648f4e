import { DeclarationError } from "../ir/errors.js";
import type { Node } from "../ir/node.js";
import { formatType } from "../ir/types.js";
import type { Declaration } from "./declaration.js";
import { MAIN_PHASE, type Phase } from "./phase.js";

/** One declared input: what must be the same in both declarations, as text by what it is. */
interface Declared {
  readonly subject: string;
  readonly node: Node;
  readonly facts: Readonly<Record<string, string>>;
}

/** JSON with sorted keys, so that the order in which a recipe is written does not matter. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function groupsOf(node: Node): string {
  return node.type.kind === "sparse" ? ` in ${node.type.groups} groups` : "";
}

function inputsOf(declaration: Declaration): Map<string, Declared> {
  const inputs = new Map<string, Declared>();
  const note = (kind: string, name: string, node: Node, facts: Declared["facts"]): void => {
    const type = formatType(node.type) + groupsOf(node);
    inputs.set(name, { subject: `${kind} "${name}"`, node, facts: { kind, type, ...facts } });
  };
  for (const { name, node, initializer } of declaration.parameters) {
    note("parameter", name, node, { initializer: text(initializer) });
  }
  for (const { name, node, recipe, refresh } of declaration.buffers) {
    note("buffer", name, node, {
      recipe: text(recipe),
      refresh: refresh === "once" ? refresh : text(refresh),
    });
  }
  for (const { node, entry } of declaration.phases.flatMap((phase) => phase.batches)) {
    const { name, ...source } = entry;
    note("batch input", name, node, { source: text(source) });
  }
  return inputs;
}

/** A parameter of `declaration` that `other` lacks. */
function onlyIn(declaration: Declaration, other: Declaration): Declaration["parameters"][number] | undefined {
  return declaration.parameters.find(({ name }) => !other.parameters.some((entry) => entry.name === name));
}

/**
 * Checks that the declarations of one model for training and for evaluation fit together: the same parameters, phases
 * and loss terms, and every name that both declare standing for the same. Buffers and batch inputs may be in one only.
 *
 * @throws DeclarationError at the declaration that differs, the one for evaluation where both have it
 */
export function checkAgreement(training: Declaration, evaluation: Declaration): void {
  for (const [declaration, other, where] of [
    [training, evaluation, "training"],
    [evaluation, training, "evaluation"],
  ] as const) {
    const lone = onlyIn(declaration, other);
    if (lone === undefined) continue;
    const problem = `is declared only for ${where}; declare it whatever m.training says`;
    throw new DeclarationError(`parameter "${lone.name}"`, problem, lone.node.location);
  }
  const first = inputsOf(training);
  for (const [name, { subject, node, facts }] of inputsOf(evaluation)) {
    const before = first.get(name);
    const differs = Object.keys(facts).find(
      (fact) => before !== undefined && before.facts[fact] !== facts[fact],
    );
    if (before === undefined || differs === undefined) continue;
    const problem = `has ${differs} ${facts[differs]!} for evaluation, but ${before.facts[differs]!} for training`;
    throw new DeclarationError(subject, problem, node.location);
  }
  const [trained, evaluated] = [training, evaluation].map(({ phases }) => phases.map(({ name }) => name));
  if (trained!.join() !== evaluated!.join()) {
    throw evaluation.problem(
      "phases",
      `are ${evaluated!.join(", ")} for evaluation, but ${trained!.join(", ")} for training`,
    );
  }
  training.phases.forEach((phase, index) => {
    checkLosses(phase, evaluation.phases[index]!);
  });
}

function checkLosses(trained: Phase, evaluated: Phase): void {
  const [before, after] = [trained, evaluated].map(({ losses, monitors }) =>
    [...losses, ...monitors].map((term) => term.name),
  );
  if (before!.join() === after!.join()) return;
  const problem = `are ${after!.join(", ")} for evaluation, but ${before!.join(", ")} for training`;
  const terms = [trained, evaluated].flatMap(({ losses, monitors }) => [...losses, ...monitors]);
  const lone = terms.find(({ name }) => !before!.includes(name) || !after!.includes(name));
  const subject = trained.name === MAIN_PHASE ? "loss terms" : `loss terms of phase "${trained.name}"`;
  throw new DeclarationError(subject, problem, (lone ?? evaluated.losses[0]!).node.location);
}
