import { entryOperations } from "./entries.js";
import { elementwise } from "./elementwise.js";
import { exponentials } from "./exponential.js";
import { layout } from "./layout.js";
import { groupedOperations } from "./grouped.js";
import { lookups } from "./lookup.js";
import { neighbourOperations } from "./neighbours.js";
import { noise } from "./noise.js";
import type { Operation } from "./operation.js";
import { products } from "./product.js";
import { reductions } from "./reduction.js";
import { sparseOperations } from "./sparse.js";

/** Every operation: shape rule, gradient rule and lowering. */
const table = {
  ...elementwise,
  ...layout,
  ...reductions,
  ...products,
  ...exponentials,
  ...lookups,
  ...sparseOperations,
  ...neighbourOperations,
  ...entryOperations,
  ...groupedOperations,
  ...noise,
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof table;
export const operations: Readonly<Record<OperationName, Operation>> = table;

export function operationOf(node: { readonly operation: string }): Operation {
  const entry = (operations as Readonly<Record<string, Operation | undefined>>)[node.operation];
  if (entry === undefined) throw new Error(`internal: unknown operation "${node.operation}"`);
  return entry;
}
