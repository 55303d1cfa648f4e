import {
  add,
  dot,
  entryRows,
  gather,
  gatherIds,
  groupMatmul,
  meanAll,
  multiply,
  reorder,
  slice,
  softplus,
  stack,
  subtract,
  sum,
  sumOf,
  type Phase,
  type Tensor,
} from "../../src/index.js";
import type { CollaborativeGraph } from "./collaborativeGraph.js";

type Rows = Tensor<["batch", "out"]>;

/**
 * TransR on the edges of the batch (KGAT, Eqs. 1 and 2): mean of softplus(g(h, r, t) - g(h, r, t')) with
 * g = ‖W_r e_h + e_r - W_r e_t‖² and t' a node that h does not lead to by r, and l2 times ½‖·‖²/B of all it is made of.
 */
export function transR(
  phase: Phase,
  { pairs, edges, relations, nodes }: CollaborativeGraph,
  weight: Tensor<["relation", "dim", "out"]>,
  relation: Tensor<["relation", "out"]>,
  l2: number,
): void {
  const batch = phase.entries(edges);
  const relationIds = gatherIds(relations, batch.rows);
  const roles = [gatherIds(entryRows(pairs), batch.rows), batch.columns, batch.negativeColumns];
  const ends = stack(
    "role",
    roles.map((ids) => gather(nodes, ids)),
  );
  const projected = groupMatmul(reorder(ends, ["batch", "role", "dim"]), weight, relationIds);
  const [head, tail, negative] = roles.map((_, role): Rows =>
    sum(slice(projected, "role", role, 1, "chosen"), "chosen"),
  ) as [Rows, Rows, Rows];
  const link: Rows = gather(relation, relationIds);

  const energy = (end: Rows): Tensor<["batch"]> => {
    const difference = subtract(add(head, link), end);
    return dot(difference, difference);
  };
  phase.loss("knowledge", meanAll(softplus(subtract(energy(tail), energy(negative)))));
  if (l2 === 0) return;
  const squares = sumOf([head, link, tail, negative].map((x) => dot(x, x)));
  phase.loss("l2", multiply(0.5 * l2, meanAll(squares)));
}
