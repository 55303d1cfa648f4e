import { dense, sparse, type DenseFeed } from "../evaluator/evaluate.js";
import type { SparseValue } from "../evaluator/value.js";
import { ATTRIBUTES, RELATIONS, smallTriples } from "./smallKnowledge.js";

type Link = readonly [head: number, relation: number, tail: number];

const ITEMS = 9;
/** Entities where items are not among them: the attributes, and one for all items that are tails. */
const LINKED_ENTITIES = ATTRIBUTES + 1;

/**
 * Links that a recipe makes of the small triples, by head, tail and relation: of items or of entities, both ways and
 * with one relation per pair; `generated` are every second one of them.
 */
function smallLinks(recipe: Readonly<Record<string, unknown>>, heads: string): readonly Link[] {
  const isItem = heads === "item";
  const renumbered = isItem && recipe["withItems"] !== true;
  const links = smallTriples(!isItem)
    .filter(([head]) => !isItem || head < ITEMS)
    .map(([head, relation, tail]): Link => {
      const ofAttribute = tail < ITEMS ? ATTRIBUTES : tail - ITEMS;
      return [head, relation, renumbered ? ofAttribute : tail];
    })
    .sort((a, b) => a[0] - b[0] || a[2] - b[2] || a[1] - b[1]);
  const distinct = links.filter((link, index) => {
    const before = links[index - 1];
    const isPair = before?.[0] === link[0] && before[2] === link[2];
    return !isPair || (isItem && before[1] !== link[1]);
  });
  const isGenerated = String(recipe["kind"]).startsWith("generated");
  return isGenerated ? distinct.filter((_, index) => index % 2 === 0) : distinct;
}

/** What the recipes `knowledgeLinks` and `generatedLinks` make. */
export function smallLinkMatrix(recipe: Readonly<Record<string, unknown>>, row: string): SparseValue {
  const all = ITEMS + ATTRIBUTES;
  const columns = row === "item" && recipe["withItems"] !== true ? LINKED_ENTITIES : all;
  return sparse(
    row === "item" ? ITEMS : all,
    columns,
    smallLinks(recipe, row).map(([head, , tail]) => [head, tail, 1] as const),
  );
}

/** What the recipes `linkRelations` and `generatedRelations` make. */
export function smallLinkRelations(recipe: Readonly<Record<string, unknown>>): DenseFeed {
  const links = smallLinks(recipe, recipe["heads"] as string);
  const cells = links.flatMap(([, relation]) =>
    Array.from({ length: RELATIONS }, (_, index) => (index === relation ? 1 : 0)),
  );
  return dense([links.length, RELATIONS], cells);
}

/** What the recipe `itemEntities` makes. */
export const smallItemEntities: SparseValue = sparse(
  ITEMS,
  ITEMS + ATTRIBUTES,
  Array.from({ length: ITEMS }, (_, item) => [item, item, 1] as const),
);
