import { expect } from "chai";
import { generateItems } from "../../../examples/catalogue/generateItems.js";
import type { Item } from "../../../examples/catalogue/item.js";
import {
  colours,
  forms,
  kindWords,
  patternWords,
  seriesNames,
  styleWords,
} from "../../../examples/catalogue/vocabulary.js";

const wordsOf = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split(" "));

/** Every word that the title of an item may contain. */
function allowedWords(item: Item): ReadonlySet<string> {
  const { adjectives, phrases } = styleWords[item.style];
  return new Set([
    ...wordsOf(kindWords[item.kind].nouns),
    ...seriesNames,
    ...(item.named.has("colour") ? ["in", ...wordsOf(colours[item.colour].words)] : []),
    ...(item.named.has("pattern") ? wordsOf(patternWords[item.pattern]) : []),
    ...(item.named.has("style") ? wordsOf([...adjectives, ...phrases]) : []),
    ...(item.named.has("material") ? [item.material] : []),
  ]);
}

describe("titles", () => {
  const items = generateItems(1, 480);

  it("mention the kind and the named attributes only", () => {
    for (const item of items) {
      const allowed = allowedWords(item);
      const foreign = item.title
        .toLowerCase()
        .split(" ")
        .filter((word) => !allowed.has(word));
      expect(foreign, item.title).to.deep.equal([]);
    }
  });

  it("mention everything that is named", () => {
    for (const { title, kind, colour, pattern, material, named } of items) {
      const text = title.toLowerCase();
      const mentions = (phrases: readonly string[]): boolean =>
        phrases.some((phrase) => text.includes(phrase));
      expect(mentions(kindWords[kind].nouns), title).to.equal(true);
      if (named.has("colour")) expect(mentions(colours[colour].words), title).to.equal(true);
      if (named.has("pattern")) expect(mentions(patternWords[pattern]), title).to.equal(true);
      if (named.has("material")) expect(mentions([material]), title).to.equal(true);
    }
  });

  it("have no words for what only the picture shows", () => {
    const visible: readonly string[] = [...forms, "light", "dark", "mirrored", "backdrop"];
    const used = new Set(wordsOf(items.map((item) => item.title.toLowerCase())));
    expect(visible.filter((word) => used.has(word))).to.deep.equal([]);
  });

  it("leave the colour out about every second time, the style seldom", () => {
    const share = (word: "colour" | "style"): number =>
      items.filter((item) => item.named.has(word)).length / items.length;
    expect(share("colour")).to.be.within(0.4, 0.6);
    expect(share("style")).to.be.within(0.85, 0.98);
  });

  it("start with a capital letter and have no double spaces", () => {
    for (const { title } of items) expect(title).to.match(/^\p{Lu}\S*( \S+)*$/u);
  });
});
