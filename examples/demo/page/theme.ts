import type { Remembered } from "./remembered.js";
import { symbol } from "./symbols.js";

const STORE = "mmkit-demo-theme";
const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const symbols = { system: "half", light: "sun", dark: "moon" } as const;

function storedTheme(storage: Remembered): Theme {
  const stored = storage.getItem(STORE);
  return themes.find((theme) => theme === stored) ?? "system";
}

/**
 * Lets a button go through light, dark and as the system has it.
 *
 * @returns what takes a listener, to be called when colours change
 */
export function switchTheme(button: HTMLButtonElement, storage: Remembered): (listener: () => void) => void {
  let theme = storedTheme(storage);
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const show = (): void => {
    if (theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset["theme"] = theme;
    button.replaceChildren(symbol(symbols[theme]));
    const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    button.setAttribute("aria-label", `Colours: ${theme}. Change to ${next}`);
    button.title = `Colours: ${theme}`;
    changed();
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    storage.setItem(STORE, theme);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  show();
  return (listener) => {
    listeners.push(listener);
  };
}
