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

/** Why the operating system refused, and what to do about it. */
const refusals: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  EACCES: ["permission is denied", "Choose another folder, or change its permissions."],
  EPERM: ["the operation is not permitted", "Choose another folder, or change its permissions."],
  EROFS: ["the file system is read-only", "Choose a folder elsewhere."],
  ENOSPC: ["the disk is full", "Free some space, or choose a folder on another disk."],
  EDQUOT: ["the disk quota is used up", "Free some space, or choose a folder on another disk."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Choose another path."],
  EISDIR: ["it is a folder, not a file", "Choose another path."],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter one."],
  EMFILE: ["too many files are open", "Close other programs or raise the limit (`ulimit -n`)."],
};

/** What the names of files end in while they are written. */
const TEMPORARY = /\.writing(-\d+-[0-9a-f]+)?(?=\/|$)/;

const reading = ["open", "read", "scandir", "stat", "lstat", "access"];

/** The sentence about a failed system call on a path; undefined for another error. */
function systemProblem(error: Error): string | undefined {
  if (!("syscall" in error && "code" in error)) return undefined;
  const { code = "", syscall = "", path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const refusal = refusals[code];
  if (refusal === undefined || path === undefined) return error.message;
  const [reason, fix] = refusal;
  const target = dest ?? path;
  const final = target.replace(TEMPORARY, "");
  const verb = reading.includes(syscall) && final === target ? "opened" : "written";
  return `${final} cannot be ${verb}: ${reason} (${code}). ${fix}`;
}

/**
 * What to tell the user about an error: the message of one that mmkit foresaw; otherwise, a fault of mmkit itself, the
 * message after `internal:`.
 *
 * @param verbose add the stack, and the errors that caused this one
 */
export function describeError(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return `internal: ${String(error)} was thrown`;
  const system = systemProblem(error);
  const unforeseen = builtInErrors.includes(error.constructor) && system === undefined;
  const message =
    unforeseen && !error.message.startsWith("internal:")
      ? `internal: ${error.message}`
      : (system ?? error.message);
  if (!verbose) return message;
  const stack = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  const cause = error.cause === undefined ? [] : [`caused by ${causeText(error.cause)}`];
  return [message, ...stack, ...cause].join("\n");
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause);
}
