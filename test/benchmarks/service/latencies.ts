/** What answering took: requests in a second and how long each waited. */
export interface Latencies {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
}

/**
 * @param times of each request, ms
 * @param seconds for which requests were made
 */
export function latenciesOf(times: readonly number[], seconds: number): Latencies {
  const sorted = Float64Array.from(times).sort();
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return {
    requests: sorted.length,
    requestsPerSecond: sorted.length / seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}
