import { areaUnderRoc } from "./auc.js";
import { MetricTable, type NdcgIdeal } from "./metrics.js";

/** One user's ranking. */
export interface UserRanking {
  /** Candidates without the masked ones, the best first, as far as they were ranked. */
  readonly items: Int32Array;
  readonly scores: Float32Array;
  /** Positions in the ranking of all the user's targets in the split, ascending. */
  readonly targets: Int32Array;
}

export interface TargetViewOptions {
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal: NdcgIdeal;
  /** AUC too; rankings are then those of all candidates. */
  readonly auc: boolean;
}

/** Measures some of the targets, for the users that have such targets. */
export class TargetView {
  readonly table: MetricTable;
  /** Users and targets measured so far. */
  users = 0;
  targets = 0;
  private readonly longest: number;
  private readonly auc: boolean;

  /** @param mostUsers the most users that will be added */
  constructor({ cutoffs, ndcgIdeal, auc }: TargetViewOptions, mostUsers: number) {
    this.table = new MetricTable(mostUsers, cutoffs, ndcgIdeal, auc);
    this.longest = Math.max(...cutoffs);
    this.auc = auc;
  }

  /** @param measured the user's targets that this view measures; without any, the user is skipped */
  add(ranking: UserRanking, measured: ReadonlySet<number>): void {
    if (measured.size === 0) return;
    this.users++;
    this.targets += measured.size;
    const isHit = (position: number): boolean => measured.has(ranking.items[position]!);
    const length = Math.min(this.longest, ranking.items.length);
    const auc = this.auc ? areaUnderRoc(ranking.scores, ranking.targets, isHit) : undefined;
    this.table.add(Array.from(Array(length).keys(), isHit), measured.size, auc);
  }
}
