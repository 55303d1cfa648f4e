import type { OperationName } from "../../src/ops/table.js";
import { elementwiseCases } from "./cases/elementwise.js";
import { groupedCases } from "./cases/grouped.js";
import { layoutCases } from "./cases/layout.js";
import { lookupCases } from "./cases/lookup.js";
import { noiseCases } from "./cases/noise.js";
import type { OperationCase } from "./cases/operationCase.js";
import { reductionCases } from "./cases/reduction.js";
import { sparseCases } from "./cases/sparse.js";

/** Uses of every operation; one without cases does not compile. */
export const cases: Record<OperationName, readonly OperationCase[]> = {
  ...elementwiseCases,
  ...layoutCases,
  ...reductionCases,
  ...lookupCases,
  ...sparseCases,
  ...groupedCases,
  ...noiseCases,
};
