import { catalogueOptions, type CatalogueOptions } from "./catalogueOptions.js";
import { generateInteractions, type Interaction } from "./generateInteractions.js";
import { generateItems } from "./generateItems.js";
import type { Item } from "./item.js";

/** A shop: its items and what its customers took. */
export interface Catalogue {
  readonly options: CatalogueOptions;
  readonly items: readonly Item[];
  readonly interactions: readonly Interaction[];
}

/**
 * Generates a shop; equal options give equal shops.
 *
 * @throws CatalogueOptionError
 */
export function generateCatalogue(given: Partial<CatalogueOptions> = {}): Catalogue {
  const options = catalogueOptions(given);
  const items = generateItems(options.seed, options.items);
  return { options, items, interactions: generateInteractions(options.seed, options.users, items) };
}
