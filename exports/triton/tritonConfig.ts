import textformat from "protobufjs/ext/textformat.js";
import type { OnnxDType, OnnxModel, OnnxValueInfo } from "../../src/onnx/model.js";
import { configMessage } from "./configMessages.js";

/** An input or output as Triton is told of it. */
interface TritonTensor {
  readonly name: string;
  readonly data_type: string;
  /** Without the batch's axis where the model is batched; -1 for what differs from request to request. */
  readonly dims: readonly number[];
  /** What the graph takes where that differs from `dims`, which must not be empty. */
  readonly reshape?: { readonly shape: readonly number[] };
}

/** Contents of a config.pbtxt. */
export interface TritonConfig {
  /** As the folder of the model. */
  readonly name: string;
  readonly platform: string;
  /** 0: the first axis is no batch of independent requests. */
  readonly max_batch_size: number;
  readonly input: readonly TritonTensor[];
  readonly output: readonly TritonTensor[];
  readonly dynamic_batching?: { readonly max_queue_delay_microseconds?: number };
}

/** A config.pbtxt that Triton's documentation does not allow for its graph. */
export class TritonConfigError extends Error {
  override readonly name = "TritonConfigError";

  constructor(
    readonly model: string,
    readonly problems: readonly string[],
  ) {
    super(`config.pbtxt of ${model}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

/** Platform name of Triton's onnxruntime backend. */
const PLATFORM = "onnxruntime_onnx";

const dataTypes: Partial<Record<OnnxDType, string>> = {
  float32: "TYPE_FP32",
  int32: "TYPE_INT32",
  int64: "TYPE_INT64",
};

/** Sizes as Triton writes them. */
function dimsOf({ dims }: OnnxValueInfo): number[] {
  return dims.map((size) => (typeof size === "number" ? size : -1));
}

function tensorOf(info: OnnxValueInfo, isBatched: boolean): TritonTensor {
  const dims = dimsOf(info).slice(isBatched ? 1 : 0);
  const tensor = { name: info.name, data_type: dataTypes[info.dtype] ?? "TYPE_INVALID" };
  return dims.length > 0 ? { ...tensor, dims } : { ...tensor, dims: [1], reshape: { shape: [] } };
}

/**
 * How Triton is to run a graph. Requests are joined to batches (dynamic batching) where every input and output has one
 * row per request along one and the same first axis: pairs to score and features of items. The other graphs are given rows
 * of a block as numbers (`seen`) or take one `k` for a block, so that blocks of different requests cannot be joined.
 *
 * @param largestBatch rows of a batch at most
 */
export function tritonConfig(name: string, { graph }: OnnxModel, largestBatch: number): TritonConfig {
  const all = [...graph.inputs, ...graph.outputs];
  const first = all[0]!.dims[0];
  const isBatched = typeof first === "string" && all.every(({ dims }) => dims[0] === first);
  return {
    name,
    platform: PLATFORM,
    max_batch_size: isBatched ? largestBatch : 0,
    input: graph.inputs.map((info) => tensorOf(info, isBatched)),
    output: graph.outputs.map((info) => tensorOf(info, isBatched)),
    ...(isBatched ? { dynamic_batching: {} } : {}),
  };
}

function tensorProblems(
  side: string,
  tensors: readonly TritonTensor[],
  infos: readonly OnnxValueInfo[],
  isBatched: boolean,
): string[] {
  const missing = infos.filter(({ name }) => !tensors.some((tensor) => tensor.name === name));
  return [
    ...missing.map(({ name }) => `${side} "${name}" of the graph is missing`),
    ...tensors.flatMap((tensor, at) => {
      const where = `${side} "${tensor.name}"`;
      const info = infos.find(({ name }) => name === tensor.name);
      if (info === undefined) return [`${where} is not one of the graph`];
      if (tensors.findIndex(({ name }) => name === tensor.name) !== at) return [`${where} is there twice`];
      const problems: string[] = [];
      if (tensor.data_type !== dataTypes[info.dtype]) {
        problems.push(`${where} is ${tensor.data_type}, but the graph has ${info.dtype}`);
      }
      if (tensor.dims.length === 0 || tensor.dims.some((size) => size !== -1 && size < 1)) {
        problems.push(
          `dims of ${where} must be -1 or from 1, and not none, found [${tensor.dims.join(", ")}]`,
        );
      }
      const given = tensor.reshape?.shape ?? tensor.dims;
      const taken = isBatched ? [-1, ...given] : given;
      if (taken.join() !== dimsOf(info).join()) {
        problems.push(
          `${where} gives the graph [${taken.join(", ")}], which takes [${dimsOf(info).join(", ")}]`,
        );
      }
      return problems;
    }),
  ];
}

/** What in a configuration does not fit its folder, its graph or the rules of Triton's documentation. */
export function configProblems(config: TritonConfig, folder: string, { graph }: OnnxModel): string[] {
  const { name, platform, max_batch_size: largest } = config;
  const isBatched = largest > 0;
  return [
    ...(name === folder ? [] : [`name must be that of the folder, "${folder}", found "${name}"`]),
    ...(platform === PLATFORM ? [] : [`platform must be "${PLATFORM}", found "${platform}"`]),
    ...(largest >= 0 ? [] : [`max_batch_size must be from 0, found ${largest}`]),
    ...(config.dynamic_batching === undefined || isBatched
      ? []
      : ["dynamic_batching needs a max_batch_size from 1"]),
    ...tensorProblems("input", config.input, graph.inputs, isBatched),
    ...tensorProblems("output", config.output, graph.outputs, isBatched),
  ];
}

/**
 * Text of a config.pbtxt.
 *
 * @throws TritonConfigError for fields or values that the messages do not have, and what `configProblems` finds
 */
export function encodeTritonConfig(config: TritonConfig, folder: string, graph: OnnxModel): string {
  const problem = configMessage.verify(configMessage.toObject(configMessage.fromObject(config)));
  if (problem !== null) throw new TritonConfigError(config.name, [problem]);
  const text = `${textformat.toText(configMessage, configMessage.fromObject(config))}\n`;
  const problems = configProblems(parseTritonConfig(text, folder), folder, graph);
  if (problems.length > 0) throw new TritonConfigError(config.name, problems);
  return text;
}

/**
 * Reads a config.pbtxt.
 *
 * @param model named in errors
 * @throws TritonConfigError for text that is none, fields that the messages do not have, and values of another type
 */
export function parseTritonConfig(text: string, model: string): TritonConfig {
  try {
    const parsed = textformat.fromText(configMessage, text);
    const found = configMessage.toObject(parsed, { enums: String, longs: Number, arrays: true });
    // What proto3 does not write because it is the default.
    return { name: "", platform: "", max_batch_size: 0, ...found } as unknown as TritonConfig;
  } catch (error) {
    throw new TritonConfigError(model, [(error as Error).message]);
  }
}
