import { expect } from "chai";
import type { GraphSession } from "../../../runtime/artifacts/graphSession.js";
import { ReopenedGraph } from "../../../runtime/training/reopenedGraph.js";

describe("a graph that is opened again", () => {
  it("has one session until it rests, and none while it rests", async () => {
    const events: string[] = [];
    let opened = 0;
    const graph = new ReopenedGraph(() => {
      const name = `session ${++opened}`;
      const session = {
        run: () => {
          events.push(`${name} runs`);
          return Promise.resolve(new Map());
        },
        release: () => {
          events.push(`${name} closed`);
          return Promise.resolve();
        },
      };
      return Promise.resolve(session as unknown as GraphSession);
    });
    await graph.rest();
    await graph.run(new Map());
    await graph.run(new Map());
    await graph.rest();
    await graph.rest();
    await graph.run(new Map());
    expect(events).to.deep.equal(["session 1 runs", "session 1 runs", "session 1 closed", "session 2 runs"]);
  });
});
