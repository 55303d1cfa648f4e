import { Ajv, type ErrorObject } from "ajv";
import type { Json } from "../../runtime/artifacts/manifest.js";
import { nearestName } from "../onnx/nearestName.js";
import type { AblationTable } from "./ablation.js";
import { Declaration } from "./declaration.js";
import type { Hyperparameters, Values } from "./hyperparameters.js";

/** A model's declaration, without data. */
export interface ModelDefinition<H extends Hyperparameters = Hyperparameters> {
  /** Lower case, as typed on the command line. */
  readonly name: string;
  /** One line: what it is and where it comes from. */
  readonly title: string;
  readonly hyperparameters: H;
  /**
   * Defaults that are others where a hyper-parameter has a value: `{ variant: { released: { walks: 6 } } }`. What is set
   * goes before them.
   */
  readonly defaultsWhere?: {
    readonly [K in keyof NoInfer<H>]?: Readonly<Record<string, Partial<Values<NoInfer<H>>>>>;
  };
  /** The ablation tables of its paper, the main one first; `mmkit ablate` trains them. */
  readonly ablations?: readonly AblationTable<NoInfer<H>>[];
  /** Declares the model; called once for training and once for evaluation. */
  build(m: Declaration, h: Values<H>): void;
}

/** Checks the types of a definition and returns it. */
export function defineModel<const H extends Hyperparameters>(
  definition: ModelDefinition<H>,
): ModelDefinition<H> {
  return definition;
}

/** Wrong hyper-parameters, all of them at once. */
export class HyperparameterError extends Error {
  constructor(
    readonly model: string,
    readonly problems: readonly string[],
  ) {
    super([`hyper-parameters of ${model}:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.name = "HyperparameterError";
  }
}

export type ResolvedHyperparameters = Readonly<Record<string, Json>>;

/** JSON schema of a model's hyper-parameters. */
export function hyperparameterSchema(model: ModelDefinition): Record<string, unknown> {
  const entries = Object.entries(model.hyperparameters).map(
    ([name, parameter]) => [name, parameter.schema] as const,
  );
  return { type: "object", properties: Object.fromEntries(entries), additionalProperties: false };
}

function explain(
  error: ErrorObject,
  model: ModelDefinition,
  given: Readonly<Record<string, unknown>>,
): string {
  if (error.keyword === "additionalProperties") {
    const unknown = (error.params as { additionalProperty: string }).additionalProperty;
    const nearest = nearestName(unknown, Object.keys(model.hyperparameters));
    return `${unknown}: unknown${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`;
  }
  const name = error.instancePath.split("/")[1] ?? "";
  const allowed =
    error.keyword === "enum"
      ? `: ${(error.params as { allowedValues: string[] }).allowedValues.join(", ")}`
      : "";
  return `${name}: ${error.message ?? error.keyword}${allowed}, found ${JSON.stringify(given[name])}`;
}

/** What hyper-parameters are that are not given, some of which depend on those that are. */
export function defaultHyperparameters(
  { hyperparameters, defaultsWhere = {} }: ModelDefinition,
  given: Readonly<Record<string, unknown>>,
): ResolvedHyperparameters {
  const own = Object.fromEntries(
    Object.entries(hyperparameters).map(([name, parameter]) => [name, parameter.default as Json]),
  );
  const more = Object.entries(defaultsWhere).map(([name, byValue]) => {
    const value = given[name] ?? own[name];
    const others = byValue?.[typeof value === "string" ? value : JSON.stringify(value)];
    return (others ?? {}) as ResolvedHyperparameters;
  });
  return Object.assign(own, ...more) as ResolvedHyperparameters;
}

/**
 * Defaults overlaid with the given values.
 * @throws HyperparameterError naming every unknown key and every value out of range
 */
export function resolveHyperparameters(
  model: ModelDefinition,
  given: Readonly<Record<string, unknown>>,
): ResolvedHyperparameters {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const validate = ajv.compile(hyperparameterSchema(model));
  if (!validate(given)) {
    throw new HyperparameterError(
      model.name,
      (validate.errors ?? []).map((error) => explain(error, model, given)),
    );
  }
  return { ...defaultHyperparameters(model, given), ...given } as ResolvedHyperparameters;
}

/** Runs a model's `build` for training or evaluation. */
export function declare(
  model: ModelDefinition,
  hyperparameters: ResolvedHyperparameters,
  training: boolean,
): Declaration {
  const declaration = new Declaration(training);
  model.build(declaration, hyperparameters);
  for (const phase of declaration.phases) phase.check();
  declaration.epochOrder();
  if (declaration.vectors === undefined) {
    throw declaration.problem(
      `model "${model.name}"`,
      "declares no embeddings; call m.embeddings(users, items)",
    );
  }
  return declaration;
}
