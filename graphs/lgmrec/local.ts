import {
  add,
  linear,
  normalise,
  propagationLayers,
  sumOf,
  type Declaration,
  type Embeddings,
  type ItemFeatures,
  type Propagation,
  type Tensor,
  type UserAggregation,
} from "../../src/index.js";

/** f = F^m W^m, [item, dim], without bias (LGMRec; MGNM, Eq. 4). */
export function projectedFeatures(
  m: Declaration,
  modality: string,
  features: ItemFeatures,
): Tensor<["item", "dim"]> {
  return linear(m, `${modality}_projection`, features.axis, "dim", { bias: false })(features.all());
}

/**
 * Layers 0..K of a modality's propagation over the user-item graph; layer 0 of a user is the mean of the projected
 * features of their training items (LGMRec; MGNM, Eqs. 5 to 7).
 */
export function modalityLayers(
  step: Propagation,
  aggregation: UserAggregation,
  projected: Tensor<["item", "dim"]>,
  layers: number,
): Embeddings[] {
  return propagationLayers(step, { users: aggregation.mean(projected), items: projected }, layers);
}

/** Row normalisation of all vectors; zero rows stay zero. */
export function normalisedRows({ users, items }: Embeddings): Embeddings {
  return { users: normalise(users, "dim"), items: normalise(items, "dim") };
}

/** Sum of vectors of all users and items. */
export function sumOfEmbeddings(parts: readonly Embeddings[]): Embeddings {
  return { users: sumOf(parts.map(({ users }) => users)), items: sumOf(parts.map(({ items }) => items)) };
}

/**
 * The collaborative vectors plus the normalised last layers of the modalities (MGNM, Eq. 8).
 *
 * @param norm `each`: sum of the normalised, as LGMRec; `sum`: the sum normalised, as MGNM prints
 */
export function localEmbeddings(
  collaborative: Embeddings,
  modalities: readonly Embeddings[],
  norm: "sum" | "each",
): Embeddings {
  if (modalities.length === 0) return collaborative;
  const part =
    norm === "each"
      ? sumOfEmbeddings(modalities.map(normalisedRows))
      : normalisedRows(sumOfEmbeddings(modalities));
  return {
    users: add(collaborative.users, part.users),
    items: add(collaborative.items, part.items),
  };
}
