/** Names of colours, as CSS variables `--<name>`, for light and dark surroundings. */
export const palette = {
  page: ["#f5f6f8", "#0e1115"],
  card: ["#ffffff", "#171b21"],
  ink: ["#181b20", "#e9ecf1"],
  muted: ["#59626f", "#9ca6b4"],
  rule: ["#dfe3e8", "#2b323b"],
  grid: ["#e9ecf0", "#252b33"],
  accent: ["#2456c7", "#8db0ff"],
  good: ["#157347", "#62d394"],
  soft: ["#eaf0fd", "#1e2a44"],
  c1: ["#2f6fde", "#7aa7ff"],
  c2: ["#d9600f", "#ff9b57"],
  c3: ["#12876f", "#3fc6a7"],
  c4: ["#b92c76", "#ff7fb5"],
  c5: ["#7254cf", "#b39bff"],
  c6: ["#94700a", "#e2bd45"],
  c7: ["#3c8f2d", "#86d36f"],
  c8: ["#c0392f", "#ff857a"],
  c9: ["#0d85a8", "#5cc9ea"],
  c10: ["#875638", "#c99a7a"],
  c11: ["#66717f", "#a3afbd"],
  c12: ["#c26fa6", "#f3b9da"],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type ColourName = keyof typeof palette;

/** A colour as CSS, which follows the page's light or dark setting. */
export function colour(name: ColourName): string {
  return `var(--${name})`;
}

/** Number of colours that tell series apart. */
export const SERIES_COLOURS = 12;

/** @param index of a series, from 0; after twelve they repeat */
export function seriesColour(index: number): string {
  return `var(--c${(index % SERIES_COLOURS) + 1})`;
}

/** CSS declarations of all colours. @param dark 0 for light, 1 for dark */
export function colourDeclarations(dark: 0 | 1): string {
  return Object.entries(palette)
    .map(([name, values]) => `--${name}:${values[dark]}`)
    .join(";");
}
