import type { ExportDescription } from "../serving/exportFormat.js";
import type {
  FoldedIn,
  FoldInOptions,
  ListOptions,
  Recommendation,
  RecommendOptions,
} from "../serving/recommender.js";
import type { PageDevice } from "./ortModule.js";

/** Ends a request that waits; what it would have loaded or computed may still be finished. */
export interface Abortable {
  readonly signal?: AbortSignal;
}

/** Where a recommender computes. */
export interface PageCompute {
  readonly device: PageDevice;
  /** Threads of WebAssembly: more than one only where the page is cross-origin isolated. */
  readonly threads: number;
  /** What was chosen and why. */
  readonly reason: string;
}

/** Where files are kept: `cache` is there on the next visit and without a connection, `memory` is not. */
export interface PageStorage {
  readonly kind: "cache" | "memory";
  /** Why files are kept in memory only; null if they are not. */
  readonly reason: string | null;
}

/** What is known of a model without loading a graph. */
export type ModelFacts = Pick<
  ExportDescription,
  "model" | "title" | "users" | "items" | "dim" | "hasSeen" | "hasTitles" | "hasItemKeys"
>;

/** A share that a liked item has in the score of another. */
export interface Reason {
  readonly item: number;
  /** What the score owes to it; negative where it speaks against the item. */
  readonly contribution: number;
  readonly key?: string;
  readonly title?: string;
}

/** Why an item is recommended. */
export interface Explanation {
  readonly item: number;
  /** The item's score for somebody who likes just those items. */
  readonly score: number;
  /**
   * - `shares`: the vector is a mean of the liked items' vectors, so that the contributions add up to the score
   * - `omission`: it is not, and a contribution is what the score loses without the liked item
   */
  readonly method: "shares" | "omission";
  /** The liked items, the one that pulled the item up most first. */
  readonly reasons: readonly Reason[];
}

export interface PersonaliseOptions extends FoldInOptions, Abortable {
  /** Items that were shown and not wanted. */
  readonly disliked?: readonly number[];
}

/** Somebody whose vector was trained on the page. */
export interface Personalised extends FoldedIn {
  /** Loss before the first step and after the last. */
  readonly loss: { readonly before: number; readonly after: number };
  /** Milliseconds of training. */
  readonly milliseconds: number;
}

/**
 * Answers requests in a page. Graphs are downloaded with the first request that needs them.
 *
 * Every method rejects with a `ServingError` for ids out of range, a senseless k, or a released recommender, with an
 * `ArtifactError` for a file that cannot be had or is not the one it must be, with a `GraphRunError` if onnxruntime
 * fails, and with what the signal was aborted with.
 */
export interface PageRecommender {
  readonly facts: ModelFacts;
  readonly compute: PageCompute;
  readonly storage: PageStorage;

  /** The best items of a user of the training data, best first, the lower id first among equal scores. */
  recommend(user: number, options?: RecommendOptions & Abortable): Promise<Recommendation[]>;
  recommendMany(
    users: readonly number[],
    options?: RecommendOptions & Abortable,
  ): Promise<Recommendation[][]>;

  /** Scores of [user, item] pairs; a higher score means a better match, comparable for one user only. */
  score(
    pairs: readonly (readonly [user: number, item: number])[],
    options?: Abortable,
  ): Promise<Float32Array>;

  /** The items most like an item, by cosine of their vectors, without the item itself. */
  similar(item: number, options?: { readonly k?: number } & Abortable): Promise<Recommendation[]>;

  /** A vector for somebody new by the items they like, and what to recommend to them. */
  foldIn(liked: readonly number[], options?: FoldInOptions & Abortable): Promise<FoldedIn>;

  /** The best items for a vector among the users', such as one that was trained from clicks. */
  rank(vector: ArrayLike<number>, options?: ListOptions & Abortable): Promise<Recommendation[]>;

  /** Which of the liked items, or of a user's training items, pulled an item up. */
  explain(
    who: { readonly user: number } | { readonly liked: readonly number[] },
    item: number,
    options?: Abortable,
  ): Promise<Explanation>;

  /**
   * A vector for somebody new, trained on the page from what they clicked, and what to recommend to them. Nothing is
   * sent anywhere.
   *
   * @throws ServingError also if the export has no graphs for it
   */
  personalise(liked: readonly number[], options?: PersonaliseOptions): Promise<Personalised>;

  /** Titles of all items; null if there are none. */
  titles(options?: Abortable): Promise<readonly string[] | null>;

  /** Ends the sessions; the recommender answers no more. A second call does nothing. */
  release(): Promise<void>;
}
