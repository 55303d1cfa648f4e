import type { Manifest } from "../../runtime/artifacts/manifest.js";
import { evaluatePolynomial, type Polynomial } from "../../src/lower/polynomial.js";
import type { Compilation } from "./jobs/compilation.js";
import type { Floors } from "./jobs/floors.js";
import type { Training } from "./jobs/training.js";

/** Work of a part of training, as the compiler counts it: every operation reads its inputs and writes its result. */
export interface Work {
  readonly bytes: number;
  readonly flops: number;
}

type Sizes = ReadonlyMap<string, number>;

/** The longest list of a ranking by default. */
const RANKED = 50;

/** Evaluates the compiler's polynomials for the sizes that a run had. */
export class WorkCounter {
  constructor(
    private readonly manifest: Manifest,
    private readonly work: Compilation["work"],
    private readonly training: Pick<Training, "sizes" | "stepsPerEpoch" | "rankedUsers" | "counts">,
  ) {}

  /** All steps of an epoch, with what refreshes buffers in every one; null if a size is not known. */
  epoch(): Work | null {
    const { phases, buffers } = this.manifest;
    const parts: (Work | null)[] = phases
      .filter(({ epochs }) => epochs.from === 0)
      .map(({ name, graphs, sampler }) => {
        const steps = this.training.stepsPerEpoch[name] ?? 0;
        return times(this.graph(graphs.epoch, this.batchSizes(sampler.batchSize)), steps);
      });
    for (const buffer of buffers) {
      const { refresh, recipe } = buffer;
      if (refresh === "once" || refresh.graph === null) continue;
      const made = [this.graph(refresh.graph, this.training.sizes)];
      if (recipe.kind === "nearest" && buffer.kind === "sparse") {
        const vectors = this.manifest.graphs[refresh.graph]!.outputs[0]!.axes[1]!;
        made.push(this.neighbours(buffer.row, this.size(vectors)));
      }
      parts.push(...made.map((work) => times(work, 1 / refresh.every)));
    }
    return total(parts);
  }

  /** Final embeddings, scores of all items for all ranked users, and the best of them. */
  ranking(): Work | null {
    const { sizes, counts, rankedUsers } = this.training;
    const axis = this.manifest.graphs["embed"]!.outputs[0]!.axes[1]!;
    const items = sizes.get("item")!;
    const own: [string, number][] = [
      ["user", rankedUsers],
      ["block", rankedUsers],
      ["vector", this.size(axis) ?? NaN],
      ["pair", Math.round((counts.train * rankedUsers) / sizes.get("user")!)],
      ["k", Math.min(RANKED, items)],
    ];
    return total([this.graph("embed", sizes), this.graph("rank", new Map([...sizes, ...own]))]);
  }

  /** Cosines of all pairs of items, for every neighbour graph of features that is made once. */
  preparation(): Work | null {
    const graphs = this.manifest.buffers.filter(
      ({ kind, recipe, refresh }) => kind === "sparse" && recipe.kind === "knn" && refresh === "once",
    );
    return total(
      graphs.map(({ recipe: { modality } }) =>
        this.neighbours("item", typeof modality === "string" ? this.size(`${modality}_feature`) : undefined),
      ),
    );
  }

  private neighbours(row: string, feature: number | undefined): Work | null {
    const count = this.training.sizes.get(row);
    if (count === undefined || feature === undefined) return null;
    // Of wide vectors in several tiles, every pair is compared once.
    const query = feature >= 256 && count > 2048 ? count / 2 : count;
    const sizes = { query, item: count, feature, k: RANKED };
    return this.graph("recipes/cosine_top_k", new Map(Object.entries(sizes)));
  }

  private size(axis: string | number): number | undefined {
    return typeof axis === "number" ? axis : this.training.sizes.get(axis);
  }

  private batchSizes(batch: number): Sizes {
    const { sizes } = this.training;
    const distinct = Math.min(batch, sizes.get("item") ?? batch);
    return new Map([...sizes, ["batch", batch], ["distinct", distinct], ["step", 1]]);
  }

  private graph(name: string, sizes: Sizes): Work | null {
    const found = this.work.find(({ graph }) => graph === name);
    if (found === undefined) return null;
    const value = (polynomial: Polynomial): number | undefined => evaluatePolynomial(polynomial, sizes);
    const [bytes, flops] = [value(found.bytes), value(found.flops)];
    return bytes === undefined || flops === undefined ? null : { bytes, flops };
  }
}

function times(work: Work | null, factor: number): Work | null {
  return work === null ? null : { bytes: work.bytes * factor, flops: work.flops * factor };
}

function total(parts: readonly (Work | null)[]): Work | null {
  return parts.reduce<Work | null>(
    (sum, part) =>
      sum === null || part === null ? null : { bytes: sum.bytes + part.bytes, flops: sum.flops + part.flops },
    { bytes: 0, flops: 0 },
  );
}

/** The least seconds that some work can take: its bytes or its operations at the machine's rates, whichever is more. */
export function floorSeconds(work: Work, floors: Floors): number {
  return Math.max(work.bytes / floors.bandwidth, work.flops / floors.gemm);
}
