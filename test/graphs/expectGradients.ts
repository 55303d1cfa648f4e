import { expect } from "chai";
import { trainedParameters } from "../../exports/modelGraphs.js";
import { add } from "../../src/ops/build.js";
import { checkGradients } from "../evaluator/compositeGradient.js";
import { smallInstance } from "./smallInstance.js";

/** Hyper-parameters that differ from the defaults. */
export type Given = Readonly<Record<string, unknown>>;

export const label = (given: Given): string =>
  Object.entries(given)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");

/**
 * The whole loss of each phase of a model on the small instance has the value and, for all parameters that the phase
 * trains, the gradient of the evaluator in float64.
 */
export async function expectGradients(model: string, given: Given): Promise<void> {
  const { declaration, inputs, feeds } = smallInstance(model, given);
  for (const phase of declaration.phases) {
    const loss = phase.losses.map(({ node }) => node).reduce((total, term) => add(total, term));
    const parameters = trainedParameters(declaration, phase).map(({ node }) => node);
    const report = await checkGradients(loss, parameters, inputs, feeds);
    expect(report.loss, `loss of phase ${phase.name}`).to.be.below(1e-9);
    if (phase.name === "main") expect(Object.keys(report.parameters)).to.include("user_embedding");
    for (const [parameter, error] of Object.entries(report.parameters)) {
      expect(error, `gradient of ${parameter} in phase ${phase.name}`).to.be.below(1e-5);
    }
  }
}
