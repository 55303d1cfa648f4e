/** Numbers without a JSON text of their own: JSON writes infinities and NaN as null, and -0 as 0. */
function distinct(_: string, value: unknown): unknown {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return { number: Object.is(value, -0) ? "-0" : String(value) };
}

/** JSON text in which no two numbers are the same, for keys; the usual text where all numbers are finite. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, distinct);
}
