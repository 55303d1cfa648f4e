import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "../../exports/compile.js";
import { colourLayoutEncoder } from "../../graphs/encoders/colourLayoutEncoder.js";
import type { Encoder } from "../../graphs/encoders/encoder.js";
import { wordVectorEncoder } from "../../graphs/encoders/wordVectorEncoder.js";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { pictureSize } from "./picture.js";

const PADDING = "[PAD]";
const UNKNOWN = "[UNK]";

/** A tokenizer.json of whole words in lower case; words that no title has become [UNK]. */
function wordTokenizer(titles: readonly string[]): { readonly json: unknown; readonly size: number } {
  const words = new Set(
    titles.flatMap((title) => title.toLowerCase().match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu) ?? []),
  );
  const tokens = [PADDING, UNKNOWN, ...[...words].sort()];
  const special = (content: string, id: number): object => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [special(PADDING, 0), special(UNKNOWN, 1)],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: false,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: UNKNOWN,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
  return { json, size: tokens.length };
}

/**
 * Writes two small encoders that `mmkit data encode` takes, each in a folder of its own with its encoder.json: `words`
 * for the given titles and `layout` for the catalogue's pictures.
 */
export async function writeEncoders(folder: string, titles: readonly string[]): Promise<void> {
  const tokenizer = wordTokenizer(titles);
  const encoders: Readonly<Record<string, readonly [Encoder, description: object]>> = {
    words: [
      wordVectorEncoder(tokenizer.size),
      { text: { tokenizer: "tokenizer.json", maxLength: 32 }, pooling: "mean", normalise: true },
    ],
    layout: [
      colourLayoutEncoder(pictureSize),
      { image: { crop: pictureSize, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }, pooling: "none" },
    ],
  };
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, [encoder, description]] of Object.entries(encoders)) {
      const at = (file: string): string => join(temporary, name, file);
      await mkdir(join(temporary, name));
      await writeFile(at("model.onnx"), encodeModel(compile(encoder)));
      await writeFile(
        at("encoder.json"),
        `${JSON.stringify({ model: "model.onnx", ...description }, null, 2)}\n`,
      );
    }
    await writeFile(
      join(temporary, "words", "tokenizer.json"),
      `${JSON.stringify(tokenizer.json, null, 2)}\n`,
    );
  });
}
