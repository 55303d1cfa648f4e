import { closest } from "fastest-levenshtein";

/** The name closest to `wrong` (case ignored, the first of equals), or null where there is none to choose from. */
export function nearestName(wrong: string, names: Iterable<string>): string | null {
  const known = [...names];
  const lowered = known.map((name) => name.toLowerCase());
  return known[lowered.indexOf(closest(wrong.toLowerCase(), lowered))] ?? null;
}
