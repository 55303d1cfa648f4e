import { readRun } from "../../exports/inferenceRun.js";
import { loadDataset } from "../../runtime/data/dataset.js";
import type { ComputeSettings } from "../../runtime/training/trainingOptions.js";
import { StudyFolder } from "../../runtime/tuning/studyFolder.js";
import type { TuningResults } from "../../runtime/tuning/tune.js";
import { measureRun, type Measurement } from "./measureRun.js";
import { UsageError } from "./usageError.js";

/** final.json: the best trial on the test split. */
export interface FinalTest {
  readonly trial: number;
  readonly measurement: Measurement;
}

/** @throws UsageError if the dataset has no test split, so that it is said before a long search */
export async function checkTestSplit(folder: string): Promise<void> {
  const { name, counts } = await loadDataset(folder);
  if (counts.test > 0) return;
  throw new UsageError(
    `dataset "${name}" has no test split to score the best trial on`,
    "Leave --final out.",
  );
}

/**
 * Scores the best trial's best epoch on the test split. What was measured before for the same trial is read, not
 * measured again.
 *
 * @param dataset its folder, which may have moved since the trial
 * @param onNote told when the test split was scored before with another trial
 */
export async function finalTest(
  out: string,
  best: NonNullable<TuningResults["best"]>,
  dataset: string,
  { device, threads, memory }: Partial<ComputeSettings>,
  onNote: (note: string) => void,
): Promise<FinalTest> {
  const folder = new StudyFolder(out);
  const earlier = (await folder.readFinal()) as unknown as FinalTest | null;
  if (earlier?.trial === best.trial) return earlier;
  if (earlier !== null) {
    onNote(
      `note: the test split was scored before, with trial ${earlier.trial}; this second time makes the result optimistic`,
    );
  }
  const measurement = await measureRun(await readRun(best.run, { dataset }), {
    split: "test",
    onNote,
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined || threads === null ? {} : { threads }),
    ...(memory === undefined || memory === null ? {} : { memory }),
  });
  const final: FinalTest = { trial: best.trial, measurement };
  await folder.writeFinal(final);
  return final;
}
