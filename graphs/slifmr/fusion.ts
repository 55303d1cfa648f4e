import {
  add,
  concat,
  matmul,
  mean,
  meanAll,
  multiply,
  rename,
  slice,
  softmax,
  stack,
  sum,
  sumOf,
  tanh,
  xavierUniform,
  zeros,
  type Declaration,
  type Scalar,
  type Tensor,
} from "../../src/index.js";
import type { Items } from "./correlation.js";

export interface Branch {
  /** `interactions`, `modalities` or `knowledge`. */
  readonly name: string;
  readonly items: Items;
}

export interface FusionSettings {
  readonly dim: number;
  readonly fusion: "ailf" | "concat" | "sum" | "attention";
}

export interface Fused {
  readonly items: Items;
  /** Mean weight of each branch, where the fusion has weights. */
  readonly weights: readonly Scalar[];
}

/** [x̄ | x̃ | x̂]: the branches side by side. */
function joined(branches: readonly Branch[]): Tensor<["item", "branches"]> {
  const sides = branches.map(({ items }) => ({ value: items, along: "dim" as const }));
  return concat("branches", sides);
}

/** (14), (15): α_i = softmax(([x̄_i | x̃_i | x̂_i] W + b) / √d), x_i = Σ α_i^z z_i; the bias is inside the division. */
function itemLevel(m: Declaration, branches: readonly Branch[], dim: number): Fused {
  m.axis("branches", branches.length * dim);
  m.axis("branch", branches.length);
  const weight = m.parameter("fusion_weight", ["branches", "branch"], xavierUniform());
  const bias = m.parameter("fusion_bias", ["branch"], zeros());
  const logits = multiply(add(matmul(joined(branches), weight), bias), 1 / Math.sqrt(dim));
  const weights = softmax(logits, "branch");
  const perBranch = branches.map((_, i) => sum(slice(weights, "branch", i, 1, "chosen"), "chosen"));
  return {
    items: sumOf(branches.map(({ items }, i): Items => multiply(items, perBranch[i]!))),
    weights: perBranch.map((alpha) => meanAll(alpha)),
  };
}

/** One weight per branch z: softmax over the branches of the mean over the items of qᵀ tanh(z W + b). */
function branchLevel(m: Declaration, branches: readonly Branch[], dim: number): Fused {
  m.axis("branch", branches.length);
  m.axis("hidden", dim);
  const weight = m.parameter("fusion_weight", ["dim", "hidden"], xavierUniform());
  const bias = m.parameter("fusion_bias", ["hidden"], zeros());
  const query = m.parameter("fusion_query", ["hidden"], xavierUniform());
  const logits = branches.map(({ items }) =>
    mean(sum(multiply(tanh(add(matmul(items, weight), bias)), query), "hidden"), "item"),
  );
  const weights = softmax(stack("branch", logits), "branch");
  const perBranch = branches.map((_, i) => sum(slice(weights, "branch", i, 1, "chosen"), "chosen"));
  return {
    items: sumOf(branches.map(({ items }, i): Items => multiply(items, perBranch[i]!))),
    weights: perBranch,
  };
}

/** The unified vectors of the items from their branches; the branch itself where there is one only. */
export function fused(m: Declaration, branches: readonly Branch[], { fusion, dim }: FusionSettings): Fused {
  if (branches.length === 1) return { items: branches[0]!.items, weights: [] };
  if (fusion === "ailf") return itemLevel(m, branches, dim);
  if (fusion === "attention") return branchLevel(m, branches, dim);
  if (fusion === "sum") return { items: sumOf(branches.map(({ items }) => items)), weights: [] };
  m.axis("branches", branches.length * dim);
  m.axis("hidden", dim);
  const weight = m.parameter("fusion_weight", ["branches", "hidden"], xavierUniform());
  return { items: rename(matmul(joined(branches), weight), "hidden", "dim"), weights: [] };
}
