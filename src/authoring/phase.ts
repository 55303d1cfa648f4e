import type { BatchEntry, LearningRateEntry, SamplerEntry } from "../../runtime/artifacts/manifest.js";
import type { Node } from "../ir/node.js";
import { formatType, tensorType, type ValueType } from "../ir/types.js";
import { sparseType } from "../ops/build.js";
import type { AxisTable, Problem } from "./axisTable.js";
import { Tensor, type Ids, type Scalar, type Sparse } from "./tensor.js";

export interface OptimizerSettings {
  readonly kind: "sgd" | "adam" | "adamw";
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** L2 added to the gradient (sgd, adam) or applied to the parameter (adamw). */
  readonly weightDecay: number;
  /** Largest global norm of the gradients; 0 for no clipping. */
  readonly clipNorm: number;
}

/** How a phase is trained. */
export interface TrainingSettings {
  readonly sampler: SamplerEntry;
  readonly optimizer: OptimizerSettings;
  readonly learningRate: LearningRateEntry;
  /** Epochs (0-based) in which the phase runs, `until` excluded; all of them if absent. */
  readonly epochs?: { readonly from: number; readonly until: number | null };
  /** Another phase whose moments and step count it continues; if absent it has its own. */
  readonly sharesOptimizerWith?: string;
}

export interface DeclaredBatch {
  readonly node: Node;
  readonly entry: BatchEntry;
}

/** What a phase needs of the model it belongs to. */
export interface PhaseModel {
  readonly axes: AxisTable;
  readonly problem: Problem;
  /** Declares an input of the graphs under a name of its own. */
  batchInput(name: string, type: ValueType): Node;
}

/** The phase that every model has; its inputs and graphs carry no prefix. */
export const MAIN_PHASE = "main";

/** Which sampler fills which batch inputs. */
const sources: Readonly<Record<SamplerEntry["kind"], ReadonlySet<BatchEntry["source"]>>> = (() => {
  const triples = new Set([
    ...(["user", "positive", "negative"] as const),
    ...(["uniquePositive", "uniquePositiveWeight", "uniqueUser", "uniqueUserWeight"] as const),
    ...(["distinctPositive", "distinctPositiveWeight", "distinctPlace"] as const),
    ...(["drawnItem", "positivePlace", "negativePlace"] as const),
  ]);
  return {
    pairs: triples,
    users: triples,
    entries: new Set(["entry", "entryRow", "entryColumn", "negativeColumn"] as const),
    rows: new Set(["row", "denseRow"] as const),
  };
})();

/**
 * A part of training: what its batches hold, its loss and how it is optimized. It trains the parameters that its loss
 * reaches with a gradient; hold others back with `stopGradient`.
 */
export class Phase {
  readonly batches: DeclaredBatch[] = [];
  readonly losses: { readonly name: string; readonly node: Node }[] = [];
  /** Shown beside the losses, not minimised. */
  readonly monitors: { readonly name: string; readonly node: Node }[] = [];
  settings: TrainingSettings | undefined;

  constructor(
    readonly name: string,
    private readonly model: PhaseModel,
  ) {}

  /** Users of the sampled triples. */
  users(): Ids<"user", ["batch"]> {
    return this.ids("users", "user", { source: "user" });
  }

  /** Items the users interacted with. */
  positives(): Ids<"item", ["batch"]> {
    return this.ids("positives", "item", { source: "positive" });
  }

  /** Items drawn for the users that they did not interact with in training. */
  negatives(): Ids<"item", ["batch"]> {
    return this.ids("negatives", "item", { source: "negative" });
  }

  /** The distinct positives of the batch, padded to its length; their weights are 1/count, 0 for the padding. */
  uniquePositives(): { readonly ids: Ids<"item", ["batch"]>; readonly weights: Tensor<["batch"]> } {
    return {
      ids: this.ids("unique_positives", "item", { source: "uniquePositive" }),
      weights: this.weights("unique_positive_weights", { source: "uniquePositiveWeight" }),
    };
  }

  /**
   * As `uniquePositives`, but only as long as the batch of the epoch that has most of them: for losses that compare all
   * of them with one another.
   */
  distinctPositives(): { readonly ids: Ids<"item", ["distinct"]>; readonly weights: Tensor<["distinct"]> } {
    const ids = this.itemsAlong("distinct", "distinct_positives", { source: "distinctPositive" });
    const type = tensorType("float32", [this.model.axes.of("distinct")]);
    const weights = this.batch("distinct_positive_weights", type, { source: "distinctPositiveWeight" });
    return { ids, weights: new Tensor(weights) };
  }

  /** The ids of `distinctPositives` and where each positive stands there: a row made once serves all its places. */
  distinctPlaces(): { readonly ids: Ids<"item", ["distinct"]>; readonly places: Ids<"distinct", ["batch"]> } {
    const ids = this.itemsAlong("distinct", "distinct_positives", { source: "distinctPositive" });
    return { ids, places: this.ids("distinct_places", "distinct", { source: "distinctPlace" }) };
  }

  /**
   * The distinct items among positives and negatives, as many as the batch of the epoch that has most of them, padded
   * with item 0, and where positives and negatives stand there: a row made once serves all its places.
   */
  drawnItems(): {
    readonly ids: Ids<"item", ["drawn"]>;
    readonly positives: Ids<"drawn", ["batch"]>;
    readonly negatives: Ids<"drawn", ["batch"]>;
  } {
    return {
      ids: this.itemsAlong("drawn", "drawn_items", { source: "drawnItem" }),
      positives: this.ids("positive_places", "drawn", { source: "positivePlace" }),
      negatives: this.ids("negative_places", "drawn", { source: "negativePlace" }),
    };
  }

  /** The distinct users of the batch, as `uniquePositives`. */
  uniqueUsers(): { readonly ids: Ids<"user", ["batch"]>; readonly weights: Tensor<["batch"]> } {
    return {
      ids: this.ids("unique_users", "user", { source: "uniqueUser" }),
      weights: this.weights("unique_user_weights", { source: "uniqueUserWeight" }),
    };
  }

  /** Entries of the sparse matrix that the sampler `entries` goes through, with row, column and a wrong column. */
  entries<Row extends string, Column extends string, Entry extends string>(
    matrix: Sparse<Row, Column, Entry>,
  ): {
    readonly ids: Ids<Entry, ["batch"]>;
    readonly rows: Ids<Row, ["batch"]>;
    readonly columns: Ids<Column, ["batch"]>;
    /** Drawn uniformly from the columns that the row has no entry in. */
    readonly negativeColumns: Ids<Column, ["batch"]>;
  } {
    const { row, column, entry } = sparseType(matrix.node);
    return {
      ids: this.ids("entries", entry.name as Entry, { source: "entry" }),
      rows: this.ids("entry_rows", row.name as Row, { source: "entryRow" }),
      columns: this.ids("entry_columns", column.name as Column, { source: "entryColumn" }),
      negativeColumns: this.ids("negative_columns", column.name as Column, { source: "negativeColumn" }),
    };
  }

  /** Ids of the axis that the sampler `rows` goes through. */
  rows<const Axis extends string>(axis: Axis): Ids<Axis, ["batch"]> {
    return this.ids("rows", axis, { source: "row" });
  }

  /** The batch's rows of a sparse matrix, dense: [batch, column]. */
  denseRows<Row extends string, Column extends string>(
    matrix: Sparse<Row, Column>,
  ): Tensor<["batch", Column]> {
    const buffer = matrix.node.attributes.name as string;
    const { column } = sparseType(matrix.node);
    const type = tensorType("float32", [this.model.axes.of("batch"), column]);
    return new Tensor(this.batch(`${buffer}_rows`, type, { source: "denseRow", buffer }));
  }

  /** Adds a term to the loss; the total is the sum of all terms. @throws DeclarationError unless it is a scalar */
  loss(name: string, value: Scalar): void {
    this.checkTerm("loss", name, value);
    this.losses.push({ name, node: value.node });
  }

  /** A value to be reported beside the losses, its mean over the steps; it trains nothing. @throws as `loss` */
  monitor(name: string, value: Scalar): void {
    this.checkTerm("monitor", name, value);
    this.monitors.push({ name, node: value.node });
  }

  /** Says how the phase is trained: sampler, optimizer, learning rate. */
  train(settings: TrainingSettings): void {
    this.settings = settings;
  }

  /** @throws DeclarationError if the phase has no loss, no settings, or inputs that its sampler does not fill */
  check(): void {
    const subject = this.name === MAIN_PHASE ? "the model" : `phase "${this.name}"`;
    if (this.losses.length === 0) throw this.model.problem(subject, "declares no loss");
    if (this.settings === undefined) {
      throw this.model.problem(subject, "does not say how it is trained; call train(…)");
    }
    const { kind } = this.settings.sampler;
    const foreign = this.batches.find(({ entry }) => !sources[kind].has(entry.source));
    if (foreign === undefined) return;
    throw this.model.problem(
      `batch input "${foreign.entry.name}"`,
      `is not filled by the sampler "${kind}", which fills ${[...sources[kind]].join(", ")}`,
    );
  }

  private checkTerm(kind: string, name: string, { type }: Scalar): void {
    const subject = `${kind} "${name}"`;
    if (name === "total" || [...this.losses, ...this.monitors].some((term) => term.name === name)) {
      throw this.model.problem(subject, "has a name that is taken");
    }
    if (formatType(type) !== "float32 []") {
      const problem = `must be a float32 scalar, but it is ${formatType(type)}; take its sum or mean`;
      throw this.model.problem(subject, problem);
    }
  }

  private ids<const Of extends string>(
    name: string,
    of: Of,
    source: Omit<BatchEntry, "name">,
  ): Ids<Of, ["batch"]> {
    const type = tensorType("int32", [this.model.axes.of("batch")], this.model.axes.of(of).name);
    return new Tensor(this.batch(name, type, source));
  }

  /** Ids of items along an axis of their own. */
  private itemsAlong<const Axis extends string>(
    axis: Axis,
    name: string,
    source: Omit<BatchEntry, "name">,
  ): Ids<"item", [Axis]> {
    this.model.axes.declare(axis);
    const type = tensorType("int32", [this.model.axes.of(axis)], this.model.axes.of("item").name);
    return new Tensor(this.batch(name, type, source));
  }

  private weights(name: string, source: Omit<BatchEntry, "name">): Tensor<["batch"]> {
    return new Tensor(this.batch(name, tensorType("float32", [this.model.axes.of("batch")]), source));
  }

  private batch(suffix: string, type: ValueType, source: Omit<BatchEntry, "name">): Node {
    const name = this.name === MAIN_PHASE ? suffix : `${this.name}/${suffix}`;
    const known = this.batches.find(({ entry }) => entry.name === name);
    if (known !== undefined) return known.node;
    const node = this.model.batchInput(name, type);
    this.batches.push({ node, entry: { name, ...source } });
    return node;
  }
}
