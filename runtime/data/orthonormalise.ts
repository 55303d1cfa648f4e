import type { Random } from "./random.js";
import { addMultiples, innerProducts } from "./rowProducts.js";

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}

function scale(vector: Float64Array, factor: number): void {
  for (let index = 0; index < vector.length; index++) vector[index]! *= factor;
}

/** What is left of a vector after orthogonalisation, relative to it, below which it lay in the span of the others. */
const DEPENDENT = 1e-10;
/** Rows that a row is made orthogonal to in one go. */
const AT_ONCE = 4;

/**
 * Makes the rows of a matrix orthonormal, in place and in order (Gram-Schmidt against a few rows at a time, each row
 * twice, which is enough for orthogonality to working precision). A row that depends on the earlier ones is replaced by a random direction.
 *
 * @param rows float64 [row, length], at most `length` rows
 */
export function orthonormalise(rows: Float64Array, length: number, random: Random): void {
  const count = rows.length / length;
  const overlaps = new Float64Array(AT_ONCE);
  for (let index = 0; index < count; index++) {
    const row = rows.subarray(index * length, (index + 1) * length);
    for (;;) {
      const before = Math.sqrt(dot(row, row));
      if (before > 0) scale(row, 1 / before);
      for (let pass = 0; pass < 2; pass++) {
        for (let earlier = 0; earlier < index; earlier += AT_ONCE) {
          const others = Math.min(AT_ONCE, index - earlier);
          innerProducts(row, rows, earlier, others, overlaps);
          for (let other = 0; other < others; other++) overlaps[other] = -overlaps[other]!;
          addMultiples(row, overlaps, rows, earlier, others);
        }
      }
      const after = Math.sqrt(dot(row, row));
      if (before > 0 && after > DEPENDENT) {
        scale(row, 1 / after);
        break;
      }
      for (let at = 0; at < length; at++) row[at] = random.normal();
    }
  }
}
