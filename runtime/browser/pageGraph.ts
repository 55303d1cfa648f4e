import type { InferenceSession, Tensor } from "onnxruntime-web";
import { ArtifactError } from "../artifacts/artifactError.js";
import { GraphRunError } from "../artifacts/graphRunError.js";
import type { ArtifactDType } from "../artifacts/manifest.js";
import { hostTensor, type HostArray, type HostTensor } from "../data/hostTensor.js";
import type { LoadedOrt } from "./ortModule.js";

export interface PageGraphOptions {
  /** Files with constants that the graph refers to by these names. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** Runs on the processor, whatever the device. */
  readonly onCpu?: boolean;
  /** Outputs stay on the GPU. */
  readonly keepsOnGpu?: boolean;
}

/** A graph, loaded into onnxruntime-web. */
export class PageGraph {
  private constructor(
    readonly name: string,
    private readonly loaded: LoadedOrt,
    private readonly session: InferenceSession,
  ) {}

  /** @throws ArtifactError if onnxruntime refuses it */
  static async open(
    name: string,
    bytes: Uint8Array,
    loaded: LoadedOrt,
    { externalData, onCpu = false, keepsOnGpu = false }: PageGraphOptions = {},
  ): Promise<PageGraph> {
    try {
      const session = await loaded.inTurn(() =>
        loaded.ort.InferenceSession.create(bytes, {
          executionProviders: [onCpu ? "wasm" : loaded.device],
          logSeverityLevel: 4,
          ...(externalData === undefined || externalData.length === 0
            ? {}
            : { externalData: [...externalData] }),
          ...(keepsOnGpu ? { preferredOutputLocation: "gpu-buffer" as const } : {}),
        }),
      );
      return new PageGraph(name, loaded, session);
    } catch (error) {
      const problem = `onnxruntime-web cannot load it on ${loaded.device} (${(error as Error).message.trim()})`;
      throw new ArtifactError(name, problem, "Write the folder again with this version of mmkit.");
    }
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /**
   * @param feeds at least the graph's inputs by name; others are left aside
   * @returns all outputs by name
   * @throws GraphRunError
   */
  async run(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    const { Tensor } = this.loaded.ort;
    const inputs = new Map(
      this.session.inputNames.flatMap((name) => {
        const tensor = feeds.get(name);
        return tensor === undefined
          ? []
          : [[name, new Tensor(tensor.dtype, tensor.data, tensor.dims)] as const];
      }),
    );
    const results = await this.runTensors(inputs);
    return new Map(
      [...results].map(([name, { type, dims, data }]) => [
        name,
        hostTensor(type as ArtifactDType, dims, data as HostArray),
      ]),
    );
  }

  /** The same with onnxruntime's own tensors, wherever they are. */
  async runTensors(inputs: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> {
    try {
      const results = await this.loaded.inTurn(() => this.session.run(Object.fromEntries(inputs)));
      return new Map(Object.entries(results).map(([name, value]) => [name, value]));
    } catch (error) {
      throw new GraphRunError(this.name, null, null, (error as Error).message.trim());
    }
  }

  async release(): Promise<void> {
    await this.loaded.inTurn(() => this.session.release());
  }
}
