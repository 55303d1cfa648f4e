/** One hyper-parameter: a JSON schema with a default, and where its range comes from. */
export interface Hyperparameter<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: T;
}

interface Described {
  /** What it does, its unit and its source ("KSI, section IV"). */
  readonly description: string;
}

interface Range extends Described {
  readonly default: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

function bounded(type: "number" | "integer", range: Range): Hyperparameter<number> {
  return { schema: { type, ...range }, default: range.default };
}

export function number(range: Range): Hyperparameter<number> {
  return bounded("number", range);
}

export function integer(range: Range): Hyperparameter<number> {
  return bounded("integer", range);
}

export function flag(options: Described & { readonly default: boolean }): Hyperparameter<boolean> {
  return { schema: { type: "boolean", ...options }, default: options.default };
}

export function choice<const C extends string>(
  options: Described & { readonly of: readonly C[]; readonly default: NoInfer<C> },
): Hyperparameter<C> {
  const { of, ...rest } = options;
  return { schema: { type: "string", enum: of, ...rest }, default: options.default };
}

/** A list of names, such as the modalities a model reads. */
export function names(
  options: Described & { readonly default: readonly string[] },
): Hyperparameter<readonly string[]> {
  const schema = { type: "array", items: { type: "string", minLength: 1 }, uniqueItems: true, ...options };
  return { schema, default: options.default };
}

export type Hyperparameters = Readonly<Record<string, Hyperparameter<unknown>>>;

/** Values of a set of hyper-parameters. */
export type Values<H extends Hyperparameters> = {
  readonly [K in keyof H]: H[K] extends Hyperparameter<infer T> ? T : never;
};
