import { Tensor } from "onnxruntime-node";
import { NonFiniteScoresError } from "../ranking/nonFiniteScoresError.js";
import type { RankedBlock, Ranker } from "../ranking/ranker.js";
import type { ServingSessions } from "./servingSessions.js";

/** Ranks with the `recommend` graph of an export. */
export class ExportRanker implements Ranker {
  /**
   * @param items number of items
   * @param outside items that are no candidates
   */
  constructor(
    private readonly sessions: ServingSessions,
    private readonly items: number,
    private readonly outside: Int32Array = new Int32Array(0),
  ) {}

  among(candidates: Int32Array): ExportRanker {
    const wanted = new Set(candidates);
    const outside = Int32Array.from(Array(this.items).keys()).filter((item) => !wanted.has(item));
    return new ExportRanker(this.sessions, this.items, outside);
  }

  /** @throws NonFiniteScoresError for a score that is not a number */
  async rank(users: Int32Array, masked: readonly Int32Array[], k: number): Promise<RankedBlock> {
    const length = Math.min(k, this.items - this.outside.length);
    const pairs = masked.flatMap((items, row) =>
      [...items, ...this.outside].flatMap((item) => [BigInt(row), BigInt(item)]),
    );
    const results = await this.sessions.run("recommend", {
      user_ids: new Tensor("int32", users, [users.length]),
      seen: new Tensor("int64", BigInt64Array.from(pairs), [pairs.length / 2, 2]),
      k: new Tensor("int64", BigInt64Array.of(BigInt(length)), [1]),
    });
    const scores = results["scores"]!.data as Float32Array;
    const unordered = scores.findIndex((score) => Number.isNaN(score));
    if (unordered >= 0) {
      const user = users[Math.floor(unordered / length)]!;
      throw new NonFiniteScoresError(`scores of user ${user}`, "a score is not a number");
    }
    return { length, items: Int32Array.from(results["items"]!.data as BigInt64Array, Number), scores };
  }
}
