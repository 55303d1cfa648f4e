import { join } from "node:path";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { reportPage } from "./page/reportPage.js";
import { reportData, type ReportOptions } from "./reportData.js";

/** What was written. */
export interface WrittenReport {
  readonly file: string;
  readonly bytes: number;
  readonly isFinished: boolean;
  readonly epochs: number;
}

/**
 * Writes a page on a run: how training went, what came out, what the data is, what the model recommends.
 *
 * @param options.out by default report.html in the run folder; a file that is there is replaced
 * @throws what `reportData` throws; the file then is as it was
 */
export async function writeReport(
  options: ReportOptions & { readonly out?: string },
): Promise<WrittenReport> {
  const data = await reportData(options);
  const file = options.out ?? join(options.run, "report.html");
  const bytes = Buffer.from(reportPage(data), "utf8");
  await writeFileAtomic(file, bytes);
  return {
    file,
    bytes: bytes.length,
    isFinished: data.record.results !== null,
    epochs: data.course.epochs.length,
  };
}
