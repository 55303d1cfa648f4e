import type { PickleGlobal } from "./allowedGlobals.js";
import type { PickleError } from "./pickleError.js";

/** Makes the error that names the place in the file. */
export type Refusal = (sentence: string) => PickleError;

/** A tuple of Python; a list is an array. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A value that the pickle makes first and gives its state afterwards. */
export abstract class PickleBuild {
  abstract build(state: PickleValue, refusal: Refusal): PickleValue;
}

/** What a pickle can hold here; bytes are buffers. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Buffer
  | PickleTuple
  | PickleValue[]
  | Map<string, PickleValue>
  | PickleGlobal
  | PickleBuild;
