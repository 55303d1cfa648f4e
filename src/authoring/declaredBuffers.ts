import type { RecipeCall } from "../../runtime/artifacts/manifest.js";
import type { GraphOutput, Node } from "../ir/node.js";
import type { Problem } from "./axisTable.js";

/** When a buffer is made: once before training, before every epoch, or as the settings say. */
export type Refresh = "once" | "epoch" | RefreshSettings;

export interface RefreshSettings {
  /** Epochs from one time to the next; 1 if absent. */
  readonly every?: number;
  /** First epoch (0-based) in which the buffer is made by its recipe; 0 if absent. */
  readonly from?: number;
  /** Makes it before that epoch; needed if `from` is not 0. */
  readonly initial?: RecipeCall;
  /** Made anew from the parameters of the moment for every evaluation and export, besides. */
  readonly atEvaluation?: boolean;
}

export interface ResolvedRefresh {
  readonly every: number;
  readonly from: number;
  readonly initial: RecipeCall | null;
  readonly atEvaluation: boolean;
}

export interface DeclaredBuffer {
  readonly node: Node;
  readonly name: string;
  readonly recipe: RecipeCall;
  readonly refresh: "once" | ResolvedRefresh;
  /** What the recipe is given from the model, by name; empty where it needs data alone. */
  readonly computed: readonly GraphOutput[];
}

/** The buffers of one model. */
export class DeclaredBuffers {
  private readonly entries: DeclaredBuffer[] = [];

  constructor(private readonly problem: Problem) {}

  get list(): readonly DeclaredBuffer[] {
    return this.entries;
  }

  /** @throws DeclarationError for times that make no sense */
  add(node: Node, name: string, recipe: RecipeCall, refresh: Refresh): void {
    this.entries.push({ node, name, recipe, refresh: this.resolved(name, refresh), computed: [] });
  }

  /** @throws DeclarationError unless the buffer is known, changes, and has no values yet */
  compute(name: string, computed: readonly GraphOutput[]): void {
    const index = this.entries.findIndex((entry) => entry.name === name);
    const entry = this.entries[index];
    if (entry === undefined) {
      const known = this.entries.map((buffer) => buffer.name).join(", ");
      throw this.problem(`buffer "${name}"`, `is not declared; declared are ${known}`);
    }
    if (entry.refresh === "once") {
      throw this.problem(
        `buffer "${name}"`,
        "is made once, before there are embeddings; say when it is refreshed",
      );
    }
    if (entry.computed.length > 0) throw this.problem(`buffer "${name}"`, "is given its values twice");
    if (computed.length === 0) throw this.problem(`buffer "${name}"`, "is refreshed from no values");
    this.entries[index] = { ...entry, computed };
  }

  private resolved(name: string, refresh: Refresh): "once" | ResolvedRefresh {
    if (refresh === "once") return refresh;
    const { every = 1, from = 0, initial = null, atEvaluation = false } = refresh === "epoch" ? {} : refresh;
    for (const [key, value, least] of [
      ["every", every, 1],
      ["from", from, 0],
    ] as const) {
      if (Number.isSafeInteger(value) && value >= least) continue;
      throw this.problem(
        `buffer "${name}"`,
        `has refresh.${key} ${value}, but it must be a whole number from ${least}`,
      );
    }
    if (from > 0 && initial === null) {
      throw this.problem(
        `buffer "${name}"`,
        `is first made in epoch ${from}; say by refresh.initial what it holds before`,
      );
    }
    return { every, from, initial, atEvaluation };
  }
}
