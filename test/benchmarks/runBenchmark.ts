import { BenchFileError } from "./comparison.js";
import { GeneratedDataError } from "./data/generatedInteractions.js";
import { MissingDataError } from "./data/measuredData.js";
import { MeasurementError } from "./inChild.js";
import { UnknownModelError } from "./measuredModels.js";

/**
 * Runs a program and sets the exit code: 0 done, 1 failed, 2 wrong usage. Of errors that say themselves what is wrong
 * only the message is printed.
 *
 * @param program whether everything could be done
 */
export async function runBenchmark(program: () => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await program()) ? 0 : 1;
  } catch (error) {
    const isUsage =
      error instanceof UnknownModelError ||
      error instanceof BenchFileError ||
      error instanceof MissingDataError ||
      error instanceof GeneratedDataError;
    if (!isUsage && !(error instanceof MeasurementError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
