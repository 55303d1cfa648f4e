import { deviceOption } from "./deviceOption.js";

/** Options of the commands that read a run. */
export const runOptions = {
  data: { type: "string", describe: "The dataset's folder if it is not where it was during training" },
  device: deviceOption,
  threads: { type: "number", describe: "Threads within an operation (onnxruntime's choice)" },
} as const;
