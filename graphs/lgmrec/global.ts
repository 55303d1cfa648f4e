import {
  add,
  dropout,
  gumbelSoftmax,
  infoNce,
  matmul,
  multiply,
  overPairs,
  transpose,
  type Declaration,
  type Embeddings,
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

/**
 * Global vectors of one modality (LGMRec; MGNM, Eqs. 12 to 14): rows of users and items depend on the hyperedges by
 * Gumbel softmax, entries dropped in training, one mask for all layers; then `hyperLayers` times E ← H̃ (H̃ᵀ E),
 * evaluated from the right, so that no matrix between items and items or users and users is formed.
 *
 * @param dependence H_i [item, hyper], before the softmax
 * @param start E^0: the collaborative vectors
 */
export function globalEmbeddings(
  m: Declaration,
  modality: string,
  dependence: Tensor<["item", "hyper"]>,
  start: Embeddings,
  aggregation: UserAggregation,
  settings: GlobalSettings,
): Embeddings {
  const soften = <Row extends string>(side: string, h: Tensor<[Row, "hyper"]>): Tensor<[Row, "hyper"]> => {
    const soft = gumbelSoftmax(m, `${modality}/${side}_gumbel`, h, "hyper", settings.temperature);
    return dropout(m, `${modality}/${side}_dependence`, soft, 1 - settings.keepRate);
  };
  // (12) H_u = R H_i
  const userDependence = aggregation[settings.userHyperNorm](dependence);
  const itemSoft = soften("item", dependence);
  const userSoft = soften("user", userDependence);

  let { users, items } = start;
  for (let layer = 0; layer < settings.hyperLayers; layer++) {
    const fromItems = collected(itemSoft, items);
    const forUsers = settings.userHyper === "lgmrec" ? fromItems : collected(userSoft, users);
    // (13), (14)
    items = matmul(itemSoft, fromItems);
    users = matmul(userSoft, forUsers);
  }
  return { users, items };
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
 * denominators (LGMRec; MGNM, Eq. 16); undefined for fewer than two modalities.
 */
export function hypergraphContrast(
  global: readonly Embeddings[],
  triples: Triples,
  temperature: number,
  reduce: "sum" | "mean",
): Scalar | undefined {
  const options = { temperature, candidates: "all", reduce } as const;
  return overPairs(global, (first, second) =>
    add(
      infoNce(first.users, second.users, triples.users, options),
      infoNce(first.items, second.items, triples.positives, options),
    ),
  );
}
