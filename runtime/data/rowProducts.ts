/**
 * Inner products of a vector with consecutive rows of a matrix, four at a time: each sum runs over the columns in order,
 * but four of them do not wait for each other.
 *
 * @param rows float64 [row, vector.length]
 * @param first row, and how many
 * @param result [count], overwritten
 */
export function innerProducts(
  vector: Float64Array,
  rows: Float64Array,
  first: number,
  count: number,
  result: Float64Array,
): void {
  const { length } = vector;
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const a = (first + row) * length;
    const [b, c, d] = [a + length, a + 2 * length, a + 3 * length];
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let at = 0; at < length; at++) {
      const value = vector[at]!;
      sumA += value * rows[a + at]!;
      sumB += value * rows[b + at]!;
      sumC += value * rows[c + at]!;
      sumD += value * rows[d + at]!;
    }
    result[row] = sumA;
    result[row + 1] = sumB;
    result[row + 2] = sumC;
    result[row + 3] = sumD;
  }
  for (; row < count; row++) {
    const start = (first + row) * length;
    let sum = 0;
    for (let at = 0; at < length; at++) sum += vector[at]! * rows[start + at]!;
    result[row] = sum;
  }
}

/**
 * Adds multiples of consecutive rows of a matrix to a vector, the rows in order, four in one pass.
 *
 * @param weights [count]
 */
export function addMultiples(
  vector: Float64Array,
  weights: Float64Array,
  rows: Float64Array,
  first: number,
  count: number,
): void {
  const { length } = vector;
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const a = (first + row) * length;
    const [b, c, d] = [a + length, a + 2 * length, a + 3 * length];
    const [ofA, ofB, ofC, ofD] = [weights[row]!, weights[row + 1]!, weights[row + 2]!, weights[row + 3]!];
    for (let at = 0; at < length; at++) {
      let value = vector[at]! + ofA * rows[a + at]!;
      value += ofB * rows[b + at]!;
      value += ofC * rows[c + at]!;
      vector[at] = value + ofD * rows[d + at]!;
    }
  }
  for (; row < count; row++) {
    const start = (first + row) * length;
    const weight = weights[row]!;
    for (let at = 0; at < length; at++) vector[at]! += weight * rows[start + at]!;
  }
}
