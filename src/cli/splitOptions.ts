import { defaultShares, parseShares, type SplitSettings } from "../../runtime/import/splits/applySplit.js";
import { splitMethodNames, splitMethods } from "../../runtime/import/splits/methods.js";
import { ImportSettingError } from "../../runtime/import/importSettingError.js";
import type { SplitMethod, SplitShares } from "../../runtime/import/splits/splitMethod.js";
import { defaultMemory } from "../../runtime/import/workspace.js";
import { UsageError } from "./usageError.js";

/** Options of the commands that split interactions. */
export const splitOptions = {
  split: { type: "string", choices: splitMethodNames, describe: "How to split; explained below" },
  seed: { type: "number", describe: "Seed of a random split (0)" },
  shares: { type: "string", describe: "Train, valid and test of the splits temporal and cold-item (8:1:1)" },
} as const;

/** Options of the work in DuckDB. */
export const databaseOptions = {
  memory: {
    type: "string",
    default: defaultMemory,
    describe: "Memory of DuckDB; what needs more goes to the disk",
  },
  threads: { type: "number", describe: "Threads of DuckDB (all cores)" },
} as const;

/** What the help says about the splits. */
export const splitHelp = `Splits:\n${splitMethodNames
  .map((name) => `  ${name.padEnd(14)} ${splitMethods[name].summary}`)
  .join("\n")}`;

interface Given {
  readonly split: string | undefined;
  readonly seed: number | undefined;
  readonly shares: string | undefined;
}

/**
 * The settings of a split; a method that was not named stays open.
 *
 * @throws UsageError for a seed that is none, or one given to a method that has no use for it
 */
export function splitSettings({
  split,
  seed,
  shares,
}: Given): Omit<SplitSettings, "method"> & { readonly method: SplitSettings["method"] | null } {
  const method = (split ?? null) as SplitSettings["method"] | null;
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new UsageError(`--seed ${seed} is not an integer of at least 0`, "Write for instance --seed 1.");
  }
  const chosen: SplitMethod | null = method === null ? null : splitMethods[method];
  for (const [option, isGiven, isUsed] of [
    ["--seed", seed !== undefined, chosen?.uses.seed !== false],
    ["--shares", shares !== undefined, chosen?.uses.shares === true],
  ] as const) {
    if (!isGiven || isUsed) continue;
    const users = splitMethodNames.filter(
      (name) => splitMethods[name].uses[option === "--seed" ? "seed" : "shares"],
    );
    throw new UsageError(
      `${option} means nothing for the split ${method ?? "that the source states or mmrec"}`,
      `It belongs to ${users.join(", ")}.`,
    );
  }
  return { method, seed: seed ?? 0, shares: shares === undefined ? defaultShares : sharesOf(shares) };
}

/** @throws UsageError */
function sharesOf(text: string): SplitShares {
  try {
    return parseShares(text);
  } catch (error) {
    if (!(error instanceof ImportSettingError)) throw error;
    throw new UsageError(error.problem, `${error.fix}.`);
  }
}

/** @throws UsageError if an option of the database is none */
export function databaseSettings(given: { readonly memory: string; readonly threads: number | undefined }): {
  readonly memory: string;
  readonly threads?: number;
} {
  if (!/^\d+(\.\d+)?\s*(MB|MiB|GB|GiB)$/i.test(given.memory)) {
    throw new UsageError(`--memory ${given.memory} is not an amount`, "Write for instance --memory 2GB.");
  }
  const { threads } = given;
  if (threads === undefined) return { memory: given.memory };
  if (Number.isInteger(threads) && threads >= 1) return { memory: given.memory, threads };
  throw new UsageError(
    `--threads ${threads} is not an integer of at least 1`,
    "Write for instance --threads 2.",
  );
}
