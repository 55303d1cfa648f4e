import { byteSize } from "../artifacts/byteSize.js";
import type { LargeTensor } from "../artifacts/graphMemory.js";

/** What a computation needs, what it may have, and which values of which graph make the difference. */
export interface MemoryShortage {
  /** What is computed: `training`, `ranking`. */
  readonly purpose: string;
  /** Bytes at the peak with the least that can be chosen: one step per run, one user per tile. */
  readonly needed: number;
  /** Bytes that may be used, and who says so. */
  readonly limit: number;
  readonly limitedBy: string;
  readonly graph: string;
  readonly largest: readonly LargeTensor[];
  /** What would fit, a sentence. */
  readonly fix: string;
}

/** A computation that cannot fit into memory, found before it starts. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
  readonly purpose: string;
  readonly needed: number;
  readonly limit: number;
  readonly graph: string;
  readonly largest: readonly LargeTensor[];
  readonly fix: string;

  constructor(shortage: MemoryShortage) {
    const { purpose, needed, limit, limitedBy, graph, largest, fix } = shortage;
    const values = largest.map(
      ({ name, type, bytes, declared }) => `  ${byteSize(bytes)}  ${name} ${type}, declared at ${declared}\n`,
    );
    super(
      `${purpose} needs about ${byteSize(needed)} of memory at least, but ${byteSize(limit)} may be used ` +
        `(${limitedBy}). The largest values of graph "${graph}":\n${values.join("")}${fix}`,
    );
    this.purpose = purpose;
    this.needed = needed;
    this.limit = limit;
    this.graph = graph;
    this.largest = largest;
    this.fix = fix;
  }
}
