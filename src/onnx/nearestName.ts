import { distance } from "fastest-levenshtein";

/**
 * The known name a misspelt one most likely stands for, or undefined when none is close. Distance is the number of
 * letters inserted, removed or replaced, upper and lower case being the same. Of names at the same distance, one of
 * the same letters goes first, because swapped letters are the commonest slip; otherwise the first one.
 */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  const typed = wanted.toLowerCase();
  let nearest: string | undefined;
  let limit = Math.max(2, Math.ceil(wanted.length / 3)) + 1;
  for (const name of known) {
    const candidate = name.toLowerCase();
    const letters = distance(typed, candidate);
    if (letters >= Math.max(wanted.length, name.length)) continue;
    const cost = sortedLetters(typed) === sortedLetters(candidate) ? letters - 0.5 : letters;
    if (cost < limit) {
      nearest = name;
      limit = cost;
    }
  }
  return nearest;
}

function sortedLetters(text: string): string {
  return Array.from(text).sort().join("");
}
