/** What is corrupted, and how much of it; an absent rate leaves its files as they are. */
export interface CorruptionRates {
  /** Share of the pairs of train and valid, taken together, whose item is replaced. */
  readonly interactions?: number;
  /** Share of the triples whose tail is replaced. */
  readonly knowledge?: number;
  /** By modality: share of the items with features that lose them. */
  readonly missing?: Readonly<Record<string, number>>;
}

/** Rates that make no sense; all problems at once. */
export class CorruptionRatesError extends Error {
  override readonly name = "CorruptionRatesError";

  constructor(readonly problems: readonly string[]) {
    super(`The corruption cannot be done: ${problems.join("; ")}.`);
  }
}

/** @throws CorruptionRatesError if a rate is not in [0, 1], the seed is not a whole number, or no rate is given */
export function checkRates(rates: CorruptionRates, seed: number): void {
  const given = [
    ["interactions", rates.interactions],
    ["knowledge", rates.knowledge],
    ...Object.entries(rates.missing ?? {}).map(([name, rate]) => [`missing ${name}`, rate] as const),
  ] as const;
  const stated = given.filter(([, rate]) => rate !== undefined);
  const problems = stated
    .filter(([, rate]) => !(rate! >= 0 && rate! <= 1))
    .map(([what, rate]) => `the rate of ${what} must be from 0 to 1, found ${rate!}`);
  if (stated.length === 0)
    problems.push("no rate is given: state one of interactions, knowledge and missing");
  if (!Number.isSafeInteger(seed)) problems.push(`the seed must be a whole number, found ${seed}`);
  if (problems.length > 0) throw new CorruptionRatesError(problems);
}
