import {
  add,
  modalityWeights,
  multiply,
  normalise,
  sumOf,
  type Declaration,
  type Embeddings,
  type Propagation,
} from "../../src/index.js";
import type { GeneratedGraphs, ModalitySources } from "./generation.js";

export interface TowerSettings {
  /** ris_adj_lambda, what the generated graphs add. */
  readonly generatedWeight: number;
  /** ρ: res_lambda of KDiffE, ris_lambda of DiffMM. */
  readonly residual: number;
}

/** Propagation over the given interactions: one step with self-loops, and all layers read out. */
export interface GivenGraph {
  readonly step: Propagation;
  readonly layers: Propagation;
}

export interface Tower {
  /** Final vectors. */
  readonly main: Embeddings;
  /** The view of each modality's generated graph, for the contrast. */
  readonly views: readonly Embeddings[];
}

/**
 * DiffMM's multimodal tower, with Ã the given graph:
 *
 * - a^m = Ã[X_U; norm(f^m)] + Ã[(Ã[X_U; norm(f^m)])_U; X_I] + λ B^m[X_U; X_I]
 * - e = Σ softmax(w)_m a^m; its layers over Ã read out, and ρ norm(e)
 * - views: the layers over Ã of B^m[X_U; norm(f^m)]
 */
export function multimodalTower(
  m: Declaration,
  { modalities, vectors, ego }: ModalitySources,
  generated: GeneratedGraphs,
  given: GivenGraph,
  { generatedWeight, residual }: TowerSettings,
): Tower {
  const { users, items } = ego;
  const features = vectors.map((vector) => normalise(vector, "dim"));
  const weights = modalityWeights(m, modalities);
  const parts = features.map((feature, i) => {
    const first = given.step({ users, items: feature });
    const second = given.step({ users: first.users, items });
    const third = generated.steps[i]!(ego);
    return {
      users: sumOf([first.users, second.users, multiply(generatedWeight, third.users)]),
      items: sumOf([first.items, second.items, multiply(generatedWeight, third.items)]),
    };
  });
  const fused: Embeddings = {
    users: sumOf(parts.map((part, i) => multiply(part.users, weights[i]!))),
    items: sumOf(parts.map((part, i) => multiply(part.items, weights[i]!))),
  };
  const read = given.layers(fused);
  const main =
    residual === 0
      ? read
      : {
          users: add(read.users, multiply(residual, normalise(fused.users, "dim"))),
          items: add(read.items, multiply(residual, normalise(fused.items, "dim"))),
        };
  const views = features.map((feature, i) => given.layers(generated.steps[i]!({ users, items: feature })));
  return { main, views };
}
