import { expect } from "chai";
import { add } from "../../src/ops/build.js";
import { checkGradients } from "../evaluator/compositeGradient.js";
import { smallInstance } from "./smallInstance.js";

/** Hyper-parameters that differ from the defaults. */
export type Given = Readonly<Record<string, unknown>>;

export const label = (given: Given): string =>
  Object.entries(given)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");

/** The whole loss of a model on the small instance has the value and gradient of the evaluator in float64. */
export async function expectGradients(model: string, given: Given): Promise<void> {
  const { declaration, parameters, inputs, feeds } = smallInstance(model, given);
  const loss = declaration.main.losses.map(({ node }) => node).reduce((total, term) => add(total, term));
  const report = await checkGradients(loss, parameters, inputs, feeds);
  expect(report.loss, "loss").to.be.below(1e-9);
  expect(Object.keys(report.parameters)).to.include("user_embedding");
  for (const [parameter, error] of Object.entries(report.parameters)) {
    expect(error, `gradient of ${parameter}`).to.be.below(1e-5);
  }
}
