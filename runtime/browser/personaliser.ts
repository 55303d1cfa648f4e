/** A vector after its training. */
export interface TrainedVector {
  readonly vector: Float32Array;
  readonly loss: { readonly before: number; readonly after: number };
  readonly milliseconds: number;
}

/** Trains vectors of somebody new. */
export interface Personaliser {
  /** @param start the fold-in of the liked items */
  train(start: Float32Array, liked: readonly number[], disliked: readonly number[]): Promise<TrainedVector>;
}
