const text = { type: "string", minLength: 1 };
const count = { type: "integer", minimum: 1, maximum: 65_536 };
const side = { type: "integer", minimum: 1, maximum: 8192 };
const numbers = { type: "array", items: { type: "number" }, minItems: 3, maxItems: 3 };

/** JSON schema of encoder.json (docs/encoders.md); paths are relative to the file's folder. */
export const encoderSchema = {
  type: "object",
  properties: {
    model: text,
    image: {
      type: "object",
      properties: {
        input: text,
        /** The shorter side becomes so long, the other in proportion. */
        resize: side,
        /** A square cut out of the middle; the whole picture is squeezed into it where `resize` is missing. */
        crop: side,
        kernel: { enum: ["nearest", "linear", "cubic", "lanczos3"] },
        layout: { enum: ["nchw", "nhwc"] },
        channels: { enum: ["rgb", "bgr"] },
        /** value = (byte * scale - mean) / std, channels in the order of `channels` */
        scale: { type: "number", exclusiveMinimum: 0 },
        mean: numbers,
        std: { ...numbers, items: { type: "number", exclusiveMinimum: 0 } },
        /** What shows through transparent pixels, 0 to 255. */
        background: { ...numbers, items: { type: "number", minimum: 0, maximum: 255 } },
      },
      required: ["crop"],
      additionalProperties: false,
    },
    text: {
      type: "object",
      properties: {
        tokenizer: text,
        tokenizerConfig: text,
        maxLength: count,
        prefix: text,
        inputs: {
          type: "object",
          properties: { ids: text, mask: text, types: text },
          required: ["ids"],
          additionalProperties: false,
        },
      },
      required: ["tokenizer", "maxLength"],
      additionalProperties: false,
    },
    output: text,
    pooling: { enum: ["mean", "cls", "none"] },
    normalise: { type: "boolean" },
  },
  required: ["model", "pooling"],
  additionalProperties: false,
} as const;
