import type { Shape } from "./shape.js";

/**
 * What a part of an item is made of: `body` carries the item's colour and pattern, `base` the colour alone,
 * `shade` a darker tone of it, `trim` the pattern's second colour; the others are the same for every item.
 */
export type Finish = "body" | "base" | "shade" | "trim" | "wood" | "leaf" | "paper" | "ink" | "metal";

/** One painted part of a silhouette; parts are painted in order. */
export interface Part {
  readonly shape: Shape;
  readonly finish: Finish;
}
