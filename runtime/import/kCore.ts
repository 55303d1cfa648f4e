import { tables } from "./importTables.js";
import type { Workspace } from "./workspace.js";

export interface KCoreResult {
  /** Rounds in which something was removed. */
  readonly rounds: number;
  /** Interactions that were removed. */
  readonly removed: number;
}

/**
 * Repeats { remove the users and the items with fewer than k interactions, both counted on the current table, in one
 * step } until nothing is removed (MMRec's 0rating2inter.ipynb).
 */
export async function kCore(workspace: Workspace, k: number): Promise<KCoreResult> {
  const size = (): Promise<number> => workspace.count(`SELECT count(*) FROM ${tables.interactions}`);
  const before = await size();
  for (let round = 0; ; round++) {
    const step = `${k}-core, round ${round + 1}`;
    for (const side of ["user", "item"]) {
      await workspace.run(
        `CREATE OR REPLACE TABLE few_${side}s AS
         SELECT ${side}_code AS code FROM ${tables.interactions} GROUP BY ALL HAVING count(*) < ${k}`,
        step,
      );
    }
    const few = await workspace.count(
      "SELECT (SELECT count(*) FROM few_users) + (SELECT count(*) FROM few_items)",
    );
    if (few === 0) return { rounds: round, removed: before - (await size()) };
    await workspace.run(
      `DELETE FROM ${tables.interactions}
       WHERE user_code IN (SELECT code FROM few_users) OR item_code IN (SELECT code FROM few_items)`,
      step,
    );
  }
}
