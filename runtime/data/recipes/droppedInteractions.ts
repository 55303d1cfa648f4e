import { interactionMatrix } from "../interactionMatrix.js";
import { Random } from "../random.js";
import { requireSparse, type Recipe } from "../recipe.js";
import { entryRows, withEntries } from "../sparseMatrix.js";
import { weightedSample } from "../weightedSample.js";

/**
 * The training interactions without a share `ratio` of them, drawn uniformly for the epoch, as a matrix [user, item] or
 * [item, user]: an augmented graph of SGL (Wu et al., SIGIR 2021, section 3.1).
 *
 * - `drop`: "edges" leaves out a share of the interactions; "nodes" a share of the users and one of the items, with all
 *   their interactions.
 * - `stream`: keeps the draws of several buffers apart.
 * - `weights`: "symmetric" 1 / √(d_u d_i) with the degrees of the interactions that are kept, "binary" 1.
 */
export const droppedInteractions: Recipe = (context) => {
  const drop = context.arguments.choice("drop", ["edges", "nodes"]);
  const ratio = context.arguments.ratio("ratio");
  const weights = context.arguments.choice("weights", ["symmetric", "binary"]);
  const [row] = requireSparse(context, ["user", "item"], ["item", "user"]);
  const { users, items, train } = context.dataset;
  const all = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const random = new Random(context.seed, "dropped", context.arguments.text("stream"), context.epoch);
  const draw = (of: number): Int32Array =>
    weightedSample(new Float64Array(of).fill(1), Math.round((1 - ratio) * of), random);
  let kept: Int32Array;
  if (drop === "edges") kept = draw(all.columnIds.length);
  else {
    const userIds = entryRows(all);
    const [keptUsers, keptItems] = [marks(users, draw(users)), marks(items, draw(items))];
    kept = Int32Array.from(all.columnIds, (_, entry) => entry).filter(
      (entry) => keptUsers[userIds[entry]!] === 1 && keptItems[all.columnIds[entry]!] === 1,
    );
  }
  return { kind: "sparse", matrix: interactionMatrix(withEntries(all, kept), row, weights) };
};

/** 1 at the given ids, 0 elsewhere. */
function marks(size: number, ids: Int32Array): Uint8Array {
  const marked = new Uint8Array(size);
  for (const id of ids) marked[id] = 1;
  return marked;
}
