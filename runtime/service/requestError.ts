/** A request that gets an answer other than 200, and why. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly statusCode: number,
    message: string,
    /** The part of the body at fault, such as `users[2]`. */
    readonly field: string | null = null,
    /** Further headers of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
