import { dense, sparse, type DenseFeed } from "../evaluator/evaluate.js";
import { randomNumbers } from "../evaluator/graphBuilder.js";
import type { SparseValue } from "../evaluator/value.js";

/** Arguments of `walkSimilarity` and `walkSelfLoops` that matter here. */
export interface SmallWalks {
  readonly kind: string;
  readonly share: number;
  readonly selfLoops: boolean;
  readonly renormalise: boolean;
}

/** S of each of some interactions: not that of any walks. */
export const smallSimilarities = (count: number): readonly number[] => randomNumbers(31, count, 0.1, 0.9);

/** What the recipes make of similarities S of the interactions (user, item), users and items being as many as fit. */
export function smallWalks(
  { kind, share, selfLoops, renormalise }: SmallWalks,
  pairs: readonly (readonly [number, number])[],
  row: string,
  sizes: { readonly user: number; readonly item: number } = { user: 7, item: 9 },
): DenseFeed | SparseValue {
  const attention = smallSimilarities(pairs.length).map((s) => 1 + share * s);
  const degrees = (side: 0 | 1, size: number): number[] =>
    Array.from({ length: size }, (_, id) =>
      pairs.reduce(
        (sum, pair, index) => (pair[side] === id ? sum + (renormalise ? attention[index]! : 1) : sum),
        selfLoops ? 1 : 0,
      ),
    );
  const [users, items] = [degrees(0, sizes.user), degrees(1, sizes.item)];
  if (kind === "walkSelfLoops") {
    const own = row === "user" ? users : items;
    return dense(
      [own.length],
      own.map((degree) => Math.fround(degree === 0 ? 0 : 1 / degree)),
    );
  }
  return sparse(
    users.length,
    items.length,
    pairs.map(([user, item], index) => [
      user,
      item,
      attention[index]! / Math.sqrt(users[user]! * items[item]!),
    ]),
  );
}
