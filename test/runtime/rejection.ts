import { expect } from "chai";

/** The error a promise is rejected with, checked to be of a class; fails if it is fulfilled. */
export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  kind: abstract new (...parameters: never[]) => E,
): Promise<E> {
  const outcome = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`expected ${kind.name}, but it was fulfilled`);
  expect(outcome.error).to.be.instanceOf(kind);
  return outcome.error as E;
}
