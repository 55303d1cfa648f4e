/** Texts by name that outlast the page. */
export type Remembered = Pick<Storage, "getItem" | "setItem">;

/** The browser's storage; where it is blocked or full, one that lasts as long as the page. */
export function remembered(): Remembered {
  const texts = new Map<string, string>();
  const stored = <Result>(use: () => Result, otherwise: () => Result): Result => {
    try {
      return use();
    } catch {
      return otherwise();
    }
  };
  return {
    getItem: (name) =>
      stored(
        () => localStorage.getItem(name),
        () => texts.get(name) ?? null,
      ),
    setItem: (name, text) => {
      stored(
        () => {
          localStorage.setItem(name, text);
        },
        () => {
          texts.set(name, text);
        },
      );
    },
  };
}
