import type { Floors } from "./jobs/floors.js";
import type { Seconds } from "./jobs/job.js";
import type { Work } from "./work.js";

/** Several times of the same thing. */
export interface Times {
  readonly least: Seconds;
  readonly median: Seconds;
  readonly count: number;
  /** What it has to do, null where it is not known. */
  readonly work: Work | null;
  /** Seconds that the machine needs for that at least, null where the work is not known. */
  readonly floor: number | null;
}

/** Everything about one model on one dataset. */
export interface Measurement {
  readonly model: string;
  readonly data: string;
  /** `name=value` each. */
  readonly set: readonly string[];
  readonly threads: number;
  readonly compile: Seconds;
  readonly artifactBytes: number;
  readonly sessions: Seconds;
  readonly prepare: Times;
  readonly epoch: Times;
  readonly ranking: Times;
  readonly rankedUsers: number;
  /** Most memory of the training process, bytes. */
  readonly peakBytes: number;
  readonly expectedPeak: number | null;
  readonly parameters: number;
  /** Length of the axes. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<string, number>>;
  /** Measured beside it: the better of before and after. */
  readonly floors: Floors;
}

/** A model that could not be measured on a dataset. */
export interface Failure {
  readonly model: string;
  readonly data: string;
  readonly error: string;
  readonly message: string;
}

/** The file that `npm run bench` writes. */
export interface BenchFile {
  readonly format: "mmkit-bench";
  readonly version: 1;
  readonly startedAt: string;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly measurements: readonly Measurement[];
  readonly failures: readonly Failure[];
}

function byClock(seconds: readonly Seconds[]): Seconds[] {
  return [...seconds].sort((left, right) => left.clock - right.clock);
}

/** Least and median of some times; the fewest processor seconds may be of another time than the fewest on the clock. */
export function timesOf(seconds: readonly Seconds[], work: Work | null, floor: number | null): Times {
  const sorted = byClock(seconds);
  return {
    least: { clock: sorted[0]!.clock, processor: Math.min(...seconds.map(({ processor }) => processor)) },
    median: sorted[Math.floor((sorted.length - 1) / 2)]!,
    count: seconds.length,
    ...{ work, floor },
  };
}
