import { GridSearch } from "./gridSearch.js";
import { RandomSearch } from "./randomSearch.js";
import type { Point, SearchSpace } from "./searchSpace.js";
import { TpeSearch } from "./tpeSearch.js";

/** A trial before the one to be proposed. */
export interface EarlierTrial {
  readonly point: Point;
  /** Higher is better; null if the trial diverged or its score is not to be known yet. */
  readonly score: number | null;
}

/** Proposes what to try. Proposals depend on the seed and on earlier trials alone, so they can be made again. */
export interface SearchMethod {
  /**
   * The trial that may be proposed knows the scores of all trials but the last `ahead - 1` ones, so that as many may
   * run at once; Infinity if scores are not looked at.
   */
  readonly ahead: number;
  /** Points it can propose; Infinity if a range is not of integers. */
  readonly size: number;
  /**
   * The point of trial `earlier.length`, unlike all earlier ones.
   *
   * @returns null if all points of the space were proposed
   */
  propose(earlier: readonly EarlierTrial[]): Point | null;
}

export const methodNames = ["tpe", "random", "grid"] as const;
export type MethodName = (typeof methodNames)[number];

/**
 * @param ahead of TPE; the other methods look at no scores
 * @throws SearchSpaceError if grid search is to take a range without a number of points
 */
export function searchMethod(
  name: MethodName,
  space: SearchSpace,
  seed: number,
  ahead: number,
): SearchMethod {
  switch (name) {
    case "grid":
      return new GridSearch(space);
    case "random":
      return new RandomSearch(space, seed);
    case "tpe":
      return new TpeSearch(space, seed, ahead);
  }
}
