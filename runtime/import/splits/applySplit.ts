import { tables } from "../importTables.js";
import { ImportSettingError } from "../importSettingError.js";
import type { Workspace } from "../workspace.js";
import type { SplitMethod, SplitShares } from "./splitMethod.js";
import { splitMethods, type SplitMethodName } from "./methods.js";

export interface SplitSettings {
  readonly method: SplitMethodName;
  /** 0 to 2^53 - 1 */
  readonly seed: number;
  readonly shares: SplitShares;
}

export const defaultShares: SplitShares = [0.8, 0.1, 0.1];

/** Interactions in each part of a split. */
export interface SplitCounts {
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** The shares of a text such as `8:1:1`. @throws ImportSettingError */
export function parseShares(text: string): SplitShares {
  const parts = text.split(":").map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  const [train = NaN, valid = NaN, test = NaN] = parts;
  const total = train + valid + test;
  if (parts.length === 3 && train > 0 && Number.isFinite(total))
    return [train / total, valid / total, test / total];
  throw new ImportSettingError(
    `the shares "${text}" are not three numbers with something for train`,
    "Write them for example as 8:1:1",
  );
}

/**
 * Fills the column split of the table `result`.
 *
 * @param has what the interactions have
 * @throws ImportSettingError if the method needs what they do not have, or leaves nothing for training
 */
export async function applySplit(
  workspace: Workspace,
  settings: SplitSettings,
  has: { readonly time: boolean; readonly split: boolean },
): Promise<SplitCounts> {
  const method: SplitMethod = splitMethods[settings.method];
  if (method.needs.split && !has.split) {
    throw new ImportSettingError(
      `the split "${settings.method}" takes what the source states, but it states none`,
      `Choose another, such as --split mmrec`,
    );
  }
  if (method.needs.time && !has.time) {
    throw new ImportSettingError(
      `the split "${settings.method}" goes by time, but the interactions have none`,
      "Name the column with --time, or choose another split",
    );
  }
  const withoutTime = has.time
    ? await workspace.count(`SELECT count(*) FROM ${tables.result} WHERE moment IS NULL`)
    : 0;
  if (method.needs.time && withoutTime > 0) {
    throw new ImportSettingError(
      `the split "${settings.method}" goes by time, but ${withoutTime} interactions have none`,
      "Leave them out with --skip-incomplete, or choose another split",
    );
  }
  if (settings.method !== "given") {
    const { seed, shares } = settings;
    const sql = method.assign(tables.result, { seed, shares, hasTime: has.time && withoutTime === 0 });
    await workspace.run(`CREATE TABLE divided AS ${sql}`, `splitting (${settings.method})`);
    await workspace.run(`DROP TABLE ${tables.result}; ALTER TABLE divided RENAME TO ${tables.result}`);
  }
  const counts = new Map(
    (await workspace.rows(`SELECT split, count(*) FROM ${tables.result} GROUP BY ALL`)).map(
      ([split, count]) => [Number(split), Number(count)] as const,
    ),
  );
  const [train = 0, valid = 0, test = 0] = [0, 1, 2].map((split) => counts.get(split));
  if (train > 0) return { train, valid, test };
  throw new ImportSettingError(
    `the split "${settings.method}" leaves no interaction for training (${valid} valid, ${test} test)`,
    "Choose another split, or other shares",
  );
}
