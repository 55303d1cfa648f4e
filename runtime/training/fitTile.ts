import { byteSize } from "../artifacts/byteSize.js";
import { GraphMemory } from "../artifacts/graphMemory.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import { graphFile } from "../artifacts/loadArtifacts.js";
import type { FitTile } from "../data/recipe.js";
import { ARENA, largestFitting } from "./memoryPlan.js";
import { MemoryError } from "./memoryError.js";

/**
 * Chooses tiles of recipe graphs so that the process stays within a limit.
 *
 * @param limit bytes for the process, null for none
 * @param inUse bytes that it has when asked
 */
export function fitTiles(
  artifacts: Artifacts,
  limit: number | null,
  limitedBy: string,
  inUse: () => number = () => process.memoryUsage.rss(),
): FitTile {
  return async (graph, most, sizesOf) => {
    const memory = limit === null ? null : await GraphMemory.read(graphFile(artifacts, graph));
    if (limit === null || memory?.isKnown(sizesOf(1)) !== true) return most;
    const used = inUse();
    const needed = (rows: number): number => used + ARENA * memory.peak(sizesOf(rows));
    const rows = largestFitting(most, (count) => needed(count) <= limit);
    if (needed(rows) <= limit) return rows;
    throw new MemoryError({
      purpose: "Making the buffers",
      needed: needed(1),
      limit,
      limitedBy,
      graph,
      largest: memory.largest(sizesOf(1), 3),
      fix: `The process has ${byteSize(used)} already; a tile of one row does not fit. Use smaller features, or more memory.`,
    });
  };
}
