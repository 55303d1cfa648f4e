import type { Random } from "../../runtime/data/random.js";
import { pick } from "./pick.js";
import type { Item } from "./item.js";
import { colours, kindWords, patternWords, seriesNames, styleWords } from "./vocabulary.js";

/** What a title is written from: everything it may name, and nothing else. */
export type Titled = Pick<Item, "kind" | "colour" | "pattern" | "style" | "material" | "named">;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Writes a title such as "Rustic striped teal ceramic mug" or "Lund linen cushion in rust with antique charm".
 * Word order and synonyms are drawn; of colour, pattern, style and material only the `named` ones are mentioned.
 */
export function itemTitle(item: Titled, random: Random): string {
  const { adjectives, phrases } = styleWords[item.style];
  const words: string[] = [];
  const endings: string[] = [];
  if (item.named.has("style")) {
    if (random.float64() < 0.6) words.push(pick(adjectives, random));
    else endings.push(pick(phrases, random));
  }
  if (item.named.has("pattern")) words.push(pick(patternWords[item.pattern], random));
  if (item.named.has("colour")) {
    const colour = pick(colours[item.colour].words, random);
    if (random.float64() < 0.65) words.push(colour);
    else endings.unshift(`in ${colour}`);
  }
  if (item.named.has("material")) words.push(item.material);
  words.push(pick(kindWords[item.kind].nouns, random), ...endings);
  if (random.float64() < 0.3) words.unshift(capitalised(pick(seriesNames, random)));
  return capitalised(words.join(" "));
}
