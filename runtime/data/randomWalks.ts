import { Random } from "./random.js";
import { entryRows, transposePattern, type SparsePattern } from "./sparseMatrix.js";

export interface WalkSettings {
  /**
   * - `rwr`: each step jumps back to the start with probability `restart`, else goes to a neighbour drawn uniformly
   * - `backtrack`: as released with KDiffE, a chance that rises by `restart` with every step takes the walk back to the
   *   node before, forgets the last visit and falls to 0. Both ends of an interaction are walked from for each of their
   *   interactions, and an interaction sees the visits of those up to it, items and users ascending.
   */
  readonly walk: "rwr" | "backtrack";
  /** M: steps of a walk, restarts among them. */
  readonly length: number;
  /** R: walks from every node, with `backtrack` for each of its interactions. */
  readonly walks: number;
  readonly restart: number;
  /** A node's own visits start with the node itself. */
  readonly includeStart: boolean;
  readonly seed: number;
}

/** The bipartite graph of users (first) and items. */
interface Neighbours {
  readonly users: number;
  readonly items: number;
  readonly byUser: SparsePattern;
  readonly byItem: SparsePattern;
}

/**
 * S(u, v) = |A(u) ∩ B(v)| / |A(u) ∪ B(v)| of every interaction (KDiffE, Eq. 5), A and B the nodes, users and items, that
 * walks from u and from v visit. The same for equal settings, whatever else is computed.
 *
 * @param byUser the training interactions [user, item]
 * @returns [entry]
 */
export function walkSimilarities(byUser: SparsePattern, settings: WalkSettings): Float32Array {
  const graph = { users: byUser.rows, items: byUser.columns, byUser, byItem: transposePattern(byUser) };
  const nodes = graph.users + graph.items;
  const scratch = { walk: new Int32Array(settings.length), seenFrom: new Int32Array(nodes).fill(-1) };
  const visits = Array.from({ length: nodes }, (_, node) => visitsFrom(graph, node, settings, scratch));
  const marks = new Int32Array(nodes).fill(-1);
  const users = entryRows(byUser);
  const ofItem = new Int32Array(graph.items);
  return Float32Array.from(byUser.columnIds, (item, entry) => {
    const user = users[entry]!;
    const left = seen(visits[user]!, entry - byUser.rowStart[user]!);
    const right = seen(visits[graph.users + item]!, ofItem[item]!++);
    for (const node of left) marks[node] = entry;
    let common = 0;
    for (const node of right) if (marks[node] === entry) common++;
    return common === 0 ? 0 : common / (left.length + right.length - common);
  });
}

/** The nodes that the walks from a node visit, each once, in the order of their first visits. */
interface Visits {
  readonly nodes: Int32Array;
  /** [interaction of the node]: how many of them its walks up to those for this interaction have seen. */
  readonly upTo: Int32Array;
}

/** What had been seen by an interaction. */
function seen({ nodes, upTo }: Visits, interaction: number): Int32Array {
  return nodes.subarray(0, upTo[interaction]);
}

/** Room that the walks of all nodes use one after the other. */
interface Scratch {
  /** Visits of a walk, [length]. */
  readonly walk: Int32Array;
  /** [node]: the last start whose walks have visited it. */
  readonly seenFrom: Int32Array;
}

function visitsFrom(graph: Neighbours, start: number, settings: WalkSettings, scratch: Scratch): Visits {
  const random = new Random(settings.seed, "walks", start);
  const nodes: number[] = [];
  const visit = (node: number): void => {
    if (scratch.seenFrom[node] === start) return;
    scratch.seenFrom[node] = start;
    nodes.push(node);
  };
  if (settings.includeStart) visit(start);
  const takeWalk = settings.walk === "backtrack" ? backtrackingWalk : restartingWalk;
  const takeWalks = (): number => {
    for (let index = 0; index < settings.walks; index++) {
      const length = takeWalk(graph, start, settings, random, scratch.walk);
      for (let place = 0; place < length; place++) visit(scratch.walk[place]!);
    }
    return nodes.length;
  };
  const upTo = new Int32Array(neighbourCount(graph, start));
  if (settings.walk === "backtrack") upTo.forEach((_, interaction) => (upTo[interaction] = takeWalks()));
  else if (upTo.length > 0) upTo.fill(takeWalks());
  return { nodes: Int32Array.from(nodes), upTo };
}

function neighbourCount({ users, byUser, byItem }: Neighbours, node: number): number {
  const [{ rowStart }, row] = node < users ? [byUser, node] : [byItem, node - users];
  return rowStart[row + 1]! - rowStart[row]!;
}

/** A neighbour of a node, drawn uniformly; every node of a walk has some. */
function drawnNeighbour({ users, byUser, byItem }: Neighbours, node: number, random: Random): number {
  const isUser = node < users;
  const { rowStart, columnIds } = isUser ? byUser : byItem;
  const row = isUser ? node : node - users;
  const first = rowStart[row]!;
  const other = columnIds[first + random.below(rowStart[row + 1]! - first)]!;
  return isUser ? users + other : other;
}

/** Writes the visits of a walk. @returns their number */
function restartingWalk(
  graph: Neighbours,
  start: number,
  { length, restart }: WalkSettings,
  random: Random,
  visits: Int32Array,
): number {
  let count = 0;
  let current = start;
  for (let step = 0; step < length; step++) {
    if (random.float64() < restart) current = start;
    else visits[count++] = current = drawnNeighbour(graph, current, random);
  }
  return count;
}

/** As `restartingWalk`. */
function backtrackingWalk(
  graph: Neighbours,
  start: number,
  { length, restart }: WalkSettings,
  random: Random,
  visits: Int32Array,
): number {
  let count = 0;
  let current = start;
  let previous = start;
  let chance = 0;
  for (let step = 0; step < length; step++) {
    if (random.float64() < chance) {
      current = previous;
      count--;
      chance = 0;
    } else {
      previous = current;
      visits[count++] = current = drawnNeighbour(graph, current, random);
      chance += restart;
    }
  }
  return count;
}
