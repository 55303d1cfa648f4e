import { Tensor } from "onnxruntime-node";
import type { ExportGraph } from "./exportFormat.js";
import type { Export } from "./loadExport.js";
import { checkCount, checkIds } from "./requestChecks.js";
import type { ServingSessions } from "./servingSessions.js";

export interface ListOptions {
  /** Number of items wanted; 10 by default. */
  readonly k?: number;
  /** Items to leave out. */
  readonly exclude?: readonly number[];
}

export interface Recommendation {
  readonly item: number;
  readonly score: number;
  /** The owner's own key; absent if the export has no keys. */
  readonly key?: string;
  /** Absent if the export has no titles. */
  readonly title?: string;
}

/** int64 [pair, 2]: (row, item) of what must not come out. */
function pairsOf(hidden: readonly ReadonlySet<number>[]): Tensor {
  const pairs = hidden.flatMap((items, row) => [...items].flatMap((item) => [BigInt(row), BigInt(item)]));
  return new Tensor("int64", BigInt64Array.from(pairs), [pairs.length / 2, 2]);
}

/** The graphs of an export that give lists of items. */
export class ListGraphs {
  constructor(
    private readonly loaded: Export,
    private readonly sessions: ServingSessions,
  ) {}

  /**
   * Runs a graph and names the items of its lists.
   *
   * @param hidden items that must not come out, by row
   * @returns a list per row, and everything the graph gave; no results where there are no rows
   * @throws ServingError for ids out of range or a senseless k
   */
  async lists(
    graph: Exclude<ExportGraph, "score">,
    feeds: Readonly<Record<string, Tensor>>,
    hidden: readonly Iterable<number>[],
    { k = 10, exclude = [] }: ListOptions,
  ): Promise<{ readonly lists: Recommendation[][]; readonly results?: Record<string, Tensor> }> {
    checkIds(this.loaded.description, "item", exclude);
    checkCount(k);
    if (hidden.length === 0) return { lists: [] };
    const left = hidden.map((items) => new Set([...items, ...exclude]));
    const length = Math.min(k, this.loaded.description.items);
    const results = await this.sessions.run(graph, {
      ...feeds,
      // Similar items know by themselves what they leave out.
      ...(graph === "similar" ? {} : { seen: pairsOf(left) }),
      k: new Tensor("int64", BigInt64Array.of(BigInt(length)), [1]),
    });
    const items = results["items"]!.data as BigInt64Array;
    const scores = results["scores"]!.data as Float32Array;
    const lists = left.map((out, row) => {
      const list: Recommendation[] = [];
      for (let position = row * length; position < (row + 1) * length; position++) {
        const item = Number(items[position]!);
        // Hidden items come last, where nothing else remains.
        if (out.has(item)) break;
        list.push(this.named(item, scores[position]!));
      }
      return list;
    });
    return { lists, results };
  }

  private named(item: number, score: number): Recommendation {
    const title = this.loaded.titleOf(item);
    const key = this.loaded.keys.items?.key(item);
    return { item, score, ...(key === undefined ? {} : { key }), ...(title === null ? {} : { title }) };
  }
}
