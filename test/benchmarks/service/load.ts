import autocannon from "autocannon";
import { Random } from "../../../runtime/data/random.js";
import { latenciesOf, type Latencies } from "./latencies.js";

export interface LoadOptions {
  readonly url: string;
  readonly users: number;
  readonly k: number;
  readonly seconds: number;
  readonly connections: number;
}

/** Requests were not answered, or not with 200. */
export class LoadError extends Error {
  override readonly name = "LoadError";

  constructor(readonly problem: string) {
    super(`The service did not answer every request: ${problem}.`);
  }
}

/** Asks a service for recommendations to random users with autocannon, every connection as fast as it is answered. */
export async function loadService({ url, users, k, seconds, connections }: LoadOptions): Promise<Latencies> {
  const random = new Random(connections, "load");
  const times: number[] = [];
  const started = performance.now();
  let ended = started;
  const { errors, timeouts, non2xx } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: `${url}/v1/recommend`,
        connections,
        duration: seconds,
        method: "POST",
        headers: { "content-type": "application/json" },
        requests: [
          {
            setupRequest: (request) => ({
              ...request,
              body: JSON.stringify({ user: random.uint32() % users, k }),
            }),
          },
        ],
      },
      (error: Error | null, result) => {
        if (error === null) resolve(result);
        else reject(error);
      },
    );
    run.on("response", (_client, _status, _bytes, milliseconds) => {
      times.push(milliseconds);
      ended = performance.now();
    });
  });
  if (errors + timeouts + non2xx > 0) {
    throw new LoadError(`${errors} errors, ${timeouts} timeouts, ${non2xx} other statuses`);
  }
  return latenciesOf(times, (ended - started) / 1000);
}
