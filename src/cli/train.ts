import { deviceRequests } from "../../runtime/artifacts/device.js";
import { defaultSettings } from "../../runtime/training/trainingOptions.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { command } from "./command.js";
import { datasetSettings } from "./datasetModalities.js";
import { loadModel } from "./loadModel.js";
import { metricsTable } from "./metricsTable.js";
import { chosenSettings, modelOptions } from "./modelOptions.js";
import { runTraining } from "./runTraining.js";
import { shellWords } from "./shellWords.js";

const { epochs, patience, evaluateEvery, seed } = defaultSettings;

export const train = command({
  positionals: {
    model: { type: "string", describe: "A bundled model (`mmkit models`) or the path of a module with one" },
  },
  options: {
    data: { type: "string", demandOption: true, describe: "Dataset folder with interactions.tsv" },
    out: { type: "string", demandOption: true, describe: "Run folder" },
    ...modelOptions,
    epochs: { type: "number", describe: `Most epochs (${epochs})` },
    patience: {
      type: "number",
      describe: `Evaluations in a row that may fail to improve before training stops (${patience})`,
    },
    "evaluate-every": { type: "number", describe: `Epochs between evaluations (${evaluateEvery})` },
    seed: { type: "number", describe: `Decides everything that is random (${seed})` },
    device: { type: "string", choices: deviceRequests, describe: "Where to compute (cpu)" },
    threads: { type: "number", describe: "Threads within an operation (onnxruntime's choice)" },
    resume: {
      type: "boolean",
      default: false,
      describe: "Continue the run in --out after its last checkpoint",
    },
    force: { type: "boolean", default: false, describe: "Replace the run in --out" },
  },
  examples: [
    ["lightgcn --data data/shop --out runs/1", "Until validation Recall@20 stops improving"],
    ["ksi --data data/shop --out runs/2 --set alpha=0.1 --epochs 50", "KSI on all modalities of the dataset"],
    [
      "./my-model.ts --data data/shop --out runs/3 --seed 7 --device auto",
      "A model of one's own, on CUDA if it loads",
    ],
    ["ksi --data data/shop --out runs/2 --set alpha=0.1 --epochs 50 --resume", "Continue after Ctrl-C"],
  ],
  epilogue:
    "The best epoch is chosen on validation data; the test split is scored once, at the end. A model with a " +
    "hyper-parameter `modalities` uses all modalities of the dataset unless it is set. The run folder keeps " +
    "config.json, metrics.jsonl, results.json, artifacts and checkpoints.",
  async run(given, streams) {
    const { model: name, data, out, set, config, resume, force, json } = given;
    const model = await loadModel(name);
    const hyperparameters = await chosenSettings(model, { set, config }, (chosen) =>
      datasetSettings(model, chosen, data),
    );
    const training = {
      epochs: given.epochs,
      patience: given.patience,
      evaluateEvery: given["evaluate-every"],
      seed: given.seed,
      device: given.device,
      threads: given.threads,
    };
    const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined;
    const results = await runTraining(
      {
        model,
        hyperparameters,
        training: Object.fromEntries(Object.entries(training).filter(isGiven)),
        dataset: data,
        run: out,
        resume,
        force,
        resumeLine: resumeLine(given),
      },
      streams,
    );
    streams.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : resultsText(results, out));
  },
});

type Given = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

function resumeLine(given: Given & { readonly model: string; readonly set: readonly string[] }): string {
  const options = [
    "data",
    "out",
    "config",
    "epochs",
    "patience",
    "evaluate-every",
    "seed",
    "device",
    "threads",
  ];
  const words = options.flatMap((name) => {
    const value = given[name];
    return typeof value === "string" || typeof value === "number" ? [`--${name}`, String(value)] : [];
  });
  const sets = given.set.flatMap((assignment) => ["--set", assignment]);
  return shellWords(["mmkit", "train", given.model, ...words, ...sets, "--resume"]);
}

/** The test metrics of a run beside popularity's, for people. */
export function resultsText(results: TrainingResults, run: string): string {
  const { model, test, valid, coldTest, popularityTest, bestEpoch, epochs: trained, stopReason } = results;
  const why = stopReason === "earlyStopping" ? "stopped early" : "complete";
  const choice =
    results.selectedOn === null
      ? "no validation data, so the last epoch is used"
      : `the best on ${results.selectedOn} is epoch ${bestEpoch + 1}`;
  const split = test === null ? "valid" : "test";
  const shown = test ?? valid;
  const head = `${model} on ${results.dataset.name}: ${trained} epochs, ${why}; ${choice}\n`;
  if (shown === null) return `${head}no validation or test data to measure\nsaved in ${run}\n`;
  const table = metricsTable([
    { title: model, metrics: shown.metrics },
    { title: "popularity", metrics: split === "test" ? (popularityTest?.metrics ?? null) : null },
    { title: `${model}, cold items`, metrics: coldTest?.metrics ?? null },
  ]);
  const optimistic = results.selectionUsedTest ? "chosen on the test split, so these are optimistic\n" : "";
  return `${head}${split}, ${shown.users} users\n${table}${optimistic}saved in ${run}\n`;
}
