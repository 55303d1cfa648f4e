import { expect } from "chai";

/** The error of the given class that `run` throws or rejects with. */
export async function rejection<Failure extends Error>(
  kind: abstract new (...args: never[]) => Failure,
  run: () => unknown,
): Promise<Failure> {
  let found: unknown = null;
  try {
    await run();
  } catch (error) {
    found = error;
  }
  expect(found, `expected a ${kind.name}`).to.be.instanceOf(kind);
  return found as Failure;
}
