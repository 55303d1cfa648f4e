import { Random } from "../../../runtime/data/random.js";

/** What a generated dataset has. */
export interface InteractionSpec {
  readonly users: number;
  readonly items: number;
  /** Training pairs; exactly so many are written. */
  readonly pairs: number;
  /** Users with one validation and one test item, the first ones. */
  readonly heldOutUsers: number;
  readonly seed: number;
}

/** Training items that every user has at least. */
const LEAST = 3;
/** Pairs beyond those are shared out by Pareto weights of this shape, each at most the largest. */
const USER_SHAPE = 1.6;
const LARGEST_WEIGHT = 300;
/** Item of rank r of I is drawn with a density proportional to (r / I)^(1 / e - 1): the largest of 7,050 gets 0.5%. */
const ITEM_EXPONENT = 1.7;
const USERS_PER_PART = 4096;

/** Data that cannot be generated. */
export class GeneratedDataError extends Error {
  override readonly name = "GeneratedDataError";

  constructor(
    readonly found: string,
    readonly expected: string,
  ) {
    super(`No interactions can be generated: ${found}. Expected: ${expected}.`);
  }
}

function checkSpec({ users, items, pairs, heldOutUsers }: InteractionSpec): void {
  if (pairs < LEAST * users) {
    throw new GeneratedDataError(`${pairs} pairs for ${users} users`, `at least ${LEAST} pairs per user`);
  }
  if (pairs > (users * items) / 20) {
    throw new GeneratedDataError(`${pairs} pairs of ${users} users and ${items} items`, "a density below 5%");
  }
  if (heldOutUsers > users) {
    throw new GeneratedDataError(`${heldOutUsers} users with held-out items`, `at most ${users}`);
  }
}

/** A number without a divisor in common with `size`, so that multiples of it modulo `size` visit everything. */
function coprimeStep(size: number): number {
  const divisor = (left: number, right: number): number =>
    right === 0 ? left : divisor(right, left % right);
  let step = Math.max(1, Math.floor(0.618 * size));
  while (divisor(step, size) !== 1) step++;
  return step;
}

function weightOf(random: Random): number {
  return Math.min(LARGEST_WEIGHT, (1 - random.float64()) ** (-1 / USER_SHAPE) - 1);
}

/**
 * Training items per user, [user]: three and a share of the rest, with a heavy tail, none above a quarter of the items.
 * What users at that limit leave over goes to the users after them.
 */
export function generatedDegrees({ users, items, pairs, seed }: InteractionSpec): Int32Array {
  const summing = new Random(seed, "generated", "degrees");
  let total = 0;
  for (let user = 0; user < users; user++) total += weightOf(summing);
  const random = new Random(seed, "generated", "degrees");
  const degrees = new Int32Array(users);
  const most = Math.max(LEAST, Math.floor(items / 4));
  const extra = pairs - LEAST * users;
  let cumulated = 0;
  let given = 0;
  for (let user = 0; user < users; user++) {
    cumulated += weightOf(random);
    const due = Math.round((cumulated / total) * extra) - given;
    const taken = Math.min(due, most - LEAST);
    degrees[user] = LEAST + taken;
    given += taken;
  }
  for (let user = 0; given < extra; user = (user + 1) % users) {
    if (degrees[user]! >= most) continue;
    degrees[user]!++;
    given++;
  }
  return degrees;
}

/** A user's distinct items: training first, then the held-out ones. */
function drawItems(random: Random, items: number, step: number, count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) {
    const rank = Math.floor(random.float64() ** ITEM_EXPONENT * items);
    // Ids are spread over the popular and the rare, as they are in real data.
    chosen.add((rank * step) % items);
  }
  return [...chosen];
}

/**
 * Lines of interactions.tsv, users ascending, in parts of some thousand users, so that memory does not grow with the
 * number of pairs (4 bytes per user are held). The same spec always gives the same bytes.
 *
 * @throws GeneratedDataError for too few or too many pairs
 */
export function* generatedInteractions(spec: InteractionSpec): Generator<string, void> {
  checkSpec(spec);
  const { users, items, heldOutUsers, seed } = spec;
  const degrees = generatedDegrees(spec);
  const step = coprimeStep(items);
  const random = new Random(seed, "generated", "items");
  yield "user_id\titem_id\tsplit\n";
  for (let first = 0; first < users; first += USERS_PER_PART) {
    const lines: string[] = [];
    for (let user = first; user < Math.min(users, first + USERS_PER_PART); user++) {
      const degree = degrees[user]!;
      const drawn = drawItems(random, items, step, degree + (user < heldOutUsers ? 2 : 0));
      drawn.forEach((item, index) => {
        const split = index < degree ? "train" : index === degree ? "valid" : "test";
        lines.push(`${user}\t${item}\t${split}\n`);
      });
    }
    yield lines.join("");
  }
}
