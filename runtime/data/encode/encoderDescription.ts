import { dirname, resolve } from "node:path";
import { Ajv } from "ajv";
import { schemaProblems } from "../schemaProblems.js";
import { EncodeError } from "./encodeError.js";
import { encoderSchema } from "./encoderSchema.js";
import { readJson } from "./readJson.js";

/** How pictures become the input of an encoder. */
export interface ImageSettings {
  /** Name of the graph's input; its only one if absent. */
  readonly input?: string;
  readonly resize?: number;
  readonly crop: number;
  readonly kernel: "nearest" | "linear" | "cubic" | "lanczos3";
  readonly layout: "nchw" | "nhwc";
  readonly channels: "rgb" | "bgr";
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly background: readonly [number, number, number];
}

/** How texts become the inputs of an encoder. */
export interface TextSettings {
  /** Path of a tokenizer.json. */
  readonly tokenizer: string;
  /** Path of a tokenizer_config.json. */
  readonly tokenizerConfig?: string;
  /** Most tokens of a text, special ones included; longer texts are cut. */
  readonly maxLength: number;
  /** Put before every text. */
  readonly prefix: string;
  /** Names of the graph's inputs; those of the usual names that it has if absent. */
  readonly inputs?: { readonly ids: string; readonly mask?: string; readonly types?: string };
}

/** An encoder as its description file states it, with defaults filled in and paths resolved. */
export interface EncoderDescription {
  readonly file: string;
  /** Path of the ONNX file. */
  readonly model: string;
  readonly source:
    | { readonly kind: "image"; readonly settings: ImageSettings }
    | { readonly kind: "text"; readonly settings: TextSettings };
  /** Name of the graph's output; its only one, or the first, if absent. */
  readonly output?: string;
  /** How [item, token, feature] becomes [item, feature]; `none` for an output that is that already. */
  readonly pooling: "mean" | "cls" | "none";
  /** Features are scaled to length 1. */
  readonly normalise: boolean;
}

interface Stated {
  readonly model: string;
  readonly image?: Partial<ImageSettings> & Pick<ImageSettings, "crop">;
  readonly text?: Omit<TextSettings, "prefix"> & { readonly prefix?: string };
  readonly output?: string;
  readonly pooling: EncoderDescription["pooling"];
  readonly normalise?: boolean;
}

const followsSchema = new Ajv({ allErrors: true, verbose: true }).compile<Stated>(encoderSchema);

const imageDefaults = {
  kernel: "cubic",
  layout: "nchw",
  channels: "rgb",
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  background: [255, 255, 255],
} as const;

/** @throws EncodeError for a file that is missing or does not follow the schema, with all its problems */
export async function readEncoderDescription(file: string): Promise<EncoderDescription> {
  const fix = "docs/encoders.md explains its keys";
  const parsed = await readJson(file, fix);
  if (!followsSchema(parsed)) {
    throw new EncodeError(
      file,
      schemaProblems(followsSchema.errors ?? [], "the description").join("; "),
      fix,
    );
  }
  const { image, text, output, pooling, normalise = false } = parsed;
  if ((image === undefined) === (text === undefined)) {
    const found = image === undefined ? "neither" : "both";
    throw new EncodeError(file, `an encoder takes an "image" or a "text", the description has ${found}`, fix);
  }
  if (image?.resize !== undefined && image.resize < image.crop) {
    const problem = `a picture whose shorter side is resized to ${image.resize} cannot be cropped to ${image.crop}`;
    throw new EncodeError(file, problem, "Give resize at least the length of crop");
  }
  const path = (name: string): string => resolve(dirname(file), name);
  return {
    file,
    model: path(parsed.model),
    source:
      image !== undefined
        ? { kind: "image", settings: { ...imageDefaults, ...image } }
        : {
            kind: "text",
            settings: {
              ...text!,
              prefix: text!.prefix ?? "",
              tokenizer: path(text!.tokenizer),
              ...(text!.tokenizerConfig === undefined
                ? {}
                : { tokenizerConfig: path(text!.tokenizerConfig) }),
            },
          },
    ...(output === undefined ? {} : { output }),
    pooling,
    normalise,
  };
}
