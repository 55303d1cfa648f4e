/**
 * The contract between what `mmkit build` writes and what the runtime executes.
 * Everything the runtime knows about a model stands in this file's types; it never imports the compiler.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type ArtifactDType = "float32" | "int32" | "int64" | "uint64" | "bool";

/**
 * Size of a named axis: a number fixed by the declaration, null when the data or the run fixes it, or the axes
 * whose sizes add up to it (`node` = `user` + `item`), fixed parts as numbers.
 */
export type AxisSize = number | null | { readonly sumOf: readonly (string | number)[] };

/** How a buffer is made. `kind` names a recipe of `runtime/data`; the other keys are its arguments. */
export interface RecipeCall {
  readonly kind: string;
  readonly [argument: string]: Json;
}

export interface Initializer {
  readonly kind: "xavierUniform" | "xavierNormal" | "normal" | "uniform" | "constant";
  /** Standard deviation of `normal`, half width of `uniform`, value of `constant`, gain of the Xavier kinds. */
  readonly scale: number;
}

export interface ParameterEntry {
  readonly name: string;
  readonly axes: readonly string[];
  readonly initializer: Initializer;
}

/** When a buffer that changes is made: in epochs from, from + every, … (0-based), at its place in the schedule. */
export interface RefreshEntry {
  readonly every: number;
  readonly from: number;
  /** What makes it before epoch `from`; null if `from` is 0. */
  readonly initial: RecipeCall | null;
  /**
   * Graph whose outputs the recipe is given, run with the parameters of the moment; null if it needs data alone. If it
   * has batch inputs of a phase with sampler `rows`, it runs on block after block of all rows in ascending order, and
   * its outputs are joined along their first axis.
   */
  readonly graph: string | null;
  /** Made anew for every evaluation and export, which leaves the one that training uses as it is. */
  readonly atEvaluation: boolean;
}

/** A dense frozen or redrawn input. `indexes` names the axis its int32 ids point into. */
export interface DenseBufferEntry {
  readonly kind: "dense";
  readonly name: string;
  readonly dtype: "float32" | "int32";
  readonly axes: readonly string[];
  readonly indexes?: string;
  readonly recipe: RecipeCall;
  readonly refresh: "once" | RefreshEntry;
}

/**
 * A sparse matrix [row, column], fed as sliced ELL: rows grouped by padded degree. Its tensors, for the
 * orientation "rows" (products with the matrix) and "columns" (products with its transpose), are
 *
 * - `<name>/<orientation>/order` int32 [R]: position of each row in the concatenation of all groups
 * - `<name>/<orientation>/group_<g>/neighbours` int32 [n_g, w_g]: column of each entry, 0 where padded
 * - `<name>/<orientation>/group_<g>/weights` float32 [n_g, w_g]: value of each entry, 0 where padded
 * - `<name>/<orientation>/group_<g>/entries` int32 [n_g, w_g]: index of the entry in row-major entry order,
 *   the number of entries where padded
 * - `<name>/<orientation>/group_<g>/stacked` int32 [w_g, n_g]: column of each entry, the number of columns where padded
 * - `<name>/<orientation>/group_<g>/stacked_entries` int32 [w_g, n_g]: index of the entry, the number of entries where
 *   padded
 * - `<name>/<orientation>/group_<g>/ones` float32 [1, w_g]: ones, which add up what is stacked
 * - `<name>/<orientation>/group_<g>/rows` int32 [n_g]: the rows of the group
 * - `<name>/<orientation>/cells` int32 [E]: position of each entry among the cells of all groups, one group after
 *   another
 *
 * and `<name>/entry/rows`, `<name>/entry/columns` int32 [E], `<name>/entry/weights` float32 [E]: the entries in
 * row-major order. n_g and w_g are
 * chosen for the data; groups may be empty ([0, 1]). Every row is in exactly one group, rows without entries too.
 */
export interface SparseBufferEntry {
  readonly kind: "sparse";
  readonly name: string;
  readonly row: string;
  readonly column: string;
  /** Axis of the entries, for values that live on them. */
  readonly entry: string;
  readonly groups: number;
  readonly recipe: RecipeCall;
  readonly refresh: "once" | RefreshEntry;
}

export type BufferEntry = DenseBufferEntry | SparseBufferEntry;

/**
 * What a batch input is filled with.
 *
 * By the samplers `pairs` and `users`:
 * - `user`, `positive`, `negative`: ids of the sampled triple
 * - `uniquePositive`: the distinct positive items of the batch, padded with item 0 to the batch size
 * - `uniquePositiveWeight`: 1 / (number of distinct positives) for those, 0 for the padding
 * - `uniqueUser`, `uniqueUserWeight`: the same for users
 * - `distinctPositive`, `distinctPositiveWeight`: as `uniquePositive`, but padded only to the most that a batch of the
 *   epoch has, along the axis `distinct`
 * - `distinctPlace`: where each positive stands among those
 * - `drawnItem`: the distinct items among positives and negatives, padded with item 0 to the most that a batch of the
 *   epoch has, along the axis `drawn`; `positivePlace`, `negativePlace`: where each positive and negative stands there
 *
 * By the sampler `entries`:
 * - `entry`: number of the entry in the matrix, `entryRow`, `entryColumn`: where it is
 * - `negativeColumn`: a column that the row has no entry in
 *
 * By the sampler `rows`:
 * - `row`: an id of the axis
 * - `denseRow`: that row of the sparse matrix `buffer`, dense, float32 [column]
 */
export type BatchSource =
  | "user"
  | "positive"
  | "negative"
  | "uniquePositive"
  | "uniquePositiveWeight"
  | "uniqueUser"
  | "uniqueUserWeight"
  | "distinctPositive"
  | "distinctPositiveWeight"
  | "distinctPlace"
  | "drawnItem"
  | "positivePlace"
  | "negativePlace"
  | "entry"
  | "entryRow"
  | "entryColumn"
  | "negativeColumn"
  | "row"
  | "denseRow";

export interface BatchEntry {
  readonly name: string;
  readonly source: BatchSource;
  /** Of `denseRow`: a sparse buffer that is made once. */
  readonly buffer?: string;
}

/** The part of an epoch's steps that a sampler gives. */
export interface SamplerPart {
  /** Phases with equal streams are given the same sample; the phase's name if absent. */
  readonly stream?: string;
  /** Number of the first step (0-based) and how many steps at most; the whole epoch if absent. */
  readonly steps?: { readonly first: number; readonly count: number | null };
}

/**
 * - `pairs`: one pass over all shuffled training pairs, one negative each, the last batch short
 * - `users`: floor(E / B) + 1 steps, each with B distinct users (repeated ones where there are fewer), one positive
 *   and one negative each
 * - `entries`: one pass over all shuffled entries of the sparse buffer `buffer`, which is made once, a wrong column each
 * - `rows`: one pass over all shuffled ids of an axis
 *
 * Negatives are uniform over `negativePool` ("all" items or the items that occur in "train"), never in the user's
 * training set.
 */
export type SamplerEntry = SamplerPart &
  (
    | {
        readonly kind: "pairs" | "users";
        readonly batchSize: number;
        readonly negativePool: "all" | "train";
      }
    | { readonly kind: "entries"; readonly batchSize: number; readonly buffer: string }
    | { readonly kind: "rows"; readonly batchSize: number; readonly axis: string }
  );

/** Learning rate of epoch e (0-based): `base` times the schedule's factor. */
export interface LearningRateEntry {
  readonly base: number;
  readonly schedule:
    | { readonly kind: "constant" }
    /** factor = rate^(epoch / every) */
    | { readonly kind: "exponential"; readonly rate: number; readonly every: number }
    /** factor falls from 1 to `floor` over all epochs along half a cosine */
    | { readonly kind: "cosine"; readonly floor: number };
  /** Epochs over which the rate first rises linearly from 0. */
  readonly warmup: number;
}

/** A part of training with its own parameters, sampler, losses and optimizer. */
export interface PhaseEntry {
  readonly name: string;
  /** Those that it trains. */
  readonly parameters: readonly string[];
  /** Epochs (0-based) in which it runs, `until` excluded, null for no end. */
  readonly epochs: { readonly from: number; readonly until: number | null };
  readonly sampler: SamplerEntry;
  readonly batch: readonly BatchEntry[];
  /** Names of the columns of every `losses` output; the first is the total. */
  readonly losses: readonly string[];
  readonly optimizer: { readonly kind: "sgd" | "adam" | "adamw"; readonly [argument: string]: Json };
  /** Phases with the same have moments and step count in common. */
  readonly optimizerState: string;
  /**
   * Optimizer state, zero at the start, with the parameter's axes: `<parameter>.m`, `<parameter>.v` … of the state
   * `main`, `<parameter>.<state>.m` … of others.
   */
  readonly moments: readonly { readonly name: string; readonly parameter: string }[];
  readonly learningRate: LearningRateEntry;
  readonly graphs: {
    readonly training: string;
    readonly optimizer: string;
    readonly evaluation: string;
    readonly epoch: string;
  };
}

export type TensorRole =
  | "parameter"
  | "moment"
  | "gradient"
  | "buffer"
  | "batch"
  | "scalar"
  | "loss"
  | "embedding"
  | "argument"
  | "result";

/** One input or output of a graph. Axes are names of `axes`; the epoch graph's leading axis is `step`. */
export interface GraphTensor {
  readonly name: string;
  readonly dtype: ArtifactDType;
  readonly axes: readonly (string | number)[];
  readonly role: TensorRole;
}

export interface GraphEntry {
  /** Path below the artifact folder. */
  readonly file: string;
  readonly sha256: string;
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

/** A piece of an epoch's work. */
export type ScheduleEntry =
  { readonly kind: "refresh"; readonly buffer: string } | { readonly kind: "phase"; readonly phase: string };

export interface Manifest {
  readonly format: "mmkit";
  readonly version: 2;
  readonly model: string;
  readonly title: string;
  readonly hyperparameters: { readonly [name: string]: Json };
  readonly modalities: readonly string[];
  readonly opset: number;
  readonly irVersion: number;
  /**
   * sha256 of everything that decides results: this manifest and the graphs without their metadata. Equal for equal
   * models even where lines of their source moved; checkpoints belong to it.
   */
  readonly computation: string;
  readonly axes: { readonly [name: string]: AxisSize };
  readonly parameters: readonly ParameterEntry[];
  readonly buffers: readonly BufferEntry[];
  readonly phases: readonly PhaseEntry[];
  /** What every epoch does, in this order. */
  readonly schedule: readonly ScheduleEntry[];
  /** Every graph of the folder by name: those of the phases, of refreshed buffers, `embed`, `rank`, and the recipes'. */
  readonly graphs: { readonly [name: string]: GraphEntry };
  /**
   * Vectors of items that were not trained, from `new_<modality>_features` [block, <modality>_feature]; absent where the
   * model has no such thing. Takes parameters, buffers and `known_<modality>_features` [item, <modality>_feature], the
   * features of all items with missing ones at the mean of the others, besides.
   */
  readonly itemTower?: { readonly modalities: readonly string[]; readonly graph: GraphEntry };
}
