/** A size or seed that no catalogue can be generated for. */
export class CatalogueOptionError extends Error {
  override readonly name = "CatalogueOptionError";

  constructor(
    readonly option: keyof CatalogueOptions,
    readonly expected: string,
    readonly found: number,
  ) {
    super(
      `Catalogue option "${option}" must be ${expected}, but it is ${found}. Correct it or leave it out.`,
    );
  }
}

export interface CatalogueOptions {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
}

/** The catalogue that is generated when nothing else is asked for. */
export const defaultCatalogue: CatalogueOptions = { seed: 1, users: 600, items: 480 };

/** Enough for the largest basket several times over. */
const fewestItems = 60;

/**
 * The options with defaults for those left out.
 *
 * @throws CatalogueOptionError for a seed that is no safe integer, no users, or fewer than 60 items
 */
export function catalogueOptions(given: Partial<CatalogueOptions>): CatalogueOptions {
  const options = { ...defaultCatalogue, ...given };
  if (!Number.isSafeInteger(options.seed)) {
    throw new CatalogueOptionError("seed", "an integer between -2^53 and 2^53", options.seed);
  }
  if (!Number.isSafeInteger(options.users) || options.users < 1) {
    throw new CatalogueOptionError("users", "an integer of at least 1", options.users);
  }
  if (!Number.isSafeInteger(options.items) || options.items < fewestItems) {
    throw new CatalogueOptionError("items", `an integer of at least ${fewestItems}`, options.items);
  }
  return options;
}
