import { Random } from "../../runtime/data/random.js";
import type { Item, Look, OptionalWord } from "./item.js";
import { itemTitle } from "./itemTitle.js";
import { pick } from "./pick.js";
import {
  colourNames,
  forms,
  kinds,
  kindWords,
  patterns,
  styles,
  type Pattern,
  type Rgb,
} from "./vocabulary.js";

/** Share of the items that are new in the shop and have no training interactions. */
const coldShare = 0.12;

const backdrops: readonly Rgb[] = [
  [244, 239, 232],
  [231, 239, 237],
  [236, 239, 246],
  [246, 234, 232],
  [240, 240, 226],
];

/** A number from -range to range. */
function around(range: number, random: Random): number {
  return (2 * random.float64() - 1) * range;
}

function drawLook(random: Random): Look {
  return {
    shift: [around(3, random), around(2.5, random)],
    scale: 0.88 + 0.14 * random.float64(),
    mirrored: random.float64() < 0.5,
    tint: [around(14, random), around(14, random), around(14, random)],
    placement: {
      period: 11 + 5 * random.float64(),
      angle: pick([0, 45, 90], random) + around(4, random),
      phase: random.float64(),
    },
    accent: random.float64() < 0.65 ? "light" : "dark",
    backdrop: pick(backdrops, random),
  };
}

function drawNamed(pattern: Pattern, random: Random): ReadonlySet<OptionalWord> {
  const chances: Readonly<Record<OptionalWord, number>> = {
    colour: 0.5,
    pattern: pattern === "plain" ? 0.15 : 0.5,
    style: 0.92,
    material: 0.8,
  };
  const words = Object.keys(chances) as OptionalWord[];
  return new Set(words.filter((word) => random.float64() < chances[word]));
}

/**
 * Draws the shop's items. Kinds take turns, so that each has its share; the other attributes are independent and
 * uniform, except that a third of the items is plain.
 */
export function generateItems(seed: number, count: number): readonly Item[] {
  const order = Int32Array.from({ length: count }, (_, id) => id);
  new Random(seed, "catalogue", "cold items").shuffle(order);
  const cold = new Set(order.subarray(0, Math.round(coldShare * count)));
  return Array.from({ length: count }, (_, id) => {
    const random = new Random(seed, "catalogue", "item", id);
    const kind = kinds[id % kinds.length]!;
    const pattern = random.float64() < 0.2 ? "plain" : pick(patterns, random);
    const attributes = {
      kind,
      form: pick(forms, random),
      colour: pick(colourNames, random),
      pattern,
      style: pick(styles, random),
      material: pick(kindWords[kind].materials, random),
      named: drawNamed(pattern, random),
    };
    return {
      id,
      ...attributes,
      title: itemTitle(attributes, random),
      look: drawLook(random),
      cold: cold.has(id),
    };
  });
}
