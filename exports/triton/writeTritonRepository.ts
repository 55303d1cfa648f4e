import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { encodeTritonConfig, tritonConfig } from "./tritonConfig.js";

/** Rows that Triton may join to one run. */
const LARGEST_BATCH = 4096;

/** A graph for the repository. */
export interface TritonGraph {
  /** Name of the model in the repository. */
  readonly name: string;
  /** For its inputs and outputs. */
  readonly model: OnnxModel;
  readonly encode: () => Uint8Array;
  /** Files with constants beside the graph's. */
  readonly externalData: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes a model repository of NVIDIA Triton Inference Server: per graph `<name>/config.pbtxt` and `<name>/1/model.onnx`,
 * for its onnxruntime backend. Whole or not at all; an existing folder is replaced.
 *
 * @throws TritonConfigError if a configuration does not fit its graph
 */
export async function writeTritonRepository(folder: string, graphs: readonly TritonGraph[]): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    for (const { name, model, encode, externalData } of graphs) {
      const config = encodeTritonConfig(tritonConfig(name, model, LARGEST_BATCH), name, model);
      const version = join(temporary, name, "1");
      await mkdir(version, { recursive: true });
      await writeFile(join(temporary, name, "config.pbtxt"), config);
      await writeFile(join(version, "model.onnx"), encode());
      for (const [file, bytes] of externalData) await writeFile(join(version, file), bytes);
    }
  });
}
