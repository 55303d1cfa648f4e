import { InferenceSession, env, type Tensor } from "onnxruntime-node";
import { join } from "node:path";
import { ArtifactError } from "../artifacts/artifactError.js";
import { providersOf, type Device } from "../artifacts/device.js";
import type { ExportGraph } from "./exportFormat.js";

export interface ServingSessionOptions {
  readonly device: Device;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
}

/** The graphs of an export, each opened when it is first needed: each holds the vectors it works with. */
export class ServingSessions {
  private readonly open = new Map<string, Promise<InferenceSession>>();
  private readonly settings: InferenceSession.SessionOptions;

  /** @param files of the graphs, by name of the graph */
  constructor(
    private readonly folder: string,
    private readonly files: Readonly<Record<ExportGraph, string>>,
    { device, threads }: ServingSessionOptions,
  ) {
    // What goes wrong is thrown; the log would repeat it on stderr.
    env.logLevel = "fatal";
    this.settings = {
      executionProviders: providersOf(device),
      logSeverityLevel: 4,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
  }

  /** @throws ArtifactError if onnxruntime cannot load the graph */
  session(graph: ExportGraph): Promise<InferenceSession> {
    return this.ofFile(this.files[graph]);
  }

  /** @throws ArtifactError if onnxruntime cannot load the graph of this file */
  ofFile(name: string): Promise<InferenceSession> {
    const known = this.open.get(name);
    if (known !== undefined) return known;
    const session = this.load(join(this.folder, name));
    this.open.set(name, session);
    return session;
  }

  async run(graph: ExportGraph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    return (await this.session(graph)).run(feeds);
  }

  /** Ends all sessions. */
  async release(): Promise<void> {
    const sessions = await Promise.allSettled(this.open.values());
    this.open.clear();
    for (const session of sessions) if (session.status === "fulfilled") await session.value.release();
  }

  private async load(file: string): Promise<InferenceSession> {
    try {
      return await InferenceSession.create(file, this.settings);
    } catch (error) {
      const problem = `onnxruntime cannot load it (${(error as Error).message.trim()})`;
      throw new ArtifactError(file, problem, "Write the folder again with `mmkit export`.");
    }
  }
}
