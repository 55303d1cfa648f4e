import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import type { Artifacts } from "../../runtime/artifacts/artifacts.js";
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
import { datasetSettings } from "./datasetModalities.js";
import { InspectError } from "./inspectError.js";
import { isModulePath, loadModel, looksLikePath } from "./loadModel.js";
import { chosenSettings, modelOptions } from "./modelOptions.js";
import { onnxSummary } from "./onnxSummary.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";
import { graphWork } from "./workSummary.js";

const ACCEPTED =
  "Give a model (`mmkit models`, or the path of a module), an .onnx file written by mmkit, an artifact folder " +
  "(`mmkit build`) or a checkpoint folder (<run>/checkpoints/best).";

interface Finding {
  readonly text: string;
  readonly json: unknown;
}

interface Choices {
  readonly set: readonly string[];
  readonly config: string | undefined;
  readonly data: string | undefined;
  readonly provider: readonly Provider[];
}

export const inspect = command({
  positionals: {
    subject: {
      type: "string",
      describe:
        "A bundled model, a module with one, an .onnx file of mmkit, an artifact or a checkpoint folder",
    },
  },
  options: {
    ...modelOptions,
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
    ["ksi", "What KSI needs and which graphs it has, without a folder"],
    ["./my-model.ts --set layers=2 --data data/shop", "A model of one's own: FLOPs and bytes per step"],
    ["artifacts/lightgcn", "The same of a model that was built"],
    ["artifacts/lightgcn/training_model.onnx", "The graph, one line per node"],
    ["artifacts/lightgcn/embed_model.onnx --provider webgpu", "Would all of it run on WebGPU?"],
    ["runs/1/checkpoints/best --json", "The state of training, for machines"],
  ],
  epilogue:
    "The text of an ONNX file is stable: two builds of the same model print the same, so `diff` shows what changed. " +
    "Everything is checked before it is shown: hashes of artifacts and checkpoints, the structure of graphs. " +
    "A model is compiled in memory; nothing is written. A file, an artifact or a checkpoint folder goes before a bundled model of the same name.",
  async run({ subject, json, ...choices }, { stdout }) {
    const finding = await find(subject, choices);
    stdout.write(json ? `${JSON.stringify(finding.json, null, 2)}\n` : finding.text);
  },
});

async function find(subject: string, choices: Choices): Promise<Finding> {
  const found = await stat(subject).catch(() => undefined);
  if (found?.isFile() === true && !isModulePath(subject)) {
    refuse(subject, "is a file", choices, ["set", "config", "data"]);
    return inspectOnnx(subject, choices.provider);
  }
  if (await isFile(join(subject, "manifest.json"))) {
    refuse(subject, "is an artifact folder", choices, ["set", "config", "provider"]);
    return inspectArtifacts(subject, choices.data);
  }
  if (await isFile(join(subject, "checkpoint.json"))) {
    refuse(subject, "is a checkpoint", choices, ["set", "config", "data", "provider"]);
    return checkpointSummary(await loadCheckpoint(subject));
  }
  if (models.has(subject) || isModulePath(subject)) {
    refuse(subject, "is a model", choices, ["provider"]);
    return inspectModel(subject, choices);
  }
  if (found !== undefined) {
    throw new InspectError(
      subject,
      "the folder holds neither a manifest.json nor a checkpoint.json",
      ACCEPTED,
    );
  }
  if (looksLikePath(subject)) throw new InspectError(subject, "there is no such file or folder", ACCEPTED);
  throw new UsageError(
    `there is no model, file or folder "${subject}"`,
    `${suggestion(subject, [...models.keys()])} ${ACCEPTED}`,
  );
}

/** What each option that not every subject takes is for. */
const purposes: Readonly<Record<keyof Choices, string>> = {
  set: "--set goes with a model that is yet to be compiled",
  config: "--config goes with a model that is yet to be compiled",
  data: "--data goes with a model or an artifact folder",
  provider: "--provider goes with an .onnx file",
};

/** @throws UsageError for an option that would have no effect on the subject */
function refuse(subject: string, kind: string, choices: Choices, options: readonly (keyof Choices)[]): void {
  const useless = options.find((option) => (choices[option] ?? []).length > 0);
  if (useless === undefined) return;
  throw new UsageError(`${subject} ${kind}, and ${purposes[useless]}`, `Leave --${useless} out.`);
}

/** A model compiled in memory, by default for the modalities of the dataset as in training. */
async function inspectModel(name: string, { set, config, data }: Choices): Promise<Finding> {
  const model = await loadModel(name);
  const settings = await chosenSettings(model, { set, config }, (chosen) =>
    data === undefined ? Promise.resolve(undefined) : datasetSettings(model, chosen, data),
  );
  const { manifest, files } = buildArtifacts(model, settings.given);
  return summary({ manifest, sha256: manifest.computation }, files, data);
}

async function inspectArtifacts(folder: string, data: string | undefined): Promise<Finding> {
  const artifacts = await loadArtifacts(folder);
  const files = new Map<string, Uint8Array>();
  for (const { file } of Object.values(artifacts.manifest.graphs)) {
    files.set(file, await readFile(join(folder, file)));
  }
  return summary(artifacts, files, data);
}

async function summary(
  artifacts: Pick<Artifacts, "manifest" | "sha256">,
  files: ReadonlyMap<string, Uint8Array>,
  data: string | undefined,
): Promise<Finding> {
  const { manifest } = artifacts;
  const sizes =
    data === undefined ? new Map<string, number>() : await expectedSizes(manifest, await loadDataset(data));
  return artifactSummary(artifacts, graphWork(manifest, files), sizes);
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
