import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tinyOnnx, type TinyModel, type TinyNode, type TinyValue } from "../../tinyOnnx.js";

/** Pictures [item, 3, 2, 2] to their 12 values. */
export const flatten: TinyModel = {
  inputs: [{ name: "pixels", dtype: "float32", axes: ["item", 3, 2, 2] }],
  outputs: [{ name: "features", dtype: "float32", axes: ["item", 12] }],
  nodes: [
    { op: "Flatten", name: "flat", inputs: ["pixels"], outputs: ["features"], attributes: { axis: 1 } },
  ],
};

const ids: TinyValue = { name: "input_ids", dtype: "int64", axes: ["item", "token"] };
const castAndUnsqueeze: readonly TinyNode[] = [
  { op: "Cast", name: "cast", inputs: ["input_ids"], outputs: ["floats"], attributes: { to: 1 } },
  { op: "Unsqueeze", name: "column", inputs: ["floats", "last"], outputs: ["states"] },
];

/** Texts to one feature per token: its id; the mask is taken and added as zeros. */
export const idsAsStates: TinyModel = {
  inputs: [ids, { name: "attention_mask", dtype: "int64", axes: ["item", "token"] }],
  outputs: [{ name: "states", dtype: "float32", axes: ["item", "token", 1] }],
  constants: [
    { name: "last", dtype: "int64", dims: [1], values: [-1] },
    { name: "nothing", dtype: "int64", dims: [1], values: [0] },
  ],
  nodes: [
    { op: "Mul", name: "no_mask", inputs: ["attention_mask", "nothing"], outputs: ["zeros"] },
    { op: "Add", name: "both", inputs: ["input_ids", "zeros"], outputs: ["sum"] },
    { ...castAndUnsqueeze[0]!, inputs: ["sum"] },
    castAndUnsqueeze[1]!,
  ],
};

/** The same without a mask, ids of a dtype and rows of a fixed length. */
export function idsOnly(dtype: TinyValue["dtype"], length: string | number = "token"): TinyModel {
  return {
    inputs: [{ ...ids, dtype, axes: ["item", length] }],
    outputs: [{ name: "states", dtype: "float32", axes: ["item", length, 1] }],
    constants: [{ name: "last", dtype: "int64", dims: [1], values: [-1] }],
    nodes: castAndUnsqueeze,
  };
}

const special = (id: number, content: string): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** Words in lower case between [CLS] and [SEP]; ids: red 10, green 11, blue 12, hat 20, mug 21. */
export const exampleTokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]")],
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: null,
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: {
      "[PAD]": 0,
      "[UNK]": 1,
      "[CLS]": 2,
      "[SEP]": 3,
      red: 10,
      green: 11,
      blue: 12,
      hat: 20,
      mug: 21,
    },
  },
};

/** Writes a folder with model.onnx, encoder.json and tokenizer.json. @returns the path of encoder.json */
export async function writeEncoder(folder: string, model: TinyModel, description: object): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.onnx"), tinyOnnx(model));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(exampleTokenizer));
  const file = join(folder, "encoder.json");
  await writeFile(file, JSON.stringify({ model: "model.onnx", ...description }));
  return file;
}
