/** Classes of JavaScript itself: an error of one of them was not foreseen by mmkit. */
export const builtInErrors: readonly unknown[] = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
];

/** A failed system call, such as a file that may not be written; its message says which and on what. */
function isSystemError(error: Error): boolean {
  return "syscall" in error && "code" in error;
}

/**
 * What to tell the user about an error: the message of one that mmkit foresaw; otherwise, a fault of mmkit itself, the
 * message after `internal:`.
 *
 * @param verbose add the stack, and the errors that caused this one
 */
export function describeError(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return `internal: ${String(error)} was thrown`;
  const unforeseen = builtInErrors.includes(error.constructor) && !isSystemError(error);
  const message =
    unforeseen && !error.message.startsWith("internal:") ? `internal: ${error.message}` : error.message;
  if (!verbose) return message;
  const stack = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  const cause = error.cause === undefined ? [] : [`caused by ${causeText(error.cause)}`];
  return [message, ...stack, ...cause].join("\n");
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause);
}
