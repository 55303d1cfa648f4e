import { InferenceSession } from "onnxruntime-node";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import type { Manifest } from "../../../runtime/artifacts/manifest.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { expectedSizes } from "../../../runtime/data/expectedSizes.js";
import { datasetSettings } from "../../../src/cli/datasetModalities.js";
import { loadModel } from "../../../src/cli/loadModel.js";
import { chosenSettings } from "../../../src/cli/modelOptions.js";
import { graphWork } from "../../../src/cli/workSummary.js";
import { timed, type Seconds } from "./job.js";

export interface CompilationRequest {
  readonly model: string;
  /** `name=value` each. */
  readonly set: readonly string[];
  /** Dataset folder, which suggests modalities. */
  readonly data: string;
  /** Where the artifacts are written. */
  readonly artifacts: string;
  readonly threads: number;
}

export interface Compilation {
  readonly manifest: Manifest;
  /** Polynomials of the axes, by graph. */
  readonly work: readonly {
    readonly graph: string;
    readonly flops: ReadonlyMap<string, number>;
    readonly bytes: ReadonlyMap<string, number>;
  }[];
  /** Lengths of the axes as far as dataset and manifest decide them. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The first time in a fresh process. */
  readonly compile: Seconds;
  /** Of all graphs, bytes. */
  readonly artifactBytes: number;
  /** Creation of an onnxruntime session for every graph that trains and ranks, one after the other. */
  readonly sessions: Seconds;
}

/** Compiles a model, writes its artifacts and opens its graphs. */
export async function measureCompilation(request: CompilationRequest): Promise<Compilation> {
  const model = await loadModel(request.model);
  const { given } = await chosenSettings(model, { set: request.set, config: undefined }, (set) =>
    datasetSettings(model, set, request.data),
  );
  const compiled = await timed(() => buildArtifacts(model, given));
  const { manifest, files } = compiled.value;
  await writeArtifacts(compiled.value, request.artifacts);
  const used = new Set(["embed", "rank", ...manifest.phases.map(({ graphs }) => graphs.epoch)]);
  const graphs = Object.entries(manifest.graphs).filter(([name]) => used.has(name));
  const opened = await timed(() =>
    Promise.all(
      graphs.map(([, { file }]) =>
        InferenceSession.create(files.get(file)!, {
          intraOpNumThreads: request.threads,
          executionProviders: ["cpu"],
          logSeverityLevel: 4,
        }),
      ),
    ),
  );
  for (const session of opened.value) await session.release();
  return {
    manifest,
    work: graphWork(manifest, files),
    sizes: await expectedSizes(manifest, await loadDataset(request.data)),
    compile: compiled.seconds,
    artifactBytes: [...files.values()].reduce((total, { length }) => total + length, 0),
    sessions: opened.seconds,
  };
}
