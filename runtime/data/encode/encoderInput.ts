/** One input of an encoder for a batch of items, before it has the dtype of the graph. */
export interface InputBlock {
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Inputs of a batch by name, and for texts which tokens count in the mean. */
export interface EncoderBatch {
  readonly inputs: ReadonlyMap<string, InputBlock>;
  /** [item, token]: 1 for tokens, 0 for padding; null where every token counts. */
  readonly mask: InputBlock | null;
}

/** Turns what items have into the inputs of an encoder. */
export interface EncoderInput {
  /** Texts that were too long so far and lost their end. */
  readonly cut: number;
  /** @param sources texts, or paths of pictures; at least one */
  batch(sources: readonly string[]): Promise<EncoderBatch>;
}
