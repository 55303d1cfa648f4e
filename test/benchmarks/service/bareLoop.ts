import { Random } from "../../../runtime/data/random.js";
import { loadRecommender } from "../../../runtime/serving/recommender.js";
import { latenciesOf, type Latencies } from "./latencies.js";

export interface BareLoopOptions {
  readonly folder: string;
  readonly k: number;
  readonly seconds: number;
  /** Users in one run. */
  readonly block: number;
}

export interface BareLoopResult {
  /** Each user of a block counts as a request that took as long as the block. */
  readonly latencies: Latencies;
  /** Processor time of one request, ms. */
  readonly processor: number;
}

/** The model of the service in a loop that does nothing else, with one thread as in a worker. */
export async function runBareLoop({ folder, k, seconds, block }: BareLoopOptions): Promise<BareLoopResult> {
  const recommender = await loadRecommender(folder, { threads: 1, open: ["recommend"] });
  const random = new Random(1, "bare loop");
  const { users } = recommender.description;
  const ask = (): Promise<unknown> =>
    recommender.recommendMany(
      Array.from({ length: block }, () => random.uint32() % users),
      { k },
    );
  for (let warm = 0; warm < 20; warm++) await ask();
  const times: number[] = [];
  const used = process.cpuUsage();
  const started = performance.now();
  let now = started;
  while (now - started < seconds * 1000) {
    const before = now;
    await ask();
    now = performance.now();
    for (let user = 0; user < block; user++) times.push(now - before);
  }
  const { user, system } = process.cpuUsage(used);
  await recommender.release();
  return {
    latencies: latenciesOf(times, (now - started) / 1000),
    processor: (user + system) / 1000 / times.length,
  };
}
