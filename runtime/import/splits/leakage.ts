import { tables } from "../importTables.js";
import type { Workspace } from "../workspace.js";
import { splitMethods, type SplitMethodName } from "./methods.js";

/** What a split tells about its held-out part before it is asked. */
export interface Leakage {
  /** Pairs of user and item that are in both. */
  readonly pairs: { readonly trainValid: number; readonly trainTest: number; readonly validTest: number };
  /**
   * Training interactions that are later than the first test interaction, of any user and of the same one; null
   * where there are no times.
   */
  readonly laterTraining: { readonly any: number; readonly sameUser: number } | null;
  /** Sentences about what is wrong, none if nothing is. */
  readonly warnings: readonly string[];
  /** Sentences about what need not be wrong but should be known. */
  readonly remarks: readonly string[];
}

const part = (split: number): string =>
  `(SELECT user_id, item_id, moment FROM ${tables.result} WHERE split = ${split})`;

/** Looks for leakage between the parts of the table `result`. */
export async function findLeakage(
  workspace: Workspace,
  method: SplitMethodName,
  hasTime: boolean,
): Promise<Leakage> {
  const step = "looking for leakage";
  const common = (one: number, other: number): Promise<number> =>
    workspace.count(
      `SELECT count(*) FROM (SELECT DISTINCT user_id, item_id FROM ${part(other)} SEMI JOIN ${part(one)} USING (user_id, item_id))`,
      step,
    );
  const pairs = {
    trainValid: await common(0, 1),
    trainTest: await common(0, 2),
    validTest: await common(1, 2),
  };
  const laterTraining = hasTime
    ? {
        any: await workspace.count(
          `SELECT count(*) FROM ${part(0)} WHERE moment > (SELECT min(moment) FROM ${part(2)})`,
          step,
        ),
        sameUser: await workspace.count(
          `SELECT count(*) FROM ${part(0)} train JOIN (SELECT user_id, min(moment) AS earliest FROM ${part(2)} GROUP BY ALL)
             USING (user_id) WHERE moment > earliest`,
          step,
        ),
      }
    : null;
  return { pairs, laterTraining, ...sentences(method, pairs, laterTraining) };
}

function sentences(
  method: SplitMethodName,
  pairs: Leakage["pairs"],
  later: Leakage["laterTraining"],
): Pick<Leakage, "warnings" | "remarks"> {
  const warnings: string[] = [];
  const remarks: string[] = [];
  const both = [
    [pairs.trainValid, "train and valid", "they count as training only"],
    [pairs.trainTest, "train and test", "they count as training only"],
    [pairs.validTest, "valid and test", "models are chosen by what they are tested on"],
  ] as const;
  for (const [count, where, consequence] of both) {
    if (count > 0) warnings.push(`${count} pairs of user and item are in both ${where}; ${consequence}`);
  }
  if (later === null) return { warnings, remarks };
  const { promises } = splitMethods[method];
  const any = `${later.any} training interactions are later than the earliest test interaction`;
  const same = `${later.sameUser} training interactions are later than a test interaction of the same user`;
  if (later.any > 0) {
    if (promises === "no later training") warnings.push(any);
    else remarks.push(`${any}: the split does not imitate the future`);
  }
  if (later.sameUser > 0) {
    if (promises === null) remarks.push(same);
    else warnings.push(same);
  }
  return { warnings, remarks };
}
