import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { inputName, type Node } from "../../src/ir/node.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { lossTerm, type SmallInstance } from "./smallInstance.js";

/** Numbers of a value of a small instance, in float64. */
export const numbers = ({ feeds, parameters, sizes }: SmallInstance, node: Node): Float64Array =>
  numbersOf(evaluate([node, ...parameters], feeds, { sizes: Object.fromEntries(sizes) }), node);

/** Value of a loss term. */
export const loss = (instance: SmallInstance, name: string, phase = "main"): number =>
  numbers(instance, lossTerm(instance, name, phase))[0]!;

/** Values of all loss terms by name. */
export function losses({ declaration, feeds, sizes }: SmallInstance): Record<string, number> {
  const terms = declaration.main.losses;
  const values = evaluate(
    terms.map(({ node }) => node),
    feeds,
    { sizes: Object.fromEntries(sizes) },
  );
  return Object.fromEntries(terms.map(({ name, node }) => [name, numbersOf(values, node)[0]!]));
}

/** The whole gradient of a loss term for one parameter. */
export function gradientOf(instance: SmallInstance, term: string, parameter: string): Float64Array {
  const node = instance.parameters.find((candidate) => inputName(candidate) === parameter)!;
  const [gradient] = gradients(lossTerm(instance, term), [node]);
  return numbers(instance, gradient!);
}

export const isZero = (values: Float64Array): boolean => values.every((value) => value === 0);

export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(found.length).to.equal(expected.length);
  expect(relativeError(found, expected)).to.be.below(tolerance);
}

/** The final vectors of all users and items are these rows. */
export function expectVectors(
  instance: SmallInstance,
  {
    users,
    items,
  }: { readonly users: readonly (readonly number[])[]; readonly items: readonly (readonly number[])[] },
  tolerance = 1e-12,
): void {
  const vectors = instance.declaration.vectors!;
  expectClose(numbers(instance, vectors.users), users.flat(), tolerance);
  expectClose(numbers(instance, vectors.items), items.flat(), tolerance);
}

export const parameterNames = ({ parameters }: SmallInstance): string[] => parameters.map(inputName);
