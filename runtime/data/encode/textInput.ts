import * as tokenizers from "@huggingface/tokenizers";
import { EncodeError } from "./encodeError.js";
import type { TextSettings } from "./encoderDescription.js";
import type { EncoderInput } from "./encoderInput.js";
import { readJson } from "./readJson.js";

/** Names of the inputs of a graph that takes texts. */
export interface TextInputNames {
  readonly ids: string;
  readonly mask?: string;
  readonly types?: string;
}

async function readObject(file: string, what: string): Promise<Record<string, unknown>> {
  const fix = `Name the ${what} that belongs to the encoder in its description`;
  const parsed = await readJson(file, fix);
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw new EncodeError(file, "the file holds no JSON object", fix);
}

/** What is used of the library's tokenizer. */
interface TextTokenizer {
  encode(
    text: string,
    options?: { readonly add_special_tokens?: boolean },
  ): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

/** The library's class; its own declarations do not resolve under Node's rules for modules. */
const { Tokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (tokenizer: object, config: object) => TextTokenizer;
};

async function readTokenizer(settings: TextSettings): Promise<TextTokenizer> {
  const file = settings.tokenizer;
  const json = await readObject(file, "tokenizer.json");
  const config =
    settings.tokenizerConfig === undefined
      ? {}
      : await readObject(settings.tokenizerConfig, "tokenizer_config.json");
  try {
    const tokenizer = new Tokenizer(json, config);
    tokenizer.encode("a");
    return tokenizer;
  } catch (error) {
    throw new EncodeError(
      file,
      `this is no tokenizer that can be read (${(error as Error).message.trim().replace(/\.$/, "")})`,
      "Take the tokenizer.json that was saved with the encoder",
    );
  }
}

/** Id of the token that fills rows up: what tokenizer.json pads with, the token [PAD] or <pad>, else 0. */
function paddingId(tokenizer: TextTokenizer, json: Record<string, unknown>): number {
  const stated = (json["padding"] as { readonly pad_id?: unknown } | null | undefined)?.pad_id;
  if (typeof stated === "number") return stated;
  return tokenizer.token_to_id("[PAD]") ?? tokenizer.token_to_id("<pad>") ?? 0;
}

/**
 * The ids of a text, at most `most`: what is cut comes from the text's end, tokens that the tokenizer puts around a
 * text stay.
 */
function idsOf(
  tokenizer: TextTokenizer,
  text: string,
  most: number,
): { ids: readonly number[]; isCut: boolean } {
  const { ids } = tokenizer.encode(text);
  if (ids.length <= most) return { ids, isCut: false };
  const inner = tokenizer.encode(text, { add_special_tokens: false }).ids;
  const before = ids.findIndex((_, start) => inner.every((id, at) => ids[start + at] === id));
  const around = ids.length - inner.length;
  if (before < 0 || around >= most) return { ids: ids.slice(0, most), isCut: true };
  const end = ids.slice(before + inner.length);
  return { ids: [...ids.slice(0, before), ...inner.slice(0, most - around), ...end], isCut: true };
}

/**
 * Texts as token ids, mask and types [item, token], filled up to the longest of the batch.
 *
 * @param fixedLength tokens that the graph wants in every row, null if any number
 * @throws EncodeError for a tokenizer file that is missing or none
 */
export async function textInput(
  settings: TextSettings,
  names: TextInputNames,
  fixedLength: number | null,
): Promise<EncoderInput> {
  const tokenizer = await readTokenizer(settings);
  const padding = paddingId(tokenizer, await readObject(settings.tokenizer, "tokenizer.json"));
  let cut = 0;
  return {
    get cut() {
      return cut;
    },
    batch(sources) {
      const rows = sources.map((text) => idsOf(tokenizer, settings.prefix + text, settings.maxLength));
      cut += rows.filter(({ isCut }) => isCut).length;
      const length = fixedLength ?? Math.max(1, ...rows.map(({ ids }) => ids.length));
      const dims = [rows.length, length];
      const block = (fill: number): { dims: readonly number[]; data: Int32Array } => ({
        dims,
        data: new Int32Array(rows.length * length).fill(fill),
      });
      const ids = block(padding);
      const mask = block(0);
      rows.forEach((row, at) => {
        ids.data.set(row.ids, at * length);
        mask.data.fill(1, at * length, at * length + row.ids.length);
      });
      const inputs = new Map([[names.ids, ids]]);
      if (names.mask !== undefined) inputs.set(names.mask, mask);
      if (names.types !== undefined) inputs.set(names.types, block(0));
      return Promise.resolve({ inputs, mask });
    },
  };
}
