import { RequestError } from "./requestError.js";

/** Seconds after which a refused client may come again. */
const RETRY_AFTER = 1;

/** A request that cannot be answered now. */
export function unavailable(message: string): RequestError {
  return new RequestError(503, message, null, { "retry-after": String(RETRY_AFTER) });
}

/** Counts the requests under way and refuses those above a limit, before they cost anything. */
export class Admission {
  private count = 0;

  constructor(private readonly limit: number) {}

  get inProgress(): number {
    return this.count;
  }

  /** @throws RequestError 503 if too many are under way */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.count >= this.limit) {
      throw unavailable(`${this.limit} requests are under way, which is as many as are taken at one time.`);
    }
    this.count++;
    try {
      return await work();
    } finally {
      this.count--;
    }
  }
}
