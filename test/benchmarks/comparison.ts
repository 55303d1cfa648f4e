import { readFile } from "node:fs/promises";
import { markdownTable } from "./benchTable.js";
import type { BenchFile, Measurement } from "./measurement.js";

/** A file that is not one of `npm run bench`. */
export class BenchFileError extends Error {
  override readonly name = "BenchFileError";

  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(`${file} cannot be compared with: ${reason}. Give a JSON file that \`npm run bench\` wrote.`);
  }
}

/** @throws BenchFileError */
export async function readBenchFile(file: string): Promise<BenchFile> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new BenchFileError(file, (error as Error).message);
  });
  let content: Partial<BenchFile> | null;
  try {
    content = JSON.parse(text) as Partial<BenchFile> | null;
  } catch (error) {
    throw new BenchFileError(file, `it is not JSON (${(error as Error).message})`);
  }
  if (content?.format !== "mmkit-bench") throw new BenchFileError(file, 'its format is not "mmkit-bench"');
  if (content.version !== 1) throw new BenchFileError(file, "its version is not 1");
  return content as BenchFile;
}

/** Later over earlier: below 1 is faster or smaller. */
export interface Ratios {
  readonly model: string;
  readonly data: string;
  readonly compile: number;
  readonly epoch: number;
  /** Seconds of processors, which other programs disturb less. */
  readonly epochProcessor: number;
  /** Multiples of the floor, where both are known, so that a slower machine does not count. */
  readonly epochOverFloor: number | null;
  readonly ranking: number;
  readonly prepare: number;
  readonly peak: number;
}

function sameSubject(left: Measurement, right: Measurement): boolean {
  const key = ({ model, data, threads, set }: Measurement): string =>
    JSON.stringify([model, data, threads, [...set].sort()]);
  return key(left) === key(right);
}

function overFloor({ epoch }: Measurement): number | null {
  return epoch.floor === null || epoch.floor === 0 ? null : epoch.least.clock / epoch.floor;
}

/** The ratios of every model, dataset, thread count and settings that both files have. */
export function compareWith(
  earlier: readonly Measurement[],
  later: readonly Measurement[],
): readonly Ratios[] {
  return later.flatMap((now) => {
    const before = earlier.find((candidate) => sameSubject(candidate, now));
    if (before === undefined) return [];
    const [floorNow, floorBefore] = [overFloor(now), overFloor(before)];
    return {
      ...{ model: now.model, data: now.data },
      compile: now.compile.clock / before.compile.clock,
      epoch: now.epoch.least.clock / before.epoch.least.clock,
      epochProcessor: now.epoch.least.processor / before.epoch.least.processor,
      epochOverFloor: floorNow === null || floorBefore === null ? null : floorNow / floorBefore,
      ranking: now.ranking.least.clock / before.ranking.least.clock,
      prepare: now.prepare.least.clock / before.prepare.least.clock,
      peak: now.peakBytes / before.peakBytes,
    };
  });
}

/** Markdown; a line instead if nothing can be compared. */
export function comparisonText(file: string, ratios: readonly Ratios[]): string {
  if (ratios.length === 0) return `\n${file} has none of these models on this data with these settings.\n`;
  const text = (ratio: number | null): string => (ratio === null ? "" : ratio.toFixed(2));
  const header = [
    "model",
    "data",
    "compile",
    "epoch",
    "processors",
    "over floor",
    "ranking",
    "prepare",
    "peak",
  ];
  const rows = ratios.map((ratio) => [
    ...[ratio.model, ratio.data],
    ...[ratio.compile, ratio.epoch, ratio.epochProcessor, ratio.epochOverFloor].map(text),
    ...[ratio.ranking, ratio.prepare, ratio.peak].map(text),
  ]);
  return `\nNow over ${file}, below 1 is better:\n\n${markdownTable(header, rows)}`;
}
