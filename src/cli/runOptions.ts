import { deviceRequests } from "../../runtime/artifacts/device.js";

/** Options of the commands that read a run. */
export const runOptions = {
  data: { type: "string", describe: "The dataset's folder if it is not where it was during training" },
  device: { type: "string", choices: deviceRequests, describe: "Where to compute (cpu)" },
  threads: { type: "number", describe: "Threads within an operation (onnxruntime's choice)" },
} as const;
