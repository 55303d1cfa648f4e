import {
  add,
  gather,
  matmul,
  mean,
  meanAll,
  multiply,
  propagate,
  square,
  stopGradient,
  subtract,
  type Declaration,
  type Embeddings,
  type Ids,
  type Propagation,
  type Tensor,
  type TrainingSettings,
} from "../../src/index.js";
import { denoiser, type DenoiserSettings } from "../kdiffe/denoiser.js";
import { diffusion } from "../kdiffe/diffusion.js";
import type { NoiseSettings } from "../kdiffe/noiseSchedule.js";

export interface ModalGenerationSettings extends NoiseSettings, DenoiserSettings {
  readonly diffusionLearningRate: number;
  readonly diffusionBatch: number;
  /** rebuild_k, items kept per user. */
  readonly kept: number;
  readonly keepRate: number;
  /** Weight of the collaborative loss of a modality. */
  readonly collaborativeWeight: (modality: string) => number;
  /** Adds the mean of the user's vector to the row where generation starts (KDiffE's code, there only). */
  readonly isShifted: boolean;
}

/** Degree groups of a generated graph: it has few entries, so that padding costs less than more nodes in the files. */
const GROUPS = 4;

/** One step over each modality's generated graph, and the names of what makes the graphs, in order. */
export interface GeneratedGraphs {
  readonly steps: readonly Propagation[];
  readonly schedule: readonly string[];
}

/** What the modalities' graphs are generated from. */
export interface ModalitySources {
  readonly modalities: readonly string[];
  /** f^m [item, dim] of each. */
  readonly vectors: readonly Tensor<["item", "dim"]>[];
  readonly ego: Embeddings;
}

/**
 * DiffMM's graphs: a phase `modal_diffusion` trains a denoiser per modality on the users' rows of the interactions, once
 * over all users per epoch with an optimizer of its own, and each user's items of largest value after the reverse steps
 * make the modality's graph of the epoch.
 *
 * A denoiser's loss is the ELBO term and e_loss · mean((x̂_0 f^m - x_0 X_I)²), f^m and X_I held fixed. One Adam over all
 * denoisers equals one for each.
 */
export function generatedGraphs(
  m: Declaration,
  { modalities, vectors, ego }: ModalitySources,
  settings: ModalGenerationSettings,
  training: TrainingSettings,
): GeneratedGraphs {
  if (modalities.length === 0) return { steps: [], schedule: [] };
  const phase = m.phase("modal_diffusion");
  const userItems = m.sparse("user_items", "user", "item", { kind: "interactions", weights: "binary" });
  const clean = phase.denseRows(userItems);
  const ids = phase.rows("user");
  // x_0 X_I: what the users' items sum up to
  const own = gather(propagate(userItems, stopGradient(ego.items)), ids);
  const shift = settings.isShifted
    ? { generation: mean(gather(stopGradient(ego.users), ids), "dim") }
    : undefined;
  const graphs = modalities.map((modality, i) => {
    const name = `${modality}_diffusion`;
    const denoise = denoiser<"item">(m, settings, {
      name: `${modality}_denoiser`,
      column: "item",
      firstStep: 0,
      isWide: true,
    });
    const rows = { name, column: "item", clean, ids, kept: settings.kept } as const;
    const { elbo, predicted, generated } = diffusion<"item">(
      m,
      denoise,
      shift === undefined ? rows : { ...rows, shift },
      settings,
    );
    phase.loss(`${modality}_elbo`, elbo);
    const weight = settings.collaborativeWeight(modality);
    if (weight > 0) {
      const said: Tensor<["batch", "dim"]> = matmul(predicted, stopGradient(vectors[i]!));
      phase.loss(`${modality}_collaborative`, multiply(weight, meanAll(square(subtract(said, own)))));
    }
    return generatedGraph(m, modality, generated, settings.keepRate);
  });
  phase.train({
    ...training,
    sampler: { kind: "rows", axis: "user", batchSize: settings.diffusionBatch },
    learningRate: { ...training.learningRate, base: settings.diffusionLearningRate },
  });
  return {
    steps: graphs.map(({ step }) => step),
    schedule: ["modal_diffusion", ...graphs.flatMap(({ buffers }) => buffers)],
  };
}

/**
 * B^m: the items chosen for the users and a self-loop for all, symmetrically normalised, a random share of its entries
 * kept, each direction by draws of its own.
 */
function generatedGraph(
  m: Declaration,
  modality: string,
  generated: Ids<"item", ["batch", "kept"]>,
  keepRate: number,
): { readonly step: Propagation; readonly buffers: readonly string[] } {
  const made = (suffix: string): string => `${modality}_${suffix}`;
  const chosen = m.idBuffer(made("chosen"), ["user", "kept"], "item", { kind: "computed" }, "epoch");
  m.refresh(made("chosen"), { values: generated });
  // Before the first epoch, only to have a size: nothing reads them.
  const graph = { kind: "generatedInteractions", keepRate };
  const unread = { initial: { kind: "interactions", weights: "symmetric" } };
  const toUsers = m.sparse(made("to_users"), "user", "item", graph, unread, GROUPS);
  const toItems = m.sparse(made("to_items"), "item", "user", graph, unread, GROUPS);
  const diagonal = { kind: "generatedLoops", keepRate };
  const unreadLoops = { initial: { kind: "degree", weights: "selfLoop" } };
  const userLoops = m.buffer(made("user_loops"), ["user"], diagonal, unreadLoops);
  const itemLoops = m.buffer(made("item_loops"), ["item"], diagonal, unreadLoops);
  const dependent = ["to_users", "to_items", "user_loops", "item_loops"].map(made);
  for (const buffer of dependent) m.refresh(buffer, { items: chosen });
  const step: Propagation = ({ users, items }) => ({
    users: add(propagate(toUsers, items), multiply(users, userLoops)),
    items: add(propagate(toItems, users), multiply(items, itemLoops)),
  });
  return { step, buffers: [made("chosen"), ...dependent] };
}
