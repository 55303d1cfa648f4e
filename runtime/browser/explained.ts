import { hostTensor } from "../data/hostTensor.js";
import type { AnswerBackend } from "./answerBackend.js";
import { likedRows } from "./pageAnswers.js";
import type { Explanation } from "./pageRecommender.js";

/** Contributions may differ by this much, relatively, from the score that they must add up to: rounding. */
const ROUNDING = 1e-3;

/** Scores of one item in every row of a full ranking. */
function scoresOf(item: number, items: BigInt64Array, scores: Float32Array, length: number): number[] {
  const wanted = BigInt(item);
  return Array.from({ length: items.length / length }, (_, row) => {
    const place = items.subarray(row * length, (row + 1) * length).indexOf(wanted);
    return scores[row * length + place]!;
  });
}

/**
 * What the score of an item, for somebody who likes a list of items, owes to each of them.
 *
 * The fold-in graph itself is asked: for everything liked and for each liked item alone. Where the rule is a mean of
 * vectors, the scores of the single items, divided by their number, add up to the whole score. Where they do not, the
 * rule is another, and the graph is asked what remains without each item.
 */
export async function explained(
  backend: AnswerBackend,
  liked: readonly number[],
  item: number,
): Promise<Explanation> {
  const { items: length } = backend.facts;
  const ask = async (lists: readonly (readonly number[])[]): Promise<number[]> => {
    const results = await backend.run("foldIn", {
      liked: likedRows(lists),
      seen: hostTensor("int64", [0, 2], new BigInt64Array(0)),
      k: hostTensor("int64", [1], BigInt64Array.of(BigInt(length))),
    });
    const items = results.get("items")!.data as BigInt64Array;
    return scoresOf(item, items, results.get("scores")!.data as Float32Array, length);
  };
  const [score = 0, ...alone] = await ask([liked, ...liked.map((one) => [one])]);
  const shares = alone.map((value) => value / liked.length);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const scale = shares.reduce((sum, share) => sum + Math.abs(share), 0);
  const isMean = Math.abs(total - score) <= ROUNDING * Math.max(scale, Number.MIN_VALUE);
  const contributions =
    isMean || liked.length === 1
      ? shares
      : (await ask(liked.map((_, left) => liked.filter((__, place) => place !== left)))).map(
          (without) => score - without,
        );
  const { titles, keys } = await backend.names();
  const reasons = liked
    .map((one, place) => ({
      item: one,
      contribution: contributions[place]!,
      ...(keys === null ? {} : { key: keys[one]! }),
      ...(titles === null || titles[one] === "" ? {} : { title: titles[one]! }),
    }))
    .sort((left, right) => right.contribution - left.contribution || left.item - right.item);
  return { item, score, method: isMean ? "shares" : "omission", reasons };
}
