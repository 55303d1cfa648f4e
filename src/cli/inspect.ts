import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadArtifacts } from "../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../runtime/data/dataset.js";
import { expectedSizes } from "../../runtime/data/expectedSizes.js";
import { loadCheckpoint } from "../../runtime/training/checkpoint.js";
import { checkModel } from "../onnx/check.js";
import { decodeModel } from "../onnx/decode.js";
import { formatModel } from "../onnx/format.js";
import { OnnxCheckError } from "../onnx/onnxCheckError.js";
import { OnnxError } from "../onnx/onnxError.js";
import type { Provider } from "../onnx/opSupport.js";
import { command } from "./command.js";
import { artifactSummary } from "./artifactSummary.js";
import { checkpointSummary } from "./checkpointSummary.js";
import { InspectError } from "./inspectError.js";
import { onnxSummary } from "./onnxSummary.js";
import { graphWork } from "./workSummary.js";

const ACCEPTED =
  "Give an .onnx file written by mmkit, an artifact folder (`mmkit build`) or a checkpoint folder (<run>/checkpoints/best).";

interface Finding {
  readonly text: string;
  readonly json: unknown;
}

export const inspect = command({
  positionals: {
    path: { type: "string", describe: "An .onnx file of mmkit, an artifact folder or a checkpoint folder" },
  },
  options: {
    data: { type: "string", describe: "Dataset folder: count FLOPs and bytes for its size" },
    provider: {
      type: "array",
      string: true,
      choices: ["cpu", "cuda", "wasm", "webgpu"] satisfies Provider[],
      default: [] as Provider[],
      describe: "Fail unless every node of the ONNX file has a kernel on this execution provider",
    },
  },
  examples: [
    ["artifacts/lightgcn", "What the model needs and which graphs it has"],
    ["artifacts/lightgcn --data data/shop", "The same with FLOPs and bytes per step on that dataset"],
    ["artifacts/lightgcn/training_model.onnx", "The graph, one line per node"],
    ["artifacts/lightgcn/embed_model.onnx --provider webgpu", "Would all of it run on WebGPU?"],
    ["runs/1/checkpoints/best --json", "The state of training, for machines"],
  ],
  epilogue:
    "The text of an ONNX file is stable: two builds of the same model print the same, so `diff` shows what changed. " +
    "Everything is checked before it is shown: hashes of artifacts and checkpoints, the structure of graphs.",
  async run({ path, provider, data, json }, { stdout }) {
    const finding = await find(path, provider, data);
    stdout.write(json ? `${JSON.stringify(finding.json, null, 2)}\n` : finding.text);
  },
});

async function find(
  path: string,
  providers: readonly Provider[],
  data: string | undefined,
): Promise<Finding> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new InspectError(path, "there is no such file or folder", ACCEPTED);
  if (found.isFile()) return inspectOnnx(path, providers);
  if (await isFile(join(path, "manifest.json"))) return inspectArtifacts(path, data);
  if (await isFile(join(path, "checkpoint.json"))) return checkpointSummary(await loadCheckpoint(path));
  throw new InspectError(path, "the folder holds neither a manifest.json nor a checkpoint.json", ACCEPTED);
}

async function inspectArtifacts(path: string, data: string | undefined): Promise<Finding> {
  const artifacts = await loadArtifacts(path);
  const sizes =
    data === undefined
      ? new Map<string, number>()
      : expectedSizes(artifacts.manifest, await loadDataset(data));
  return artifactSummary(artifacts, await graphWork(artifacts), sizes);
}

async function inspectOnnx(path: string, providers: readonly Provider[]): Promise<Finding> {
  const bytes = await readFile(path);
  try {
    const model = decodeModel(bytes);
    checkModel(model, providers);
    return { text: formatModel(model), json: onnxSummary(model, bytes.length) };
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    const fix =
      error instanceof OnnxCheckError && providers.length > 0
        ? "Without --provider, the file is shown if nothing else is wrong with it."
        : ACCEPTED;
    throw new InspectError(path, error.message.replace(/\.$/, ""), fix, { cause: error });
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
