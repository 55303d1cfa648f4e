import type { Size } from "../ir/types.js";

/** A sum of products of axis sizes: `131072·user + 64·batch`. Keys are the sorted symbols of a term. */
export type Polynomial = ReadonlyMap<string, number>;

const SEPARATOR = "·";

function product(left: Polynomial, right: Polynomial): Polynomial {
  const result = new Map<string, number>();
  for (const [a, x] of left) {
    for (const [b, y] of right) {
      const symbols = [...a.split(SEPARATOR), ...b.split(SEPARATOR)].filter((symbol) => symbol !== "").sort();
      const key = symbols.join(SEPARATOR);
      result.set(key, (result.get(key) ?? 0) + x * y);
    }
  }
  return result;
}

export function sum(terms: Iterable<Polynomial>): Polynomial {
  const result = new Map<string, number>();
  for (const term of terms) for (const [key, value] of term) result.set(key, (result.get(key) ?? 0) + value);
  return result;
}

export function polynomial(size: Size): Polynomial {
  if (typeof size === "number") return new Map([["", size]]);
  if (typeof size === "string") return new Map([[size, 1]]);
  if ("sum" in size) return sum(size.sum.map(polynomial));
  return size.product.map(polynomial).reduce(product, new Map([["", 1]]));
}

export function scaled(value: Polynomial, factor: number): Polynomial {
  return new Map([...value].map(([key, coefficient]) => [key, coefficient * factor]));
}

/** Value for known sizes; undefined if a symbol has none. */
export function evaluatePolynomial(
  value: Polynomial,
  sizes: ReadonlyMap<string, number>,
): number | undefined {
  let total = 0;
  for (const [key, coefficient] of value) {
    let term = coefficient;
    for (const symbol of key.split(SEPARATOR)) {
      if (symbol === "") continue;
      const size = sizes.get(symbol);
      if (size === undefined) return undefined;
      term *= size;
    }
    total += term;
  }
  return total;
}

/** Terms with most symbols first: `2·batch·item + 128·item + 5`. */
export function formatPolynomial(value: Polynomial): string {
  const terms = [...value].filter(([, coefficient]) => coefficient !== 0);
  const degree = (key: string): number => (key === "" ? 0 : key.split(SEPARATOR).length);
  terms.sort(([a], [b]) => degree(b) - degree(a) || (a < b ? -1 : 1));
  const text = terms.map(([key, coefficient]) =>
    key === "" ? String(coefficient) : coefficient === 1 ? key : `${coefficient}${SEPARATOR}${key}`,
  );
  return text.length === 0 ? "0" : text.join(" + ");
}

/** Whether every coefficient of `left` is at least that of `right`, so that it is nowhere smaller for any sizes. */
export function dominates(left: Polynomial, right: Polynomial): boolean {
  return [...new Set([...left.keys(), ...right.keys()])].every(
    (key) => (left.get(key) ?? 0) >= (right.get(key) ?? 0),
  );
}
