import type { Tensor } from "onnxruntime-web";
import type { PhaseEntry } from "../artifacts/manifest.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import {
  stepOf,
  updatedNames,
  type StepChunk,
  type StepExecutor,
  type StepResult,
} from "../training/stepExecutor.js";
import type { LoadedOrt } from "./ortModule.js";
import type { PageGraph } from "./pageGraph.js";

/** Where the state of training stood between two steps, as found in the last chunk. */
export type StatePlace = "gpu" | "processor" | "both";

/**
 * Steps on WebGPU, which has no kernel for fused ones: gradients, parameters and moments stay on the GPU from one step to
 * the next; only losses come back after each step, and the state after the last of a chunk.
 */
export class GpuExecutor implements StepExecutor {
  private places = new Set<string>();

  /**
   * @param training a graph that keeps its outputs on the GPU
   * @param optimizer the same
   */
  constructor(
    private readonly phase: PhaseEntry,
    private readonly training: PageGraph,
    private readonly optimizer: PageGraph,
    private readonly loaded: LoadedOrt,
  ) {}

  /** Null before the first step. */
  get statePlace(): StatePlace | null {
    if (this.places.size === 0) return null;
    if (this.places.size > 1) return "both";
    return this.places.has("gpu-buffer") ? "gpu" : "processor";
  }

  async run({ count, firstStep, learningRate, batch, standing }: StepChunk): Promise<StepResult> {
    const names = updatedNames(this.phase);
    const columns = this.phase.losses.length;
    const losses = new Float32Array(count * columns);
    const feeds = new Map([...standing].map(([name, tensor]) => [name, this.fed(tensor)]));
    feeds.set("learning_rate", this.fed(hostTensor("float32", [], Float32Array.of(learningRate))));
    this.places = new Set();
    for (let index = 0; index < count; index++) {
      for (const [name, stacked] of batch) feeds.set(name, this.fed(stepOf(stacked, index)));
      feeds.set("step", this.fed(hostTensor("float32", [], Float32Array.of(firstStep + index))));
      const gradients = await this.training.runTensors(inputsOf(this.training, feeds));
      const optimizerFeeds = new Map([...feeds, ...gradients]);
      const updated = await this.optimizer.runTensors(inputsOf(this.optimizer, optimizerFeeds));
      losses.set((await gradients.get("losses")!.getData(true)) as Float32Array, index * columns);
      for (const [name, tensor] of gradients) if (name !== "losses") tensor.dispose();
      for (const name of names) {
        const next = updated.get(`${name}.next`)!;
        this.places.add(next.location);
        feeds.get(name)!.dispose();
        feeds.set(name, next);
      }
    }
    const updated = new Map<string, HostTensor>();
    for (const name of names) {
      const tensor = feeds.get(name)!;
      updated.set(name, hostTensor("float32", tensor.dims, (await tensor.getData(true)) as Float32Array));
    }
    return { updated, losses };
  }

  private fed({ dtype, data, dims }: HostTensor): Tensor {
    return new this.loaded.ort.Tensor(dtype, data, dims);
  }
}

function inputsOf(graph: PageGraph, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(graph.inputNames.map((name) => [name, tensors.get(name)!]));
}
