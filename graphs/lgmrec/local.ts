import {
  add,
  jointPropagationLayers,
  linear,
  normalise,
  sumOf,
  symmetricPropagation,
  type Declaration,
  type Embeddings,
  type ItemFeatures,
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

export interface Layers {
  /** Layers 0..L of the ID embeddings (MGNM, Eq. 2). */
  readonly collaborative: readonly Embeddings[];
  /** Layers 0..K of each modality (MGNM, Eq. 7). */
  readonly modalities: readonly (readonly Embeddings[])[];
}

/**
 * Propagation of the ID embeddings and of the modalities' projected features over the user-item graph (LGMRec; MGNM,
 * Eqs. 2 and 5 to 7). Layer 0 of a user in a modality is the mean of the projected features of their training items.
 */
export function localLayers(
  m: Declaration,
  ego: Embeddings,
  projected: readonly Tensor<["item", "dim"]>[],
  aggregation: UserAggregation,
  { layers, modalityLayers }: { readonly layers: number; readonly modalityLayers: number },
): Layers {
  const means = aggregation.mean(projected);
  const starts = projected.map((items, i): Embeddings => ({ users: means[i]!, items }));
  const [collaborative, ...modalities] = jointPropagationLayers(
    symmetricPropagation(m),
    [ego, ...starts],
    [layers, ...starts.map(() => modalityLayers)],
  );
  return { collaborative: collaborative!, modalities };
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
