import type { Random } from "../../runtime/data/random.js";
import type { Item } from "./item.js";
import { pick, pickSome } from "./pick.js";
import { colourNames, forms, kinds, patterns, styles } from "./vocabulary.js";

const choices = { kind: kinds, colour: colourNames, pattern: patterns, style: styles, form: forms } as const;
type Attribute = keyof typeof choices;
const attributes = Object.keys(choices) as readonly Attribute[];

/** How many values of each attribute a customer likes, and by how much a liked value raises the log-odds. */
const liking: Readonly<Record<Attribute, { readonly values: number; readonly strength: number }>> = {
  kind: { values: 3, strength: 3 },
  colour: { values: 3, strength: 2.6 },
  pattern: { values: 2, strength: 1.6 },
  style: { values: 2, strength: 2.4 },
  form: { values: 1, strength: 1.0 },
};

/** Chance that a customer shares the circle's preference for an attribute instead of having an own one. */
const conformity = 0.65;

/** The liked values of every attribute. */
export type Taste = Readonly<Record<Attribute, ReadonlySet<string>>>;

function drawLiked(attribute: Attribute, random: Random): ReadonlySet<string> {
  return new Set(pickSome<string>(choices[attribute], liking[attribute].values, random));
}

function tasteFrom(liked: (attribute: Attribute) => ReadonlySet<string>): Taste {
  return Object.fromEntries(attributes.map((attribute) => [attribute, liked(attribute)])) as Taste;
}

/** The taste of a circle of customers who resemble each other. */
export function circleTaste(random: Random): Taste {
  return tasteFrom((attribute) => drawLiked(attribute, random));
}

/** The taste of a customer of one of the circles. */
export function customerTaste(circles: readonly Taste[], random: Random): Taste {
  const circle = pick(circles, random);
  return tasteFrom((attribute) =>
    random.float64() < conformity ? circle[attribute] : drawLiked(attribute, random),
  );
}

/** Log-odds, up to a constant, that a customer of this taste takes the item. */
export function appeal(taste: Taste, item: Item): number {
  let sum = 0;
  for (const attribute of attributes) {
    if (taste[attribute].has(item[attribute])) sum += liking[attribute].strength;
  }
  return sum;
}
