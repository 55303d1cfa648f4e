import { sparse } from "../evaluator/evaluate.js";
import type { SparseValue } from "../evaluator/value.js";

/** Entities besides the nine items. */
export const ATTRIBUTES = 4;
const ENTITIES = 9 + ATTRIBUTES;
/** Relations with their inverses. */
export const RELATIONS = 4;

/**
 * (head, relation, tail): attributes 9 to 12; items 0 and 1 are linked twice, item 0 has three tails of one relation,
 * item 8 and attribute 12 have no triples.
 */
const forward: readonly (readonly [number, number, number])[] = [
  [0, 0, 1],
  [0, 0, 9],
  [0, 0, 10],
  [0, 1, 1],
  [1, 0, 9],
  [2, 1, 11],
  [3, 0, 9],
  [5, 1, 10],
  [6, 0, 11],
  [7, 1, 0],
  [10, 0, 11],
];

/** The interactions that a collaborative graph joins to the triples. */
export interface JoinedInteractions {
  readonly users: number;
  /** [user, item] */
  readonly pairs: readonly (readonly [number, number])[];
}

/** The triples that a model with `inverse` and without one has; `kept` leaves out every third. */
export function smallTriples(inverse: boolean, kept = false): readonly (readonly [number, number, number])[] {
  const some = kept ? forward.filter((_, index) => index % 3 !== 1) : forward;
  return inverse ? [...some, ...some.map(([h, r, t]) => [t, r + RELATIONS / 2, h] as const)] : some;
}

/** Relations of a collaborative graph with their inverses. */
export const JOINED_RELATIONS = RELATIONS + 2;

type Triple = readonly [number, number, number];

/** Triples and interactions of nodes, users first; relation 0 leads from users to items; all of them both ways. */
export function joinedTriples({ users, pairs }: JoinedInteractions): readonly Triple[] {
  const one: Triple[] = [
    ...pairs.map(([user, item]): Triple => [user, 0, users + item]),
    ...forward.map(([h, r, t]): Triple => [users + h, r + 1, users + t]),
  ];
  return [...one, ...one.map(([h, r, t]): Triple => [t, r + JOINED_RELATIONS / 2, h])];
}

/** The distinct (head, relation), by head and relation. */
export function distinctPairs(triples: readonly Triple[]): readonly (readonly [number, number])[] {
  const pairs = new Map(triples.map(([h, r]) => [h * JOINED_RELATIONS + r, [h, r] as const]));
  return [...pairs].sort(([a], [b]) => a - b).map(([, pair]) => pair);
}

export const smallPairs = (inverse: boolean): readonly (readonly [number, number])[] =>
  distinctPairs(smallTriples(inverse));

/** What the recipe `headRelations` makes. */
export const smallHeadRelations = (inverse: boolean, joined?: JoinedInteractions): SparseValue =>
  joined === undefined
    ? sparse(
        ENTITIES,
        RELATIONS,
        smallPairs(inverse).map(([head, relation]) => [head, relation, 1] as const),
      )
    : sparse(
        joined.users + ENTITIES,
        JOINED_RELATIONS,
        distinctPairs(joinedTriples(joined)).map(([head, relation]) => [head, relation, 1] as const),
      );

/** Triples with a row per (head, relation). */
function tailsOf(triples: readonly Triple[], columns: number): SparseValue {
  const pairs = distinctPairs(triples);
  const rowOf = new Map(pairs.map(([head, relation], row) => [`${head} ${relation}`, row]));
  return sparse(
    pairs.length,
    columns,
    triples.map(([h, r, t]) => [rowOf.get(`${h} ${r}`)!, t, 1] as const),
  );
}

/** What the recipe `triples` makes of pairs and tails of a collaborative graph. */
export const smallJoinedTails = (joined: JoinedInteractions): SparseValue =>
  tailsOf(joinedTriples(joined), joined.users + ENTITIES);

/** What the recipe `triples` makes of pairs and tails, or `prunedTriples` where `kept`. */
export function smallTails(inverse: boolean, kept: boolean): SparseValue {
  const pairs = smallPairs(inverse);
  const entries = smallTriples(inverse, kept).map(
    ([h, r, t]) => [pairs.findIndex(([head, relation]) => head === h && relation === r), t, 1] as const,
  );
  return sparse(pairs.length, ENTITIES, entries);
}
