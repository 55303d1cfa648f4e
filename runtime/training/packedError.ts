/** Classes of JavaScript itself, which tell of faults that nobody foresaw. */
const unforeseen = [
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
];

/** An error of a class that this thread does not know, for instance of a recipe added by somebody else. */
export class ForeignError extends Error {}

/** An error as plain data: sending an error itself between threads would lose its class and its fields. */
export interface TransferredError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function packError(error: unknown): TransferredError {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), stack: undefined, fields: {} };
  const { name, message, stack } = error;
  return { name, message, stack, fields: Object.fromEntries(Object.entries(error)) };
}

/** Classes that errors are given again on the other side, by their names. */
export type ErrorClasses = ReadonlyMap<string, { readonly prototype: Error }>;

/** @param classes by name, which a class itself loses when a bundler shortens it */
export function errorClasses(classes: Readonly<Record<string, { readonly prototype: Error }>>): ErrorClasses {
  return new Map(Object.entries(classes));
}

/** The error again: of its own class if it is one of those given, a plain one if it was a built-in one. */
export function unpackErrorOf(
  classes: ErrorClasses,
  { name, message, stack, fields }: TransferredError,
): Error {
  const error = new Error(message);
  const errorClass = classes.get(name) ?? (unforeseen.includes(name) ? undefined : ForeignError);
  if (errorClass !== undefined) Object.setPrototypeOf(error, errorClass.prototype);
  Object.assign(error, { name }, fields);
  if (stack !== undefined) error.stack = stack;
  return error;
}
