import type {
  Initializer,
  BatchSource,
  RecipeCall,
  SamplerEntry,
  LearningRateEntry,
} from "../../runtime/artifacts/manifest.js";
import { DeclarationError } from "../ir/errors.js";
import { declarationLocation } from "../ir/location.js";
import type { InputRole, Node } from "../ir/node.js";
import {
  formatType,
  sameType,
  sumOfSizes,
  tensorType,
  type Axis,
  type Size,
  type SparseType,
  type ValueType,
} from "../ir/types.js";
import { input } from "../ops/apply.js";
import { nameProblem } from "./nameProblem.js";
import { Sparse, Tensor, type Axes, type Ids, type Scalar } from "./tensor.js";

export type { Initializer, LearningRateEntry, RecipeCall, SamplerEntry };

/** When a buffer is made: once before training, or anew before every epoch. */
export type Refresh = "once" | "epoch";

export interface DeclaredParameter {
  readonly node: Node;
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly initializer: Initializer;
}

export interface DeclaredBuffer {
  readonly node: Node;
  readonly name: string;
  readonly recipe: RecipeCall;
  readonly refresh: Refresh;
}

export interface DeclaredBatch {
  readonly node: Node;
  readonly name: string;
  readonly source: BatchSource;
}

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

export interface TrainingSettings {
  readonly sampler: SamplerEntry;
  readonly optimizer: OptimizerSettings;
  readonly learningRate: LearningRateEntry;
}

/** Degree groups of a sparse product; the runtime chooses their widths for the data. */
const GROUPS = 8;

/** Sizes of the axes every model has; the data fixes them. */
const dataAxes = ["user", "item", "batch"];

/**
 * What a model's `build` receives: it declares axes, parameters, buffers, batch inputs, losses and embeddings.
 * `training` is true while the training graph is built and false for evaluation and inference: there dropout is the
 * identity, and a model must not draw noise.
 */
export class Declaration {
  readonly axes = new Map<string, Size>();
  readonly parameters: DeclaredParameter[] = [];
  readonly buffers: DeclaredBuffer[] = [];
  readonly batches: DeclaredBatch[] = [];
  readonly scalars: Node[] = [];
  readonly losses: { readonly name: string; readonly node: Node }[] = [];
  settings: TrainingSettings | undefined;
  vectors: { readonly users: Node; readonly items: Node } | undefined;
  private readonly names = new Set<string>();
  private readonly streams = new Set<string>();

  constructor(readonly training: boolean) {
    for (const name of dataAxes) this.axes.set(name, name);
  }

  /** Declares an axis: of fixed size, as long as other axes together, or (without a size) as long as the data says. */
  axis(name: string, size?: number | readonly string[]): void {
    const value =
      typeof size === "object" ? sumOfSizes(size.map((part) => this.axisOf(part).size)) : (size ?? name);
    if (typeof value === "number" && (!Number.isInteger(value) || value < 1)) {
      throw this.problem(`axis "${name}"`, `must have a positive whole size, but it is ${value}`);
    }
    const known = this.axes.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) {
      throw this.problem(
        `axis "${name}"`,
        `is declared twice, as ${JSON.stringify(known)} and ${JSON.stringify(value)}`,
      );
    }
    this.axes.set(name, value);
  }

  /** Size of a declared axis, for `split` and `topK`. */
  size(name: string): Size {
    return this.axisOf(name).size;
  }

  /** A trainable tensor, one name in every artifact. */
  parameter<const A extends Axes>(name: string, axes: readonly [...A], initializer: Initializer): Tensor<A> {
    const list = axes.map((axis) => this.axisOf(axis));
    const node = this.input(name, "parameter", tensorType("float32", list));
    this.parameters.push({ node, name, axes: list, initializer });
    return new Tensor(node);
  }

  /** A frozen float tensor made by a recipe. */
  buffer<const A extends Axes>(
    name: string,
    axes: readonly [...A],
    recipe: RecipeCall,
    refresh: Refresh = "once",
  ): Tensor<A> {
    const type = tensorType(
      "float32",
      axes.map((axis) => this.axisOf(axis)),
    );
    return new Tensor(this.declareBuffer(name, type, recipe, refresh));
  }

  /** A table of ids made by a recipe, for instance negatives redrawn every epoch. */
  idBuffer<const A extends Axes, const Of extends string>(
    name: string,
    axes: readonly [...A],
    of: Of,
    recipe: RecipeCall,
    refresh: Refresh,
  ): Ids<Of, A> {
    const list = axes.map((axis) => this.axisOf(axis));
    return new Tensor(
      this.declareBuffer(name, tensorType("int32", list, this.axisOf(of).name), recipe, refresh),
    );
  }

  /** A sparse matrix made by a recipe; its entries form the axis `<name>_entry`. */
  sparse<const Row extends string, const Column extends string, const Name extends string>(
    name: Name,
    row: Row,
    column: Column,
    recipe: RecipeCall,
    refresh: Refresh = "once",
  ): Sparse<Row, Column, `${Name}_entry`> {
    const entry = `${name}_entry`;
    this.axis(entry);
    const type: SparseType = {
      kind: "sparse",
      row: this.axisOf(row),
      column: this.axisOf(column),
      entry: this.axisOf(entry),
      groups: GROUPS,
    };
    return new Sparse(this.declareBuffer(name, type, recipe, refresh));
  }

  /** Raw features [item, <modality>_feature] of a modality. */
  features<const M extends string>(modality: M): Tensor<["item", `${M}_feature`]> {
    const axis: `${M}_feature` = `${modality}_feature`;
    this.axis(axis);
    return this.buffer(`${modality}_features`, ["item", axis], { kind: "features", modality });
  }

  /** Users of the sampled triples. */
  users(): Ids<"user", ["batch"]> {
    return new Tensor(this.batch("users", "user", tensorType("int32", [this.axisOf("batch")], "user")));
  }

  /** Items the users interacted with. */
  positives(): Ids<"item", ["batch"]> {
    return new Tensor(this.batch("positives", "positive", this.itemIds()));
  }

  /** Items drawn for the users that they did not interact with in training. */
  negatives(): Ids<"item", ["batch"]> {
    return new Tensor(this.batch("negatives", "negative", this.itemIds()));
  }

  /** The distinct positives of the batch, padded to its length; their weights are 1/count, 0 for the padding. */
  uniquePositives(): { readonly ids: Ids<"item", ["batch"]>; readonly weights: Tensor<["batch"]> } {
    const weights = tensorType("float32", [this.axisOf("batch")]);
    return {
      ids: new Tensor(this.batch("unique_positives", "uniquePositive", this.itemIds())),
      weights: new Tensor(this.batch("unique_positive_weights", "uniquePositiveWeight", weights)),
    };
  }

  /** The distinct users of the batch, as `uniquePositives`. */
  uniqueUsers(): { readonly ids: Ids<"user", ["batch"]>; readonly weights: Tensor<["batch"]> } {
    const ids = tensorType("int32", [this.axisOf("batch")], "user");
    const weights = tensorType("float32", [this.axisOf("batch")]);
    return {
      ids: new Tensor(this.batch("unique_users", "uniqueUser", ids)),
      weights: new Tensor(this.batch("unique_user_weights", "uniqueUserWeight", weights)),
    };
  }

  /** Adds a term to the loss; the total is the sum of all terms. @throws DeclarationError unless it is a scalar */
  loss(name: string, value: Scalar): void {
    if (name === "total" || this.losses.some((loss) => loss.name === name)) {
      throw this.problem(`loss "${name}"`, "has a name that is taken");
    }
    if (formatType(value.type) !== "float32 []") {
      throw this.problem(
        `loss "${name}"`,
        `must be a float32 scalar, but it is ${formatType(value.type)}; take its sum or mean`,
      );
    }
    this.losses.push({ name, node: value.node });
  }

  /** How the model is trained: sampler, optimizer, learning rate. */
  train(settings: TrainingSettings): void {
    this.settings = settings;
  }

  /**
   * Final vectors; the score of a user and an item is their dot product.
   * @throws DeclarationError unless they have the axes [user, X] and [item, X]
   */
  embeddings<Dim extends string>(users: Tensor<["user", Dim]>, items: Tensor<["item", NoInfer<Dim>]>): void {
    for (const [subject, row, { type }] of [
      ["users", "user", users],
      ["items", "item", items],
    ] as const) {
      const dim = users.type.axes[1] ?? { name: "dim", size: "dim" };
      const wanted = tensorType("float32", [this.axisOf(row), dim]);
      if (sameType(type, wanted)) continue;
      throw this.problem(
        `embeddings of ${subject}`,
        `must be ${formatType(wanted)}, but they are ${formatType(type)}`,
      );
    }
    this.vectors = { users: users.node, items: items.node };
  }

  /** Key of the in-graph random numbers (uint64, from the run's seed) and the optimizer step. */
  randomState(): { readonly key: Node; readonly step: Node } {
    const find = (name: string, dtype: "uint64" | "float32"): Node => {
      const known = this.scalars.find((node) => node.attributes.name === name);
      if (known !== undefined) return known;
      const node = input(name, "scalar", tensorType(dtype, []));
      this.scalars.push(node);
      return node;
    };
    return { key: find("random_key", "uint64"), step: find("step", "float32") };
  }

  /**
   * Takes a name for a stream of in-graph random numbers.
   * @throws DeclarationError outside training, or if the name is taken: equal names give equal numbers
   */
  noiseStream(name: string): void {
    if (!this.training) {
      throw this.problem(
        `noise "${name}"`,
        "is drawn outside training, but evaluation and inference have no noise; guard it with m.training",
      );
    }
    if (this.streams.has(name)) {
      throw this.problem(
        `noise "${name}"`,
        "has a name that is taken, so both would be the same numbers; name each use differently",
      );
    }
    this.streams.add(name);
  }

  /** An error about this declaration that names the author's line. */
  problem(subject: string, text: string): DeclarationError {
    return new DeclarationError(subject, text, declarationLocation());
  }

  private itemIds(): ValueType {
    return tensorType("int32", [this.axisOf("batch")], "item");
  }

  private batch(name: string, source: BatchSource, type: ValueType): Node {
    const known = this.batches.find((entry) => entry.name === name);
    if (known !== undefined) return known.node;
    const node = this.input(name, "batch", type);
    this.batches.push({ node, name, source });
    return node;
  }

  private declareBuffer(name: string, type: ValueType, recipe: RecipeCall, refresh: Refresh): Node {
    const node = this.input(name, "buffer", type);
    this.buffers.push({ node, name, recipe, refresh });
    return node;
  }

  private input(name: string, role: InputRole, type: ValueType): Node {
    const wrong = nameProblem(name, this.names);
    if (wrong !== undefined) throw this.problem(`"${name}"`, wrong);
    this.names.add(name);
    return input(name, role, type);
  }

  private axisOf(name: string): Axis {
    const size = this.axes.get(name);
    if (size === undefined) {
      throw this.problem(
        `axis "${name}"`,
        `is not declared; declared are ${[...this.axes.keys()].join(", ")}`,
      );
    }
    return { name, size };
  }
}
