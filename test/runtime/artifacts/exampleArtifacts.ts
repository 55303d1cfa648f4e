import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../../runtime/artifacts/manifest.js";
import { sha256Of } from "../../../runtime/artifacts/loadArtifacts.js";
import { tinyOnnx } from "../tinyOnnx.js";

const doubling = tinyOnnx({
  inputs: [{ name: "user_embedding", dtype: "float32", axes: ["user", "dim"] }],
  outputs: [{ name: "user_vectors", dtype: "float32", axes: ["user", "dim"] }],
  nodes: [
    { op: "Add", name: "double", inputs: ["user_embedding", "user_embedding"], outputs: ["user_vectors"] },
  ],
  metadata: { "mmkit.sources": JSON.stringify({ double: "graphs/example/model.ts:7" }) },
});

/** A manifest that uses every kind of entry; its five graphs are the same tiny file. */
export function exampleManifest(): Manifest {
  const graph = (file: string): Manifest["graphs"][string] => ({
    file,
    sha256: sha256Of(doubling),
    inputs: [{ name: "user_embedding", dtype: "float32", axes: ["user", "dim"], role: "parameter" }],
    outputs: [{ name: "user_vectors", dtype: "float32", axes: ["user", "dim"], role: "embedding" }],
  });
  return {
    format: "mmkit",
    version: 2,
    model: "example",
    title: "Example",
    hyperparameters: { dim: 8, layers: 2 },
    modalities: ["text"],
    opset: 21,
    irVersion: 10,
    computation: "0".repeat(64),
    axes: { user: null, item: null, node: { sumOf: ["user", "item"] }, dim: 8 },
    parameters: [
      { name: "user_embedding", axes: ["user", "dim"], initializer: { kind: "xavierUniform", scale: 1 } },
    ],
    buffers: [
      {
        kind: "sparse",
        name: "interactions",
        row: "user",
        column: "item",
        entry: "interactions_entry",
        groups: 12,
        recipe: { kind: "interactions", weights: "symmetric" },
        refresh: "once",
      },
      {
        kind: "dense",
        name: "text_negatives",
        dtype: "int32",
        axes: ["item", "dim"],
        indexes: "item",
        recipe: { kind: "negativeItems", perItems: 512, stream: "text" },
        refresh: { every: 1, from: 0, initial: null, graph: null, atEvaluation: false },
      },
    ],
    phases: [
      {
        name: "main",
        parameters: ["user_embedding"],
        epochs: { from: 0, until: null },
        sampler: { kind: "pairs", batchSize: 4, negativePool: "train" },
        batch: [{ name: "users", source: "user" }],
        losses: ["total", "bpr"],
        optimizer: { kind: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        optimizerState: "main",
        moments: [{ name: "user_embedding.m", parameter: "user_embedding" }],
        learningRate: { base: 0.001, schedule: { kind: "exponential", rate: 0.96, every: 50 }, warmup: 0 },
        graphs: { training: "training", optimizer: "optimizer", evaluation: "evaluation", epoch: "epoch" },
      },
    ],
    schedule: [
      { kind: "refresh", buffer: "text_negatives" },
      { kind: "phase", phase: "main" },
    ],
    graphs: {
      training: graph("training_model.onnx"),
      optimizer: graph("optimizer_model.onnx"),
      evaluation: graph("eval_model.onnx"),
      epoch: graph("epoch_model.onnx"),
      embed: graph("embed_model.onnx"),
    },
  };
}

/** Writes the example artifact folder, its manifest changed by `edit`. */
export async function writeExampleArtifacts(
  folder: string,
  edit: (manifest: Manifest) => unknown = (manifest) => manifest,
): Promise<void> {
  const manifest = exampleManifest();
  await mkdir(folder, { recursive: true });
  for (const entry of Object.values(manifest.graphs)) await writeFile(join(folder, entry.file), doubling);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(edit(manifest)));
}
