import type { Hyperparameter, Hyperparameters } from "../../src/index.js";
import type { Given } from "./expectGradients.js";

/** Names of hyper-parameters of training, which no loss depends on. */
type Training = "schedule" | "sampler" | "negativePool" | "optimizer";

/** Names of a model's hyper-parameters that choose between formulas, which numbers do not. */
type Switch<H extends Hyperparameters> = {
  [K in keyof H]: H[K] extends Hyperparameter<number> ? never : K;
}[keyof H];

/** Cases by switch, so that a new switch without cases does not compile. */
export type SwitchCases<H extends Hyperparameters, More extends keyof H = never> = Record<
  Exclude<Switch<H>, Training> | More,
  readonly Given[]
>;
