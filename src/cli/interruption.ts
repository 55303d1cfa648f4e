const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Turns Ctrl-C into an abort signal while `body` runs; a second Ctrl-C ends the program at once, as usual.
 *
 * @param told called when the first one comes
 */
export async function withInterruption<T>(
  told: () => void,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    for (const signal of signals) process.off(signal, stop);
    told();
    controller.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await body(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
