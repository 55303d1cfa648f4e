import type { InferenceSession } from "onnxruntime-node";
import { EncodeError } from "./encodeError.js";
import type { EncoderDescription, ImageSettings, TextSettings } from "./encoderDescription.js";
import type { EncoderInput } from "./encoderInput.js";
import type { TextInputNames } from "./textInput.js";

type Metadata = InferenceSession.TensorValueMetadata;

/** Inputs of text encoders by the names that exporters give them. */
const usualNames = { ids: "input_ids", mask: "attention_mask", types: "token_type_ids" } as const;

/** The inputs of a graph, to be compared with a description. */
class GraphInputs {
  constructor(
    private readonly file: string,
    private readonly inputs: ReadonlyMap<string, Metadata>,
  ) {}

  get names(): readonly string[] {
    return [...this.inputs.keys()];
  }

  has(name: string): boolean {
    return this.inputs.has(name);
  }

  error(problem: string, fix: string): EncodeError {
    const shown = [...this.inputs.values()].map(
      ({ name, type, shape }) => `"${name}" ${type} [${shape.join(", ")}]`,
    );
    return new EncodeError(this.file, `${problem}; the graph takes ${shown.join(", ")}`, fix);
  }

  /** The shape of an input, symbolic sizes as their names. @throws EncodeError if there is no such input */
  shape(name: string): readonly (number | string)[] {
    const found = this.inputs.get(name);
    if (found !== undefined) return found.shape;
    throw this.error(
      `the description names the input "${name}", which the graph does not have`,
      "Use one of the graph's names",
    );
  }

  /** @throws EncodeError if the graph has another input */
  requireOnly(used: readonly string[]): void {
    const others = this.names.filter((name) => !used.includes(name));
    if (others.length === 0) return;
    throw this.error(
      `nothing is fed to ${others.map((name) => `"${name}"`).join(", ")}`,
      "Export the encoder without this input, or name it in the description",
    );
  }
}

/**
 * What feeds a graph as its description says.
 *
 * @throws EncodeError if the graph's inputs do not fit, or for a tokenizer that cannot be read
 */
export async function openInput(
  { source, file }: EncoderDescription,
  inputs: ReadonlyMap<string, Metadata>,
): Promise<EncoderInput> {
  const graph = new GraphInputs(file, inputs);
  return source.kind === "image" ? openImage(graph, source.settings) : openText(graph, source.settings);
}

async function openImage(graph: GraphInputs, settings: ImageSettings): Promise<EncoderInput> {
  const name = settings.input ?? graph.names[0]!;
  const shape = graph.shape(name);
  graph.requireOnly([name]);
  const { crop, layout } = settings;
  const wanted = layout === "nchw" ? [3, crop, crop] : [crop, crop, 3];
  const isFixed = (size: number | string | undefined): size is number => typeof size === "number" && size > 0;
  const fits =
    shape.length === 4 && wanted.every((size, axis) => !isFixed(shape[axis + 1]) || shape[axis + 1] === size);
  if (!fits) {
    const found = `pictures of crop ${crop} and layout ${layout} are [item, ${wanted.join(", ")}]`;
    throw graph.error(found, "Correct crop or layout");
  }
  const { imageInput } = await import("./imageInput.js");
  return imageInput(settings, name);
}

async function openText(graph: GraphInputs, settings: TextSettings): Promise<EncoderInput> {
  const usual = (name: string): string | undefined => (graph.has(name) ? name : undefined);
  const stated = settings.inputs ?? {
    ids: usual(usualNames.ids),
    mask: usual(usualNames.mask),
    types: usual(usualNames.types),
  };
  const { ids, mask, types } = stated;
  if (ids === undefined) {
    throw graph.error("no input has the usual name for token ids", "Name the inputs in text.inputs");
  }
  const names: TextInputNames = {
    ids,
    ...(mask === undefined ? {} : { mask }),
    ...(types === undefined ? {} : { types }),
  };
  const used = [ids, mask, types].filter((name) => name !== undefined);
  for (const name of used) graph.shape(name);
  graph.requireOnly(used);
  const shape = graph.shape(ids);
  if (shape.length !== 2)
    throw graph.error(`texts are [item, token], which "${ids}" is not`, "Name the right input");
  const length = shape[1];
  const fixed = typeof length === "number" && length > 0 ? length : null;
  if (fixed !== null && settings.maxLength > fixed) {
    throw graph.error(
      `texts of up to ${settings.maxLength} tokens do not fit`,
      `Set maxLength to at most ${fixed}`,
    );
  }
  const { textInput } = await import("./textInput.js");
  return textInput(settings, names, fixed);
}
