import { readMetadataEntry } from "./modelMetadata.js";

/** Metadata key under which a graph file keeps what lives at once, as polynomials of the sizes. */
const MEMORY = "mmkit.memory";

/** Coefficients of products of sizes, `{"user": 256, "batch·dim": 4, "": 16}`. */
type Polynomial = Readonly<Record<string, number>>;

interface Estimate {
  readonly live: readonly Polynomial[];
  readonly largest: readonly {
    readonly name: string;
    readonly type: string;
    readonly bytes: Polynomial;
    readonly declared: string;
  }[];
}

/** One value of a graph that takes much memory. */
export interface LargeTensor {
  readonly name: string;
  /** `float32 [user, dim=64]`. */
  readonly type: string;
  readonly bytes: number;
  /** File and line of the declaration. */
  readonly declared: string;
}

function evaluate(value: Polynomial, sizes: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const [product, coefficient] of Object.entries(value)) {
    let term = coefficient;
    for (const symbol of product === "" ? [] : product.split("·")) {
      const size = sizes.get(symbol);
      if (size === undefined) throw new Error(`internal: the memory of a graph depends on "${symbol}"`);
      term *= size;
    }
    total += term;
  }
  return total;
}

/**
 * The sizes of axes and, of every sparse buffer, the cells of its largest degree group and of all groups, which the
 * compiler cannot know.
 */
export function withGroupSizes(sizes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const all = new Map(sizes);
  for (const [name, rows] of sizes) {
    const prefix = /^(.*)\/group_\d+\/rows$/.exec(name)?.[1];
    if (prefix === undefined) continue;
    const cells = rows * (sizes.get(name.replace(/rows$/, "width")) ?? 0);
    all.set(`${prefix}/cells`, (all.get(`${prefix}/cells`) ?? 0) + cells);
    all.set(`${prefix}/largest_group`, Math.max(all.get(`${prefix}/largest_group`) ?? 0, cells));
  }
  return all;
}

/** The memory that the compiler expects one evaluation of a graph to need beyond its inputs. */
export class GraphMemory {
  constructor(private readonly estimate: Estimate) {}

  /**
   * @returns null if the file does not say, because another version of mmkit wrote it
   * @throws ArtifactError if the file is damaged
   */
  static async read(file: string): Promise<GraphMemory | null> {
    const estimate = (await readMetadataEntry(file, MEMORY)) as Estimate | undefined;
    return estimate === undefined ? null : new GraphMemory(estimate);
  }

  /** Whether all sizes that the estimate depends on are given. */
  isKnown(sizes: ReadonlyMap<string, number>): boolean {
    const { live, largest } = this.estimate;
    const polynomials = [...live, ...largest.map((value) => value.bytes)];
    const products = polynomials.flatMap((value) => Object.keys(value)).filter((product) => product !== "");
    return products.every((product) => product.split("·").every((symbol) => sizes.has(symbol)));
  }

  /** Bytes that live at once; of a fused epoch, within one step and without the state that the loop carries. */
  peak(sizes: ReadonlyMap<string, number>): number {
    return this.estimate.live.reduce((most, set) => Math.max(most, evaluate(set, sizes)), 0);
  }

  /** The largest values, largest first, at most `count`; none below a hundredth of the first. */
  largest(sizes: ReadonlyMap<string, number>, count: number): LargeTensor[] {
    const values = this.estimate.largest
      .map((value) => ({ ...value, bytes: evaluate(value.bytes, sizes) }))
      .sort((left, right) => right.bytes - left.bytes);
    return values.slice(0, count).filter(({ bytes }) => bytes >= 0.01 * values[0]!.bytes);
  }
}
