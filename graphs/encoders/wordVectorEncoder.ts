import { Random } from "../../runtime/data/random.js";
import { constant, gather, Tensor } from "../../src/index.js";
import { tensorType } from "../../src/ir/types.js";
import { input } from "../../src/ops/apply.js";
import type { Encoder } from "./encoder.js";

/** Width of a word's vector. */
export const wordFeatures = 64;

/**
 * A vector for every token without any training: independent normal entries of variance 1 / 64, so that different
 * words are nearly orthogonal and the mean over a text's tokens is a random projection of its bag of words. Token 0,
 * which fills texts up, is zero.
 *
 * Input `input_ids`: int32 [item, token]; output `token_vectors`: float32 [item, token, word_feature].
 *
 * @param vocabulary number of tokens
 */
export function wordVectorEncoder(vocabulary: number): Encoder {
  const random = new Random(1, "word vector encoder");
  const table = Array.from({ length: vocabulary * wordFeatures }, (_, at) => {
    const value = Math.fround(random.normal() / Math.sqrt(wordFeatures));
    return at < wordFeatures ? 0 : value;
  });
  const axes = [
    { name: "item", size: "item" },
    { name: "token", size: "token" },
  ];
  const ids = input("input_ids", "argument", tensorType("int32", axes, "word"));
  const vectors = gather(
    constant(["word", "word_feature"], [vocabulary, wordFeatures], table),
    new Tensor<["item", "token"], "int32", "word">(ids),
  );
  return {
    graph: { name: "word_vectors", outputs: [{ name: "token_vectors", node: vectors.node }] },
    inputs: [ids],
  };
}
