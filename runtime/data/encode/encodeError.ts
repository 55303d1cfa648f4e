/** Something that keeps items from being encoded: in the encoder, its description, its files or the items' own data. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";

  /** @param subject the file, or what else is at fault */
  constructor(
    readonly subject: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${subject}: ${problem}. ${fix}.`);
  }
}
