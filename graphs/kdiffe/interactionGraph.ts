import {
  add,
  meanOf,
  multiply,
  propagate,
  propagationLayers,
  sumOf,
  transposed,
  type Declaration,
  type Embeddings,
  type Propagation,
} from "../../src/index.js";

export interface InteractionGraphSettings {
  readonly layers: number;
  readonly readout: "sum" | "mean" | "last";
  /** ξ; 0 for no attention of random walks. */
  readonly similarityWeight: number;
  readonly walk: "rwr" | "backtrack";
  /** M. */
  readonly walkLength: number;
  /** R. */
  readonly walks: number;
  readonly restart: number;
  readonly includeStart: boolean;
  readonly selfLoops: boolean;
  readonly attentionRenorm: boolean;
}

/**
 * Propagation over L̄ = D_u^-1/2 (A + ξS) D_v^-1/2 in every layer (KDiffE, Eqs. 3 to 6; Eq. 6 prints 1/√(|N_u||N_v|)
 * instead, with which S would act once or never), and the readout over layers 0..L, which the paper does not give.
 *
 * @returns what all users and items end as, from what they start from; may be called for several starts
 */
export function interactionGraph(m: Declaration, settings: InteractionGraphSettings): Propagation {
  if (settings.layers === 0) return (start) => start;
  return overLayers(interactionStep(m, settings), settings);
}

/** One step over L̄, self-loops included. */
export function interactionStep(
  m: Declaration,
  settings: Omit<InteractionGraphSettings, "layers" | "readout">,
): Propagation {
  const recipe = {
    walk: settings.walk,
    length: settings.walkLength,
    walks: settings.walks,
    restart: settings.restart,
    includeStart: settings.includeStart,
    share: settings.similarityWeight,
    selfLoops: settings.selfLoops,
    renormalise: settings.attentionRenorm,
  };
  const adjacency = m.sparse("attention_adjacency", "user", "item", { kind: "walkSimilarity", ...recipe });
  const received = ({ users, items }: Embeddings): Embeddings => ({
    users: propagate(adjacency, items),
    items: propagate(transposed(adjacency), users),
  });
  const loops = settings.selfLoops
    ? {
        users: m.buffer("user_loops", ["user"], { kind: "walkSelfLoops", ...recipe }),
        items: m.buffer("item_loops", ["item"], { kind: "walkSelfLoops", ...recipe }),
      }
    : undefined;
  return (from) => {
    const { users, items } = received(from);
    if (loops === undefined) return { users, items };
    return {
      users: add(users, multiply(from.users, loops.users)),
      items: add(items, multiply(from.items, loops.items)),
    };
  };
}

/** Layers 0..L of a step, read out. */
export function overLayers(
  step: Propagation,
  { layers: count, readout }: Pick<InteractionGraphSettings, "layers" | "readout">,
): Propagation {
  const combine = { sum: sumOf, mean: meanOf, last: undefined }[readout];
  return (start) => {
    const layers = propagationLayers(step, start, count);
    if (combine === undefined) return layers.at(-1)!;
    return {
      users: combine(layers.map(({ users }) => users)),
      items: combine(layers.map(({ items }) => items)),
    };
  };
}
