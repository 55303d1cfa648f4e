import { models } from "../../graphs/registry.js";

/** A model as it is measured. */
export interface MeasuredModel {
  readonly name: string;
  readonly readsFeatures: boolean;
  readonly set: readonly string[];
}

/** Those whose times on Baby-sized data a PyTorch toolkit's are known for. */
export const targetModels = ["lightgcn", "vbpr", "bm3", "freedom", "lattice", "mgcn", "lgmrec"];

/** All with batches of 2048 and 64 dimensions, so that they can be compared. */
const COMMON = { batchSize: 2048, dim: 64 };

/**
 * @param own names that the user sets
 * @throws UnknownModelError
 */
export function measuredModel(name: string, own: readonly string[] = []): MeasuredModel {
  const model = models.get(name);
  if (model === undefined) throw new UnknownModelError(name, [...models.keys()]);
  const has = (key: string): boolean => Object.hasOwn(model.hyperparameters, key);
  const set = Object.entries(COMMON)
    .filter(([key]) => has(key) && !own.includes(key))
    .map(([key, value]) => `${key}=${value}`);
  return { name, readsFeatures: has("modalities"), set };
}

export class UnknownModelError extends Error {
  override readonly name = "UnknownModelError";

  constructor(
    readonly model: string,
    readonly known: readonly string[],
  ) {
    super(`There is no model "${model}" to measure. Models: ${known.join(", ")}, or all.`);
  }
}
