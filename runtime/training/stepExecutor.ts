import type { PhaseEntry } from "../artifacts/manifest.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";

/** Some consecutive optimizer steps of one phase. */
export interface StepChunk {
  /** Number of steps K. */
  readonly count: number;
  /** 1-based number of the first step among all steps of the phase. */
  readonly firstStep: number;
  readonly learningRate: number;
  /** Every tensor [K, batch]. */
  readonly batch: ReadonlyMap<string, HostTensor>;
  /** Parameters, moments, buffers and the random key. */
  readonly standing: ReadonlyMap<string, HostTensor>;
}

export interface StepResult {
  /** The phase's parameters and moments after the last step. */
  readonly updated: ReadonlyMap<string, HostTensor>;
  /** [K, loss]: the terms of each step, in the order of the phase's `losses`. */
  readonly losses: Float32Array;
}

/** Takes optimizer steps. Its inputs are left as they were. */
export interface StepExecutor {
  run(chunk: StepChunk): Promise<StepResult>;
  /** Told after the last step of an epoch, or before a pause: what only steps need may be given back. */
  rest?(): Promise<void>;
}

export interface RunnableGraph {
  run(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>>;
  /** See StepExecutor; absent where there is nothing to give back. */
  rest?(): Promise<void>;
}

/** Names of the tensors that a phase updates. */
export function updatedNames(phase: PhaseEntry): string[] {
  return [...phase.parameters, ...phase.moments.map((moment) => moment.name)];
}

function updatedIn(phase: PhaseEntry, results: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map(updatedNames(phase).map((name) => [name, results.get(`${name}.next`)!]));
}

/** All steps of a chunk in one run of the phase's epoch graph. */
export class FusedExecutor implements StepExecutor {
  constructor(
    private readonly phase: PhaseEntry,
    private readonly epochGraph: RunnableGraph,
  ) {}

  async run({ count, firstStep, learningRate, batch, standing }: StepChunk): Promise<StepResult> {
    const steps = Float32Array.from({ length: count }, (_, index) => firstStep + index);
    const feeds = new Map([...standing, ...batch]);
    feeds.set("learning_rate", hostTensor("float32", [count], new Float32Array(count).fill(learningRate)));
    feeds.set("step", hostTensor("float32", [count], steps));
    const results = await this.epochGraph.run(feeds);
    return { updated: updatedIn(this.phase, results), losses: results.get("losses")!.data as Float32Array };
  }

  async rest(): Promise<void> {
    await this.epochGraph.rest?.();
  }
}

/** One run of the training graph and one of the optimizer graph per step, for devices without Scan (WebGPU). */
export class SeparateExecutor implements StepExecutor {
  constructor(
    private readonly phase: PhaseEntry,
    private readonly trainingGraph: RunnableGraph,
    private readonly optimizerGraph: RunnableGraph,
  ) {}

  async run({ count, firstStep, learningRate, batch, standing }: StepChunk): Promise<StepResult> {
    const columns = this.phase.losses.length;
    const losses = new Float32Array(count * columns);
    const feeds = new Map(standing);
    feeds.set("learning_rate", hostTensor("float32", [], Float32Array.of(learningRate)));
    let updated = new Map(updatedNames(this.phase).map((name) => [name, standing.get(name)!]));
    for (let index = 0; index < count; index++) {
      for (const [name, stacked] of batch) feeds.set(name, stepOf(stacked, index));
      feeds.set("step", hostTensor("float32", [], Float32Array.of(firstStep + index)));
      const gradients = await this.trainingGraph.run(feeds);
      losses.set(gradients.get("losses")!.data as Float32Array, index * columns);
      updated = updatedIn(this.phase, await this.optimizerGraph.run(new Map([...feeds, ...gradients])));
      for (const [name, tensor] of updated) feeds.set(name, tensor);
    }
    return { updated, losses };
  }

  async rest(): Promise<void> {
    await this.trainingGraph.rest?.();
    await this.optimizerGraph.rest?.();
  }
}

/** One step of a stacked batch tensor, a view. */
export function stepOf({ dtype, dims, data }: HostTensor, step: number): HostTensor {
  const rest = dims.slice(1);
  const size = rest.reduce((product, dim) => product * dim, 1);
  return hostTensor(dtype, rest, data.subarray(step * size, (step + 1) * size));
}
