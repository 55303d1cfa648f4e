import { DatasetError } from "../datasetError.js";
import type { KnowledgeGraph } from "../knowledgeGraph.js";
import { Random } from "../random.js";
import { corruptedRows } from "./corruptedRows.js";

/** Rows of kg_triples.tsv as they come out of a corruption. */
export interface NoisyTriples {
  /** Rows of the source without repeated triples, ascending. */
  readonly kept: Int32Array;
  /** [row of the source]: the tail, replaced or not. */
  readonly tails: Int32Array;
  /** Rows whose tail was replaced, in the order in which that happened. */
  readonly replaced: Int32Array;
}

/**
 * Knowledge noise of the robustness study (SLIF-MR, Fig. 7): replaces the tail of a share of the triples by an entity
 * drawn uniformly among those with which head and relation form no triple, neither of the source nor of the noise. So
 * all triples stay distinct, and no replaced triple is a fact of the source. Repeated triples are merged first.
 *
 * Nested: with the same seed, the replacements at a lower rate are among those at a higher one.
 *
 * @param file kg_triples.tsv, for messages
 * @throws DatasetError if head and relation of a triple have every entity as tail
 */
export function knowledgeNoise(
  file: string,
  graph: Pick<KnowledgeGraph, "entities" | "heads" | "relationIds" | "tails">,
  rate: number,
  seed: number,
): NoisyTriples {
  const { entities, heads, relationIds } = graph;
  const tailsOf = new Map<string, Set<number>>();
  const kept = Int32Array.from(graph.tails.keys()).filter((row) => {
    const key = `${heads[row]!} ${relationIds[row]!}`;
    const tails = tailsOf.get(key) ?? new Set<number>();
    tailsOf.set(key, tails);
    if (tails.has(graph.tails[row]!)) return false;
    tails.add(graph.tails[row]!);
    return true;
  });
  const replaced = corruptedRows(kept, rate, seed, "knowledge noise");
  const random = new Random(seed, "knowledge noise", "tails");
  const tails = graph.tails.slice();
  for (const row of replaced) {
    const used = tailsOf.get(`${heads[row]!} ${relationIds[row]!}`)!;
    if (used.size >= entities) {
      throw new DatasetError(
        { file, line: row + 2 },
        `head ${heads[row]!} and relation ${relationIds[row]!} have or were given all ${entities} entities as tails`,
        "Lower the rate of knowledge or leave this head out",
      );
    }
    let tail: number;
    do tail = random.below(entities);
    while (used.has(tail));
    used.add(tail);
    tails[row] = tail;
  }
  return { kept, tails, replaced };
}
