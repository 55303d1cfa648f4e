import { GraphSession, type GraphSessionOptions } from "../artifacts/graphSession.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import type { RunGraph } from "../data/recipe.js";

/** Opens the graphs that make buffers when they are needed, and closes them all at the end. */
export class RecipeGraphs {
  private readonly sessions = new Map<string, GraphSession>();

  constructor(
    private readonly artifacts: Artifacts,
    private readonly options: GraphSessionOptions,
  ) {}

  readonly run: RunGraph = async (graph, feeds) => {
    let session = this.sessions.get(graph);
    if (session === undefined) {
      session = await GraphSession.open(this.artifacts, graph, this.options);
      this.sessions.set(graph, session);
    }
    return Object.fromEntries(await session.run(new Map(Object.entries(feeds))));
  };

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.release();
    this.sessions.clear();
  }
}
