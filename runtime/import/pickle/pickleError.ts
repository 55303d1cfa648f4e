/** A pickle that is damaged, or that asks for something outside the allowed list; nothing of it was executed. */
export class PickleError extends Error {
  override readonly name = "PickleError";

  /** @param offset of the opcode in the file, bytes */
  constructor(
    readonly offset: number,
    readonly problem: string,
  ) {
    super(`${problem} (at byte ${offset}; nothing in the file was executed)`);
  }
}
