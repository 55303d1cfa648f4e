import type { Json } from "../artifacts/manifest.js";
import type { TrainingSettings } from "../training/trainingOptions.js";
import type { SpaceJson } from "./parseSpace.js";
import type { MethodName } from "./searchMethod.js";
import type { Point } from "./searchSpace.js";
import { StudyFiles } from "./studyFiles.js";
import type { TrialRecord } from "./trialRecord.js";

/** What decides the proposals and scores of a study; it must be the same when the study is continued. */
export interface StudyIdentity {
  readonly model: string;
  /** The manifest's `computation` of the first trial. */
  readonly computation: string;
  readonly dataset: string;
  readonly datasetChecksum: string;
  readonly method: MethodName;
  readonly ahead: number;
  readonly space: SpaceJson;
  /** Hyper-parameters that all trials share, as far as they are not the model's defaults. */
  readonly hyperparameters: Point;
  readonly training: TrainingSettings;
}

/** study.json. */
export interface StudyConfig {
  readonly identity: StudyIdentity;
  /** Most trials; null for all of a grid. */
  readonly trials: number | null;
  readonly datasetFolder: string;
}

const CONFIG = "study.json";
const TRIALS = "trials.jsonl";
const BEST = "best.json";
const FINAL = "final.json";
const RUNS = "trials";

/**
 * The files of a search: study.json, trials.jsonl (a line per trial that has ended), trials/0001 … (run folders) and
 * best.json (the best hyper-parameters so far, as `--config` takes them).
 */
export class StudyFolder extends StudyFiles<StudyConfig> {
  constructor(path: string) {
    super(path, CONFIG, [TRIALS, BEST, FINAL, RUNS]);
  }

  /** @param trial from 1 */
  runPath(trial: number): string {
    return this.file(RUNS, String(trial).padStart(4, "0"));
  }

  /** @throws StudyFolderError if a line is no record */
  async readTrials(): Promise<readonly TrialRecord[]> {
    return this.readLines<TrialRecord>(TRIALS, ({ trial }) => Number.isInteger(trial));
  }

  /** @param best hyper-parameters of the best trial, null while none has a score */
  async writeTrials(records: readonly TrialRecord[], best: Point | null): Promise<void> {
    await this.writeLines(
      TRIALS,
      records.toSorted((left, right) => left.trial - right.trial),
    );
    if (best !== null) await this.writeJson(BEST, best);
  }

  /** final.json as it stands there, null if there is none. */
  async readFinal(): Promise<Json> {
    return this.readJson(FINAL);
  }

  async writeFinal(value: unknown): Promise<void> {
    await this.writeJson(FINAL, value);
  }
}
