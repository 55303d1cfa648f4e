import { InferenceSession, Tensor } from "onnxruntime-node";
import type { ArtifactDType } from "../runtime/artifacts/manifest.js";
import { hostTensor, type HostArray } from "../runtime/data/hostTensor.js";
import type { RunGraph } from "../runtime/data/recipe.js";
import { encodeModel } from "../src/onnx/encode.js";
import { compile } from "./compile.js";
import { cosineTopKGraph } from "./dataGraphs.js";

/** A search for the nearest rows by cosine, as an ONNX graph of its own. */
export interface NeighbourSearch {
  /** Runs it, whatever the name of the graph. */
  readonly run: RunGraph;
  release(): Promise<void>;
}

/** @param options.threads within an operation; onnxruntime's default if absent */
export async function openNeighbourSearch(
  options: { readonly threads?: number } = {},
): Promise<NeighbourSearch> {
  const bytes = encodeModel(compile(cosineTopKGraph(), { sizeInputs: { k: "k" } }));
  const session = await InferenceSession.create(bytes, {
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  });
  return {
    run: async (_graph, feeds) => {
      const inputs = Object.entries(feeds).map(
        ([name, { dtype, data, dims }]) => [name, new Tensor(dtype, data, dims)] as const,
      );
      const outputs = Object.entries(await session.run(Object.fromEntries(inputs)));
      return Object.fromEntries(
        outputs.map(([name, { type, dims, data }]) => [
          name,
          hostTensor(type as ArtifactDType, dims, data as HostArray),
        ]),
      );
    },
    release: () => session.release(),
  };
}
