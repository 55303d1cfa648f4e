import { GraphSession, type GraphSessionOptions } from "../artifacts/graphSession.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import type { RunGraph } from "../data/recipe.js";
import { ReopenedGraph } from "./reopenedGraph.js";

/** Opens the graphs that make buffers when they are needed, and closes them all at the end. */
export class RecipeGraphs {
  private readonly graphs = new Map<string, ReopenedGraph>();

  constructor(
    private readonly artifacts: Artifacts,
    private readonly options: GraphSessionOptions,
  ) {}

  readonly run: RunGraph = async (name, feeds) => {
    const graph =
      this.graphs.get(name) ?? new ReopenedGraph(() => GraphSession.open(this.artifacts, name, this.options));
    this.graphs.set(name, graph);
    return Object.fromEntries(await graph.run(new Map(Object.entries(feeds))));
  };

  async close(): Promise<void> {
    for (const graph of this.graphs.values()) await graph.rest();
  }
}
