import type { OperationName } from "../../src/ops/table.js";
import type { Rule } from "./rules/application.js";
import { elementwiseRules } from "./rules/elementwise.js";
import { groupedRules } from "./rules/grouped.js";
import { layoutRules } from "./rules/layout.js";
import { lookupRules } from "./rules/lookup.js";
import { noiseRules } from "./rules/noise.js";
import { reductionRules } from "./rules/reduction.js";
import { sparseRules } from "./rules/sparse.js";

/**
 * What every operation computes, in float64 and without any of the compiler's code. An operation without a rule does
 * not compile.
 */
export const rules: Readonly<Record<OperationName, Rule>> = {
  ...elementwiseRules,
  ...layoutRules,
  ...reductionRules,
  ...lookupRules,
  ...sparseRules,
  ...groupedRules,
  ...noiseRules,
};
