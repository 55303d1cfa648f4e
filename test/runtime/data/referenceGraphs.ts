import { float32Data, hostTensor, int64Data, type HostTensor } from "../../../runtime/data/hostTensor.js";
import type { RunGraph } from "../../../runtime/data/recipe.js";

function matrixOf(tensor: HostTensor): { rows: number; columns: number; data: Float32Array } {
  const [rows, columns] = tensor.dims as [number, number];
  return { rows, columns, data: float32Data("reference input", tensor, tensor.dims) };
}

/** Reference for `recipes/cosine_top_k`, in float64, rounded to float32. */
function cosineTopK(feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  const queries = matrixOf(feeds["queries"]!);
  const keys = matrixOf(feeds["keys"]!);
  const k = Number(int64Data("k", feeds["k"]!, [1])[0]);
  const norm = ({ data, columns }: typeof keys, row: number): number =>
    Math.hypot(...data.subarray(row * columns, (row + 1) * columns));
  const neighbours: bigint[] = [];
  const similarities: number[] = [];
  for (let query = 0; query < queries.rows; query++) {
    const scores = Array.from({ length: keys.rows }, (_, key) => {
      let dot = 0;
      for (let column = 0; column < keys.columns; column++) {
        dot += queries.data[query * keys.columns + column]! * keys.data[key * keys.columns + column]!;
      }
      const norms = norm(queries, query) * norm(keys, key);
      return { key, score: Math.fround(norms === 0 ? 0 : Math.max(0, dot / norms)) };
    });
    scores.sort((left, right) => right.score - left.score || left.key - right.key);
    for (const { key, score } of scores.slice(0, k)) {
      neighbours.push(BigInt(key));
      similarities.push(score);
    }
  }
  const dims = [queries.rows, k];
  return {
    neighbours: hostTensor("int64", dims, BigInt64Array.from(neighbours)),
    similarities: hostTensor("float32", dims, Float32Array.from(similarities)),
  };
}

/** Reference for `recipes/cosine_both_ways`. */
function cosineBothWays(feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  const { queries, keys, reverse_k: reverseK } = feeds;
  const reverse = cosineTopK({ queries: keys!, keys: queries!, k: reverseK! });
  return {
    ...cosineTopK(feeds),
    reverse_neighbours: reverse["neighbours"]!,
    reverse_similarities: reverse["similarities"]!,
  };
}

/** Reference for `recipes/matrix_product`, summed in float32 as a graph does. */
function matrixProduct(feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  const left = matrixOf(feeds["left"]!);
  const right = matrixOf(feeds["right"]!);
  const product = new Float32Array(left.rows * right.columns);
  for (let row = 0; row < left.rows; row++) {
    const target = product.subarray(row * right.columns, (row + 1) * right.columns);
    for (let inner = 0; inner < left.columns; inner++) {
      const value = left.data[row * left.columns + inner]!;
      for (let column = 0; column < right.columns; column++) {
        target[column]! += value * right.data[inner * right.columns + column]!;
      }
    }
  }
  return { product: hostTensor("float32", [left.rows, right.columns], product) };
}

/** Plain TypeScript in place of the recipe graphs, by their stated contract. */
export const referenceRunGraph: RunGraph = (name, feeds) => {
  if (name === "recipes/cosine_top_k") return Promise.resolve(cosineTopK(feeds));
  if (name === "recipes/cosine_both_ways") return Promise.resolve(cosineBothWays(feeds));
  if (name === "recipes/matrix_product") return Promise.resolve(matrixProduct(feeds));
  return Promise.reject(new Error(`no reference for graph ${name}`));
};
