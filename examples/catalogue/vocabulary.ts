/**
 * The words and colours the example shop is made of. Every list is closed: an item's attributes are members of
 * these lists, a picture is drawn from them and a title is written from them.
 */

export const kinds = [
  "bag",
  "chair",
  "clock",
  "cushion",
  "hat",
  "lamp",
  "mug",
  "planter",
  "poster",
  "shirt",
  "shoes",
  "vase",
] as const;
export type Kind = (typeof kinds)[number];

/** The silhouette family of an item. It is never written into a title. */
export const forms = ["round", "square", "tapered"] as const;
export type Form = (typeof forms)[number];

export const patterns = ["plain", "striped", "dotted", "checked", "zigzag", "speckled"] as const;
export type Pattern = (typeof patterns)[number];

/** The spirit in which an item is designed. It is never drawn into a picture. */
export const styles = ["nordic", "vintage", "rustic", "modern", "bohemian", "playful"] as const;
export type Style = (typeof styles)[number];

/** Red, green and blue, each from 0 to 255. */
export type Rgb = readonly [number, number, number];

interface ColourEntry {
  readonly rgb: Rgb;
  readonly words: readonly string[];
}

export const colours = {
  coral: { rgb: [240, 115, 90], words: ["coral", "salmon"] },
  rust: { rgb: [181, 83, 45], words: ["rust", "terracotta"] },
  mustard: { rgb: [226, 168, 40], words: ["mustard", "ochre"] },
  rose: { rgb: [232, 152, 172], words: ["rose", "blush"] },
  plum: { rgb: [124, 58, 108], words: ["plum", "aubergine"] },
  navy: { rgb: [36, 62, 110], words: ["navy", "midnight blue"] },
  sky: { rgb: [122, 182, 222], words: ["sky blue", "powder blue"] },
  teal: { rgb: [28, 138, 138], words: ["teal", "petrol"] },
  sage: { rgb: [152, 182, 142], words: ["sage", "eucalyptus"] },
  olive: { rgb: [112, 118, 46], words: ["olive", "moss green"] },
  sand: { rgb: [214, 190, 146], words: ["sand", "oatmeal"] },
  charcoal: { rgb: [66, 70, 78], words: ["charcoal", "slate grey"] },
} as const satisfies Record<string, ColourEntry>;
export type Colour = keyof typeof colours;
export const colourNames = Object.keys(colours) as readonly Colour[];

export const patternWords: Readonly<Record<Pattern, readonly string[]>> = {
  plain: ["plain", "solid"],
  striped: ["striped", "pinstripe"],
  dotted: ["polka dot", "dotted"],
  checked: ["checked", "gingham"],
  zigzag: ["zigzag", "chevron"],
  speckled: ["speckled", "flecked"],
};

interface StyleEntry {
  /** Words in front of the noun. */
  readonly adjectives: readonly string[];
  /** Phrases after the noun. */
  readonly phrases: readonly string[];
}

export const styleWords: Readonly<Record<Style, StyleEntry>> = {
  nordic: {
    adjectives: ["nordic", "scandinavian"],
    phrases: ["for a hygge corner", "inspired by the fjords"],
  },
  vintage: {
    adjectives: ["vintage", "retro"],
    phrases: ["with antique charm", "in the fashion of the seventies"],
  },
  rustic: {
    adjectives: ["rustic", "farmhouse"],
    phrases: ["for the country cottage", "made at a village workshop"],
  },
  modern: { adjectives: ["modern", "minimalist"], phrases: ["with clean lines", "for the city loft"] },
  bohemian: { adjectives: ["boho", "bohemian"], phrases: ["for free spirits", "with a bazaar feel"] },
  playful: {
    adjectives: ["playful", "quirky"],
    phrases: ["for the young at heart", "with a cheerful twist"],
  },
};

interface KindEntry {
  readonly nouns: readonly string[];
  readonly materials: readonly string[];
}

export const kindWords: Readonly<Record<Kind, KindEntry>> = {
  bag: { nouns: ["bag", "handbag"], materials: ["canvas", "leather", "jute", "felt"] },
  chair: { nouns: ["chair", "dining chair"], materials: ["oak", "beech", "walnut", "velvet"] },
  clock: { nouns: ["wall clock", "clock"], materials: ["oak", "metal", "birch", "enamel"] },
  cushion: { nouns: ["cushion", "throw pillow"], materials: ["linen", "cotton", "velvet", "wool"] },
  hat: { nouns: ["hat", "sun hat"], materials: ["wool", "felt", "straw", "cotton"] },
  lamp: { nouns: ["table lamp", "lamp"], materials: ["brass", "linen", "oak", "paper"] },
  mug: { nouns: ["mug", "cup"], materials: ["ceramic", "stoneware", "porcelain", "enamel"] },
  planter: { nouns: ["planter", "plant pot"], materials: ["clay", "ceramic", "stoneware", "concrete"] },
  poster: { nouns: ["poster", "art print"], materials: ["framed", "letterpress", "silkscreen", "riso"] },
  shirt: { nouns: ["shirt", "top"], materials: ["linen", "cotton", "jersey", "flannel"] },
  shoes: { nouns: ["shoes", "footwear"], materials: ["canvas", "leather", "suede", "wool"] },
  vase: { nouns: ["vase", "flower vase"], materials: ["glass", "ceramic", "porcelain", "clay"] },
};

/** Names of the shop's series: they say nothing about an item. */
export const seriesNames = [
  "alba",
  "brisa",
  "cleo",
  "dover",
  "elba",
  "fjara",
  "gilda",
  "hollis",
  "iris",
  "juno",
  "kora",
  "lund",
  "marlow",
  "nola",
  "otto",
  "pico",
  "rhea",
  "sola",
  "tilda",
  "vera",
] as const;
