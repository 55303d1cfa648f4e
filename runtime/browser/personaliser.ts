import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import type { PersonaliseEntry } from "../serving/exportFormat.js";
import { GraphRunError } from "../artifacts/graphRunError.js";
import type { RunnableGraph } from "../training/stepExecutor.js";

/** A vector after its training. */
export interface TrainedVector {
  readonly vector: Float32Array;
  readonly loss: { readonly before: number; readonly after: number };
  readonly milliseconds: number;
}

/** How vectors are trained. */
export type PersonaliseSteps = Pick<PersonaliseEntry, "learningRate" | "steps">;

const STATE = ["visitor", "visitor.m", "visitor.v"] as const;

/** Trains the vector of somebody new from what they clicked, with graphs whose signatures exportFormat.ts has. */
export class Personaliser {
  /**
   * @param further what the training graph is fed besides: the item vectors where they are not in the graph
   */
  constructor(
    private readonly training: RunnableGraph,
    private readonly optimizer: RunnableGraph,
    private readonly settings: PersonaliseSteps,
    private readonly further: ReadonlyMap<string, HostTensor> = new Map(),
  ) {}

  /**
   * @param start the fold-in of the clicked items
   * @throws GraphRunError if the loss is not finite
   */
  async train(
    start: Float32Array,
    clicked: readonly number[],
    unwanted: readonly number[],
  ): Promise<TrainedVector> {
    const began = performance.now();
    const dims = [1, start.length];
    // Every clicked item with every unwanted one; an item paired with itself leaves the vector as it is.
    const pairs = clicked.flatMap((item) =>
      unwanted.length === 0 ? [[item, item] as const] : unwanted.map((other) => [item, other] as const),
    );
    const column = (ids: readonly number[]): HostTensor =>
      hostTensor("int32", [ids.length], Int32Array.from(ids));
    const scalar = (value: number): HostTensor => hostTensor("float32", [], Float32Array.of(value));
    const feeds = new Map<string, HostTensor>([
      ...this.further,
      ["start", hostTensor("float32", dims, start)],
      ["users", column(pairs.map(() => 0))],
      ["positives", column(pairs.map(([item]) => item))],
      ["negatives", column(pairs.map(([, other]) => other))],
      ["learning_rate", scalar(this.settings.learningRate)],
      ["visitor", hostTensor("float32", dims, start)],
      ["visitor.m", hostTensor("float32", dims, new Float32Array(start.length))],
      ["visitor.v", hostTensor("float32", dims, new Float32Array(start.length))],
    ]);
    const losses: number[] = [];
    for (let step = 1; step <= this.settings.steps; step++) {
      const results = await this.training.run(feeds);
      losses.push(results.get("losses")!.data[0] as number);
      feeds.set("step", scalar(step));
      const updated = await this.optimizer.run(new Map([...feeds, ...results]));
      for (const name of STATE) feeds.set(name, updated.get(`${name}.next`)!);
    }
    losses.push((await this.training.run(feeds)).get("losses")!.data[0] as number);
    const wrong = losses.findIndex((loss) => !Number.isFinite(loss));
    if (wrong >= 0) {
      throw new GraphRunError(
        "personalise",
        null,
        null,
        `the loss is ${losses[wrong]!} after ${wrong} steps`,
      );
    }
    return {
      vector: feeds.get("visitor")!.data as Float32Array,
      loss: { before: losses[0]!, after: losses.at(-1)! },
      milliseconds: performance.now() - began,
    };
  }
}
