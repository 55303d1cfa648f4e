/**
 * Makes something, or rejects as soon as the signal is aborted; what was begun goes on then, unheeded.
 *
 * @throws the signal's reason
 */
export async function abortable<Result>(
  signal: AbortSignal | undefined,
  make: () => Promise<Result>,
): Promise<Result> {
  if (signal === undefined) return make();
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([make(), aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}
