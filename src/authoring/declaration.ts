import type {
  Initializer,
  LearningRateEntry,
  RecipeCall,
  SamplerEntry,
} from "../../runtime/artifacts/manifest.js";
import { DeclarationError } from "../ir/errors.js";
import { declarationLocation } from "../ir/location.js";
import type { InputRole, Node } from "../ir/node.js";
import {
  formatType,
  sameType,
  tensorType,
  type Axis,
  type Size,
  type SparseType,
  type ValueType,
} from "../ir/types.js";
import { input } from "../ops/apply.js";
import { AxisTable } from "./axisTable.js";
import { DeclaredBuffers, type DeclaredBuffer, type Refresh } from "./declaredBuffers.js";
import { declareTower, type DeclaredTower, type TowerFeatures } from "./itemTower.js";
import { nameProblem } from "./nameProblem.js";
import { MAIN_PHASE, Phase, type TrainingSettings } from "./phase.js";
import { Sparse, Tensor, type Axes, type Ids, type Scalar } from "./tensor.js";

export type { Initializer, LearningRateEntry, RecipeCall, SamplerEntry };

export interface DeclaredParameter {
  readonly node: Node;
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly initializer: Initializer;
}

/** Degree groups of a sparse product; the runtime chooses their widths for the data. */
const GROUPS = 16;

/**
 * What a model's `build` receives: it declares axes, parameters, buffers, phases with their batch inputs and losses, and
 * embeddings. `training` is true while the training graphs are built and false for evaluation, refreshed buffers and
 * inference: there dropout is the identity, and a model must not draw noise.
 *
 * A model with one phase needs none of its own: batch inputs, losses and settings go to the phase `main`.
 */
export class Declaration {
  readonly parameters: DeclaredParameter[] = [];
  readonly scalars: Node[] = [];
  /** In order of declaration, `main` first. */
  readonly phases: Phase[];
  vectors: { readonly users: Node; readonly items: Node } | undefined;
  tower: DeclaredTower | undefined;
  private readonly axisTable = new AxisTable((subject, text) => this.problem(subject, text));
  private readonly declaredBuffers = new DeclaredBuffers((subject, text) => this.problem(subject, text));
  private readonly names = new Set<string>();
  private readonly streams = new Set<string>();
  private order: readonly string[] | undefined;

  constructor(readonly training: boolean) {
    this.phases = [this.makePhase(MAIN_PHASE)];
  }

  get axes(): ReadonlyMap<string, Size> {
    return this.axisTable.sizes;
  }

  get buffers(): readonly DeclaredBuffer[] {
    return this.declaredBuffers.list;
  }

  get main(): Phase {
    return this.phases[0]!;
  }

  /** Declares an axis: of fixed size, as long as other axes together, or (without a size) as long as the data says. */
  axis(name: string, size?: number | readonly string[]): void {
    this.axisTable.declare(name, size);
  }

  /** Size of a declared axis, for `split` and `topK`. */
  size(name: string): Size {
    return this.axisTable.of(name).size;
  }

  /** A trainable tensor, one name in every artifact. */
  parameter<const A extends Axes>(name: string, axes: readonly [...A], initializer: Initializer): Tensor<A> {
    const list = axes.map((axis) => this.axisTable.of(axis));
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
      axes.map((axis) => this.axisTable.of(axis)),
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
    const list = axes.map((axis) => this.axisTable.of(axis));
    return new Tensor(
      this.declareBuffer(name, tensorType("int32", list, this.axisTable.of(of).name), recipe, refresh),
    );
  }

  /**
   * A sparse matrix made by a recipe; its entries form the axis `<name>_entry`.
   *
   * @param groups of rows of like degree: more of them pad less, fewer make a smaller graph
   */
  sparse<const Row extends string, const Column extends string, const Name extends string>(
    name: Name,
    row: Row,
    column: Column,
    recipe: RecipeCall,
    refresh: Refresh = "once",
    groups = GROUPS,
  ): Sparse<Row, Column, `${Name}_entry`> {
    const entry = `${name}_entry`;
    this.axis(entry);
    const type: SparseType = {
      kind: "sparse",
      row: this.axisTable.of(row),
      column: this.axisTable.of(column),
      entry: this.axisTable.of(entry),
      groups,
    };
    return new Sparse(this.declareBuffer(name, type, recipe, refresh));
  }

  /** Raw features [item, <modality>_feature] of a modality. */
  features<const M extends string>(modality: M): Tensor<["item", `${M}_feature`]> {
    const axis: `${M}_feature` = `${modality}_feature`;
    this.axis(axis);
    return this.buffer(`${modality}_features`, ["item", axis], { kind: "features", modality });
  }

  /**
   * Says what the recipe of a refreshed buffer is given besides data: values of the model, computed without noise from
   * the parameters of that moment. If they depend on `rows()` or `denseRows()` of a phase, they are computed block by
   * block over all rows in order and joined along `batch`.
   *
   * @throws DeclarationError unless there is such a buffer and it is made more than once
   */
  refresh(buffer: string, values: Readonly<Record<string, Tensor<Axes> | Ids<string, Axes>>>): void {
    const nodes = Object.entries(values).map(([name, { node }]) => ({ name, node }));
    this.declaredBuffers.compute(buffer, nodes);
  }

  /** A part of training besides `main`, with batches, losses and optimizer of its own. */
  phase(name: string): Phase {
    const wrong = nameProblem(name, this.names);
    if (wrong !== undefined || this.phases.some((phase) => phase.name === name)) {
      throw this.problem(`phase "${name}"`, wrong ?? "is declared twice");
    }
    const phase = this.makePhase(name);
    this.phases.push(phase);
    return phase;
  }

  /**
   * Order of an epoch's work, as names of phases and of refreshed buffers, all of them. Without it, buffers are made
   * first, in order of declaration, then come the declared phases, then `main`.
   */
  schedule(order: readonly string[]): void {
    this.order = order;
  }

  /** The epoch's work in order. @throws DeclarationError if a given order leaves out or repeats something */
  epochOrder(): readonly string[] {
    const changing = this.buffers.filter((buffer) => buffer.refresh !== "once").map(({ name }) => name);
    const [main, ...others] = this.phases.map((phase) => phase.name);
    const all = [...changing, ...others, main!];
    if (this.order === undefined) return all;
    const given = this.order;
    const wrong = [...all, ...given].find((name) => {
      const times = given.filter((entry) => entry === name).length;
      return times !== 1 || !all.includes(name);
    });
    if (wrong === undefined) return given;
    throw this.problem(
      "the schedule",
      `must name each of ${all.join(", ")} once, which "${wrong}" contradicts: it is ${given.join(", ")}`,
    );
  }

  /** Of phase `main`. */
  users(): Ids<"user", ["batch"]> {
    return this.main.users();
  }

  /** Of phase `main`. */
  positives(): Ids<"item", ["batch"]> {
    return this.main.positives();
  }

  /** Of phase `main`. */
  negatives(): Ids<"item", ["batch"]> {
    return this.main.negatives();
  }

  /** Of phase `main`. */
  uniquePositives(): ReturnType<Phase["uniquePositives"]> {
    return this.main.uniquePositives();
  }

  /** Of phase `main`. */
  distinctPositives(): ReturnType<Phase["distinctPositives"]> {
    return this.main.distinctPositives();
  }

  /** Of phase `main`. */
  distinctPlaces(): ReturnType<Phase["distinctPlaces"]> {
    return this.main.distinctPlaces();
  }

  /** Of phase `main`. */
  drawnItems(): ReturnType<Phase["drawnItems"]> {
    return this.main.drawnItems();
  }

  /** Of phase `main`. */
  uniqueUsers(): ReturnType<Phase["uniqueUsers"]> {
    return this.main.uniqueUsers();
  }

  /** Adds a term to the loss of phase `main`; the total is the sum of all terms. */
  loss(name: string, value: Scalar): void {
    this.main.loss(name, value);
  }

  /** A value of phase `main` to be reported beside its losses. */
  monitor(name: string, value: Scalar): void {
    this.main.monitor(name, value);
  }

  /** How phase `main` is trained. */
  train(settings: TrainingSettings): void {
    this.main.train(settings);
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
      const wanted = tensorType("float32", [this.axisTable.of(row), dim]);
      if (sameType(type, wanted)) continue;
      throw this.problem(
        `embeddings of ${subject}`,
        `must be ${formatType(wanted)}, but they are ${formatType(type)}`,
      );
    }
    this.vectors = { users: users.node, items: items.node };
  }

  /**
   * Says how the vector of an item that was never trained is made from its features alone, for `item_tower.onnx`; to be
   * called after {@link embeddings}.
   *
   * @param modalities the features it needs
   * @throws DeclarationError unless the vectors are [block, X] where the embeddings are [item, X]
   */
  itemTower<Dim extends string>(
    modalities: readonly string[],
    make: (features: TowerFeatures) => Tensor<["block", Dim]>,
  ): void {
    if (this.vectors === undefined) throw this.problem("item tower", "comes before m.embeddings");
    const tower = declareTower(modalities, make);
    const { type } = new Tensor(this.vectors.items);
    const wanted = tensorType("float32", [{ name: "block", size: "block" }, type.axes[1]!]);
    if (!sameType(tower.vectors.type, wanted)) {
      const found = formatType(tower.vectors.type);
      throw this.problem("vectors of the item tower", `must be ${formatType(wanted)}, but they are ${found}`);
    }
    this.tower = tower;
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

  private makePhase(name: string): Phase {
    return new Phase(name, {
      axes: this.axisTable,
      problem: (subject, text) => this.problem(subject, text),
      batchInput: (batch, type) => this.input(batch, "batch", type),
    });
  }

  private declareBuffer(name: string, type: ValueType, recipe: RecipeCall, refresh: Refresh): Node {
    const node = this.input(name, "buffer", type);
    this.declaredBuffers.add(node, name, recipe, refresh);
    return node;
  }

  private input(name: string, role: InputRole, type: ValueType): Node {
    const taken = nameProblem(name, this.names);
    if (taken !== undefined) throw this.problem(`"${name}"`, taken);
    this.names.add(name);
    return input(name, role, type);
  }
}
