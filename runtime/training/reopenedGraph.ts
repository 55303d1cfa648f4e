import type { GraphSession } from "../artifacts/graphSession.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { RunnableGraph } from "./stepExecutor.js";

/**
 * A graph whose session is closed whenever it rests and opened again when it runs. What the session keeps for its
 * steps is then free while something else is computed, and does not grow from epoch to epoch as buffers change their
 * sizes.
 */
export class ReopenedGraph implements RunnableGraph {
  private session: GraphSession | null = null;

  constructor(private readonly open: () => Promise<GraphSession>) {}

  async run(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    this.session ??= await this.open();
    return this.session.run(feeds);
  }

  async rest(): Promise<void> {
    await this.session?.release();
    this.session = null;
  }
}
