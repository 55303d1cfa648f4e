import { Random } from "../../runtime/data/random.js";
import {
  add,
  axisSize,
  constant,
  divide,
  greater,
  log,
  matmul,
  multiply,
  normalise,
  scope,
  sum,
  Tensor,
  toFloat,
} from "../../src/index.js";
import { tensorType } from "../../src/ir/types.js";
import { input } from "../../src/ops/apply.js";
import { encoder, type Encoder } from "./encoder.js";

/** Width of the features. */
export const titleFeatures = 96;

/** Seed of the random projection, a constant of the encoder. */
const projectionSeed = 1;

/** Independent normal entries of variance 1 / titleFeatures, [bucket, text_feature] in C order. */
export function titleProjection(buckets: number): readonly number[] {
  const random = new Random(projectionSeed, "title encoder", "projection");
  return Array.from({ length: buckets * titleFeatures }, () =>
    Math.fround(random.normal() / Math.sqrt(titleFeatures)),
  );
}

/**
 * Encodes a catalogue's titles without any training: counts of hashed words are weighted by their rarity,
 * idf = ln((1 + items) / (1 + items with the bucket)) + 1, projected at random and normalised to length 1. Rarity is
 * counted over all items of the run, so that a run takes the whole catalogue.
 *
 * Input `counts`: float32 [item, bucket].
 */
export function titleEncoder(buckets: number): Encoder {
  const type = tensorType("float32", [
    { name: "item", size: "item" },
    { name: "bucket", size: buckets },
  ]);
  const counts = new Tensor<["item", "bucket"]>(input("counts", "argument", type));
  const weighted = scope("rarity", () => {
    const present = sum(toFloat(greater(counts, 0)), "item");
    const idf = add(log(divide(add(axisSize(counts, "item"), 1), add(present, 1))), 1);
    return multiply(counts, idf);
  });
  const projection = constant(["bucket", "text_feature"], [buckets, titleFeatures], titleProjection(buckets));
  return encoder("text", [counts.node], normalise(matmul(weighted, projection), "text_feature"));
}
