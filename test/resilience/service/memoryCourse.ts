/** Resident memory over a run. */
export class MemoryCourse {
  private readonly samples: { readonly requests: number; readonly bytes: number }[] = [];

  add(requests: number, bytes: number): void {
    this.samples.push({ requests, bytes });
  }

  /** Median of the samples between two shares of the run, bytes. */
  median(from: number, to: number): number {
    const last = this.samples.at(-1)?.requests ?? 0;
    const chosen = this.samples
      .filter(({ requests }) => requests >= from * last && requests <= to * last)
      .map(({ bytes }) => bytes)
      .sort((a, b) => a - b);
    return chosen[Math.floor(chosen.length / 2)] ?? NaN;
  }

  get peak(): number {
    return Math.max(...this.samples.map(({ bytes }) => bytes));
  }

  /** Least squares over the second half of the run, bytes per request. */
  slope(): number {
    const last = this.samples.at(-1)?.requests ?? 0;
    const half = this.samples.filter(({ requests }) => requests >= last / 2);
    const mean = (of: (sample: (typeof half)[number]) => number): number =>
      half.reduce((sum, sample) => sum + of(sample), 0) / half.length;
    const [requests, bytes] = [mean((sample) => sample.requests), mean((sample) => sample.bytes)];
    const above = half.reduce(
      (sum, sample) => sum + (sample.requests - requests) * (sample.bytes - bytes),
      0,
    );
    const below = half.reduce((sum, sample) => sum + (sample.requests - requests) ** 2, 0);
    return above / below;
  }
}
