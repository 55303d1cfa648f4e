import { InferenceSession, Tensor, env } from "onnxruntime-node";
import { hostTensor, type HostArray, type HostTensor } from "../data/hostTensor.js";
import { checkFeeds } from "./checkFeeds.js";
import { providersOf, type Device } from "./device.js";
import { graphEntry, type Artifacts } from "./artifacts.js";
import { graphFile } from "./loadArtifacts.js";
import type { ArtifactDType, GraphEntry } from "./manifest.js";
import { GraphRunError } from "./graphRunError.js";
import { readNodeSources } from "./modelMetadata.js";

export interface GraphSessionOptions {
  readonly device: Device;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  /** Sizes that feeds are checked against. */
  readonly sizes: ReadonlyMap<string, number>;
  /** What becomes of memory between operations and runs; `planned` if absent. */
  readonly memory?: SessionMemory;
}

/**
 * - `planned`: kept, and from the second run on taken as one block for the whole plan, which holds about twice what lives
 *   at once and saves asking for memory, which counts where values are small
 * - `kept`: kept, without the block
 * - `returned`: given back, for graphs that run now and then
 */
export type SessionMemory = "planned" | "kept" | "returned";

/** Names of nodes in a message of onnxruntime, outermost first. */
export function nodesNamedIn(message: string): string[] {
  return [...message.matchAll(/Name:'([^']+)'|In Node, \("([^"]+)"|Node \(([^)]+)\) Op/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

async function explained(artifacts: Artifacts, graph: string, error: unknown): Promise<GraphRunError> {
  const reason = (error as Error).message.trim();
  const nodes = nodesNamedIn(reason);
  const sources = await readNodeSources(graphFile(artifacts, graph)).catch(() => new Map<string, string>());
  // A value `score/matmul_3fa2c1` lowers to nodes `score/matmul_3fa2c1.MatMul`, …; the list names the value.
  const sourceOf = (name: string): string | undefined =>
    sources.get(name) ?? sources.get(name.slice(0, name.lastIndexOf(".")));
  const node = nodes.findLast((name) => sourceOf(name) !== undefined) ?? nodes.at(-1) ?? null;
  return new GraphRunError(graph, node, (node === null ? undefined : sourceOf(node)) ?? null, reason);
}

/** One graph of an artifact folder, loaded. */
export class GraphSession {
  private constructor(
    private readonly artifacts: Artifacts,
    readonly graph: string,
    readonly entry: GraphEntry,
    private readonly session: InferenceSession,
    private readonly sizes: ReadonlyMap<string, number>,
  ) {}

  /** @throws ArtifactError if there is no such graph; GraphRunError if onnxruntime refuses it */
  static async open(
    artifacts: Artifacts,
    graph: string,
    options: GraphSessionOptions,
  ): Promise<GraphSession> {
    const entry = graphEntry(artifacts, graph);
    // What goes wrong is thrown; the log would repeat it on stderr.
    env.logLevel = "fatal";
    try {
      const session = await InferenceSession.create(graphFile(artifacts, graph), {
        executionProviders: providersOf(options.device),
        logSeverityLevel: 4,
        extra: { session: { use_deterministic_compute: "1" } },
        ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
        enableMemPattern: options.memory === undefined || options.memory === "planned",
        enableCpuMemArena: options.memory !== "returned",
      });
      return new GraphSession(artifacts, graph, entry, session, options.sizes);
    } catch (error) {
      throw await explained(artifacts, graph, error);
    }
  }

  /**
   * @param feeds at least the graph's inputs by name; others are left aside
   * @returns all outputs by name, in new memory
   * @throws FeedError before the run if an input is not what the manifest says; GraphRunError if the run fails
   */
  async run(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    checkFeeds(this.graph, this.entry, feeds, this.sizes);
    const inputs: Record<string, Tensor> = {};
    for (const { name } of this.entry.inputs) {
      const { dtype, data, dims } = feeds.get(name)!;
      inputs[name] = new Tensor(dtype, data, dims);
    }
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(inputs);
    } catch (error) {
      throw await explained(this.artifacts, this.graph, error);
    }
    const outputs = new Map<string, HostTensor>();
    for (const { name } of this.entry.outputs) {
      const { type, dims, data } = results[name] as Tensor;
      outputs.set(name, hostTensor(type as ArtifactDType, dims, data as HostArray));
    }
    return outputs;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
