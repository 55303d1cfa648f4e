import { defaultSettings, type ComputeSettings, type TrainingSettings } from "./trainingOptions.js";

/** Settings that say how it is computed, which may change when a run or a study is continued. */
const compute: Readonly<Record<keyof ComputeSettings, true>> = {
  device: true,
  threads: true,
  stepsPerRun: true,
  memory: true,
  checkpointEvery: true,
  checkpointMinutes: true,
};

/** The settings that decide a result, without those. */
export function decisiveSettings(settings: TrainingSettings): TrainingSettings {
  const entries = Object.entries(settings).filter(
    ([name]) => Object.hasOwn(defaultSettings, name) && !Object.hasOwn(compute, name),
  );
  return Object.fromEntries(entries) as unknown as TrainingSettings;
}
