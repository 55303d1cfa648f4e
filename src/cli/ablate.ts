import { ablate as train, type AblationOutcome } from "../../runtime/ablation/ablate.js";
import { AblationOptionsError, type AblationOptions } from "../../runtime/ablation/ablationOptions.js";
import { corrections } from "../../runtime/ranking/multipleComparisons.js";
import { defaultSettings } from "../../runtime/training/trainingOptions.js";
import { protocols } from "../../runtime/training/protocols.js";
import { AblationDisplay } from "./ablationDisplay.js";
import { ablationOrder } from "./ablationOrder.js";
import { ablationText } from "./ablationText.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { InterruptedSearchError } from "./interruptedSearchError.js";
import { withInterruption } from "./interruption.js";
import { loadModel } from "./loadModel.js";
import { metricList } from "./metricList.js";
import { modelOptions } from "./modelOptions.js";
import { seedList } from "./seedList.js";
import { formatSettings } from "./settings.js";
import { shellWords } from "./shellWords.js";
import type { Streams } from "./streams.js";
import { givenTraining, trainingOptions } from "./trainingOptions.js";
import { UsageError } from "./usageError.js";

/** An ablation has several seeds. */
const runOptions = Object.fromEntries(
  Object.entries(trainingOptions).filter(([name]) => name !== "seed"),
) as Omit<typeof trainingOptions, "seed">;

/** Options that an ablation does not remember, because they say only how it is computed and shown. */
const forgotten = [
  ...(["threads", "device", "memory", "steps-per-run"] as const),
  ...(["checkpoint-every", "checkpoint-minutes", "metrics", "correction"] as const),
];

export const ablate = command({
  positionals: {
    model: { type: "string", describe: "A bundled model (`mmkit models`) or the path of a module with one" },
  },
  options: {
    data: { type: "string", describe: "Dataset folder; needed except with --resume" },
    out: { type: "string", demandOption: true, describe: "Folder for the runs and their results" },
    table: {
      type: "array",
      string: true,
      default: [] as string[],
      describe: "A table of the model's paper, such as III; may be repeated (its first)",
    },
    seeds: { type: "string", describe: "Seeds of every row, with commas between (1,2,3)" },
    metrics: {
      type: "string",
      describe: "Columns, such as Recall@20,AUC (those of the paper)",
    },
    correction: {
      type: "string",
      choices: corrections,
      default: "holm" as const,
      describe: "Correction of p-values for all rows and metrics of a table",
    },
    ...modelOptions,
    ...runOptions,
    resume: {
      type: "boolean",
      default: false,
      describe:
        "Continue the ablation in --out; what is not given is as it was, seeds and tables may be added",
    },
    force: { type: "boolean", default: false, describe: "Replace the ablation in --out" },
  },
  examples: [
    [
      "ksi --data data/shop --out ablations/ksi",
      "KSI's Table III: SEI and SSI on two backbones, three seeds",
    ],
    [
      "slifmr --data data/shop --out ablations/slifmr --table III --table IV --epochs 100",
      "Two tables; the full model is trained once for both",
    ],
    ["slifmr --out ablations/slifmr --resume --seeds 1,2,3,4,5", "Two seeds more"],
  ],
  epilogue:
    "`mmkit models <model>` lists the tables. All rows are trained with the same settings and seeds; --set and --config " +
    "are for all rows, and what a row sets goes before. The best epoch is chosen on validation data unless --select-on " +
    "says otherwise; every run is scored on the test split once, at its end. Rows are compared with the full model over " +
    "users, as by `mmkit compare`. The folder keeps ablation.json, runs.jsonl, runs/<variant>/seed-<n> with the run " +
    "folders, and results.json.",
  async run(given, streams) {
    const { model: name, out, json } = given;
    const model = await loadModel(name);
    const decided = given.protocol === undefined ? {} : protocols[given.protocol];
    const { options, shared, notes } = await ablationOrder(
      model,
      {
        ...given,
        seeds: given.seeds === undefined ? undefined : seedList(given.seeds),
        metrics: given.metrics === undefined ? undefined : metricList(given.metrics),
      },
      { ...decided, ...givenTraining(given) },
    );
    const monitor = options.training?.monitor ?? defaultSettings.monitor;
    streams.stderr.write(`${model.name}: ${model.title}\n${formatSettings(shared)}`);
    for (const { table, title } of options.tables) streams.stderr.write(`table ${table}: ${title}\n`);
    for (const note of notes) streams.stderr.write(`note: ${note}\n`);
    if (options.training?.selectOn === "test") {
      streams.stderr.write(
        "note: the test split chooses the best epochs, so the metrics will be optimistic\n",
      );
    }
    const outcome = await runAblation(options, monitor, streams);
    if (outcome.status === "aborted") {
      const line = shellWords([
        ...["mmkit", "ablate", name, "--out", out],
        ...forgotten.flatMap((option) => {
          const value = given[option];
          const isDefault = value === undefined || (option === "correction" && value === "holm");
          return isDefault ? [] : [`--${option}`, String(value)];
        }),
        "--resume",
      ]);
      throw new InterruptedSearchError("ablation", out, counted(outcome.finished, "run"), line);
    }
    const { results } = outcome;
    streams.stdout.write(
      json ? `${JSON.stringify(results, null, 2)}\n` : `${ablationText(results)}\nsaved in ${out}\n`,
    );
  },
});

async function runAblation(
  options: AblationOptions,
  monitor: string,
  streams: Streams,
): Promise<AblationOutcome> {
  const display = new AblationDisplay(streams.stderr, monitor);
  try {
    return await withInterruption(
      () => streams.stderr.write("\nstopping; a second Ctrl-C does not wait\n"),
      (signal) =>
        train({
          ...options,
          signal,
          onProgress: (event) => {
            display.show(event);
          },
        }),
    );
  } catch (error) {
    if (!(error instanceof AblationOptionsError)) throw error;
    throw new UsageError(error.problems.join("; "), "`mmkit ablate --help` explains the options.");
  }
}
