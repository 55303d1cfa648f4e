import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { datasetSettings } from "./datasetModalities.js";
import { loadModel } from "./loadModel.js";
import { metricsTable } from "./metricsTable.js";
import { chosenSettings, modelOptions } from "./modelOptions.js";
import { readResumedRun } from "./resumedRun.js";
import { runTraining } from "./runTraining.js";
import { shellWords } from "./shellWords.js";
import { givenTraining, trainingOptions } from "./trainingOptions.js";
import { UsageError } from "./usageError.js";

export const train = command({
  positionals: {
    model: { type: "string", describe: "A bundled model (`mmkit models`) or the path of a module with one" },
  },
  options: {
    data: {
      type: "string",
      describe: "Dataset folder with interactions.tsv; needed except with --resume",
    },
    out: { type: "string", demandOption: true, describe: "Run folder" },
    ...modelOptions,
    ...trainingOptions,
    resume: {
      type: "boolean",
      default: false,
      describe: "Continue the run in --out after its last checkpoint; what is not given is as it was",
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
    ["ksi --out runs/2 --resume", "Continue after Ctrl-C, with the settings of the run"],
    ["ksi --out runs/2 --resume --epochs 80", "Train longer"],
  ],
  epilogue:
    "The best epoch is chosen on validation data unless --select-on says otherwise; the test split is scored once, at the end. A model with a " +
    "hyper-parameter `modalities` uses all modalities of the dataset unless it is set. The run folder keeps " +
    "config.json, environment.jsonl, metrics.jsonl, results.json, artifacts and checkpoints.",
  async run(given, streams) {
    const { model: name, out, set, config, resume, force, json } = given;
    const training = givenTraining(given);
    const model = await loadModel(name);
    const earlier = resume ? await readResumedRun(out, model) : undefined;
    const data = given.data ?? earlier?.dataset;
    if (data === undefined) throw new UsageError("--data is missing", "`mmkit train --help` explains it.");
    const hyperparameters = await chosenSettings(model, { set, config }, (chosen) =>
      earlier === undefined
        ? datasetSettings(model, chosen, data)
        : Promise.resolve({ values: earlier.hyperparameters, source: "run" }),
    );
    const modalities = hyperparameters.resolved.find((setting) => setting.name === "modalities");
    if (modalities?.source === "dataset" && JSON.stringify(modalities.value) === "[]") {
      streams.stderr.write(
        `note: ${data} has no features (<modality>.npy), so ${model.name} learns from interactions alone, ` +
          "with no modality\n",
      );
    }
    const results = await runTraining(
      {
        model,
        hyperparameters,
        training,
        ...(given.protocol === undefined ? {} : { protocol: given.protocol }),
        ...(earlier === undefined ? {} : { earlier: earlier.training }),
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
  const options = ["data", "out", "config", ...Object.keys(trainingOptions)];
  const words = options.flatMap((name) => {
    const value = given[name];
    if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
    return value === undefined ? [] : [`--${name}`, String(value)];
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
  const head = `${model} on ${results.dataset.name}: ${counted(trained, "epoch")}, ${why}; ${choice}\n`;
  if (shown === null) return `${head}no validation or test data to measure\nsaved in ${run}\n`;
  const table = metricsTable([
    { title: model, metrics: shown.metrics },
    { title: "popularity", metrics: split === "test" ? (popularityTest?.metrics ?? null) : null },
    { title: `${model}, cold items`, metrics: coldTest?.metrics ?? null },
  ]);
  const optimistic = results.selectionUsedTest ? "chosen on the test split, so these are optimistic\n" : "";
  return `${head}${split}, ${counted(shown.users, "user")}\n${table}${optimistic}saved in ${run}\n`;
}
