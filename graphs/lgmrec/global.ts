import {
  add,
  concat,
  dropout,
  gumbelSoftmax,
  infoNce,
  matmul,
  multiply,
  overPairs,
  rename,
  split,
  transpose,
  type Declaration,
  type Embeddings,
  type Factors,
  type Scalar,
  type Tensor,
  type Triples,
  type UserAggregation,
} from "../../src/index.js";
import { normalisedRows, sumOfEmbeddings } from "./local.js";

export interface GlobalSettings {
  readonly temperature: number;
  /** Probability that an entry of the dependence is kept in a step of training. */
  readonly keepRate: number;
  readonly hyperLayers: number;
  /**
   * What users receive: `lgmrec` H̃_u (H̃_iᵀ E_i), from the items through the shared hyperedges; `printed`
   * H̃_u (H̃_uᵀ E_u), from the users (MGNM, Eq. 14).
   */
  readonly userHyper: "lgmrec" | "printed";
  /** H_u = R H_i adds up over a user's items, or takes their mean. */
  readonly userHyperNorm: "sum" | "mean";
}

/** H̃ᵀ E, [hyper, dim]: what the hyperedges collect. */
function collected<Row extends string>(
  dependence: Tensor<[Row, "hyper"]>,
  x: Tensor<[Row, "dim"]>,
): Tensor<["hyper", "dim"]> {
  return matmul(transpose(dependence), x as Tensor<[NoInfer<Row>, "dim"]>);
}

/** Dependence of all users and items on the hyperedges of one modality. */
interface Dependence {
  readonly users: Tensor<["user", "hyper"]>;
  readonly items: Tensor<["item", "hyper"]>;
}

/**
 * H̃: Gumbel softmax over the hyperedges with entries dropped in training, one mask per step, user, item and modality.
 * All rows stand one below the other, so that all noise is drawn at once.
 */
function softened(
  m: Declaration,
  dependences: readonly Dependence[],
  { temperature, keepRate }: GlobalSettings,
): Dependence[] {
  const parts = dependences.flatMap(({ users, items }): Part[] => [
    { value: users, along: "user" },
    { value: items, along: "item" },
  ]);
  const rows = concat("dependence", parts) as unknown as Tensor<["dependence", "hyper"]>;
  const soft = gumbelSoftmax(m, "dependence/gumbel", rows, "hyper", temperature);
  const dropped = dropout(m, "dependence/dropout", soft, 1 - keepRate);
  const names = parts.map(({ along }, i) => `${along}_${i}`);
  const sizes = parts.map(({ along }) => m.size(along));
  const all = split(dropped, "dependence", names, sizes) as unknown as Tensor<[string, "hyper"]>[];
  return dependences.map((_, i) => ({
    users: rename(all[2 * i]!, names[2 * i]!, "user") as unknown as Dependence["users"],
    items: rename(all[2 * i + 1]!, names[2 * i + 1]!, "item") as unknown as Dependence["items"],
  }));
}

interface Part {
  readonly value: Tensor<[string, "hyper"]>;
  readonly along: string;
}

/** Global vectors of one modality, H̃ (H̃ᵀ E), with their factors. */
export interface GlobalEmbeddings extends Embeddings {
  readonly userFactors: Factors<"user", "dim">;
  readonly itemFactors: Factors<"item", "dim">;
}

/**
 * Global vectors of every modality (LGMRec; MGNM, Eqs. 12 to 14): `hyperLayers` times E ← H̃ (H̃ᵀ E), evaluated from the
 * right, so that no matrix between items and items or users and users is formed.
 *
 * @param dependences H_i [item, hyper] of every modality, before the softmax
 * @param start E^0: the collaborative vectors
 */
export function globalEmbeddings(
  m: Declaration,
  dependences: readonly Tensor<["item", "hyper"]>[],
  start: Embeddings,
  aggregation: UserAggregation,
  settings: GlobalSettings,
): GlobalEmbeddings[] {
  if (dependences.length === 0) return [];
  // (12): H_u = R H_i
  const ofUsers = aggregation[settings.userHyperNorm](dependences);
  const pairs = dependences.map((items, i): Dependence => ({ users: ofUsers[i]!, items }));
  return softened(m, pairs, settings).map((soft): GlobalEmbeddings => {
    const layer = ({ users, items }: Embeddings): GlobalEmbeddings => {
      const toItems = collected(soft.items, items);
      const toUsers = settings.userHyper === "lgmrec" ? toItems : collected(soft.users, users);
      // (13), (14)
      return {
        users: matmul(soft.users, toUsers),
        items: matmul(soft.items, toItems),
        userFactors: { coefficients: soft.users, basis: toUsers },
        itemFactors: { coefficients: soft.items, basis: toItems },
      };
    };
    let state = layer(start);
    for (let further = 1; further < settings.hyperLayers; further++) state = layer(state);
    return state;
  });
}

/** Local vectors plus α times the row-normalised sum of the modalities' global vectors (MGNM, Eqs. 15 and 17). */
export function withGlobal(local: Embeddings, global: readonly Embeddings[], alpha: number): Embeddings {
  if (global.length === 0 || alpha === 0) return local;
  const part = normalisedRows(sumOfEmbeddings(global));
  return {
    users: add(local.users, multiply(part.users, alpha)),
    items: add(local.items, multiply(part.items, alpha)),
  };
}

/**
 * Contrast of the global vectors of every two modalities, users plus items, with all users or items in the
 * denominators (LGMRec; MGNM, Eq. 16); undefined for fewer than two modalities. With fewer hyperedges than dimensions
 * the cosines are taken through the hyperedges.
 */
export function hypergraphContrast(
  global: readonly GlobalEmbeddings[],
  triples: Triples,
  temperature: number,
  reduce: "sum" | "mean",
): Scalar | undefined {
  const options = { temperature, candidates: "all", reduce } as const;
  return overPairs(global, (first, second) => {
    const [hyper, dim] = second.itemFactors.basis.type.axes.map(({ size }) => size as number);
    const isLowRank = hyper! < dim!;
    const [ofUsers, ofItems] = isLowRank ? [second.userFactors, second.itemFactors] : [];
    return add(
      infoNce(first.users, second.users, triples.users, options, ofUsers),
      infoNce(first.items, second.items, triples.positives, options, ofItems),
    );
  });
}
