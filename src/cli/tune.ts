import { join } from "node:path";
import { defaultSettings } from "../../runtime/training/trainingOptions.js";
import { protocolNames, protocols } from "../../runtime/training/protocols.js";
import { spaceJson } from "../../runtime/tuning/parseSpace.js";
import { SearchSpaceError } from "../../runtime/tuning/searchSpace.js";
import { tune as search, type TuneOutcome } from "../../runtime/tuning/tune.js";
import { TuningOptionsError, type TuneOptions } from "../../runtime/tuning/tuneOptions.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { checkTestSplit, finalTest, type FinalTest } from "./finalTest.js";
import { InterruptedSearchError } from "./interruptedSearchError.js";
import { withInterruption } from "./interruption.js";
import { loadModel } from "./loadModel.js";
import { measurementTable } from "./measurementText.js";
import { modelOptions } from "./modelOptions.js";
import { searchOptions } from "./searchOptions.js";
import { searchOrder } from "./searchOrder.js";
import { formatSettings } from "./settings.js";
import { shellWords } from "./shellWords.js";
import type { Streams } from "./streams.js";
import { givenTraining, trainingOptions } from "./trainingOptions.js";
import { trialTable } from "./trialTable.js";
import { TuningDisplay } from "./tuningDisplay.js";
import { UsageError } from "./usageError.js";

/** A search always chooses on validation, so it has no `--select-on` and no protocol that chooses on test. */
const trialOptions = {
  ...(Object.fromEntries(Object.entries(trainingOptions).filter(([name]) => name !== "select-on")) as Omit<
    typeof trainingOptions,
    "select-on"
  >),
  protocol: {
    ...trainingOptions.protocol,
    choices: protocolNames.filter((name) => protocols[name].selectOn === "valid"),
  },
};

/** Options that a search does not remember, because they say only how it is computed. */
const computeOptions = [
  ...(["parallel", "threads", "device", "memory", "steps-per-run"] as const),
  ...(["checkpoint-every", "checkpoint-minutes"] as const),
];

export const tune = command({
  positionals: {
    model: { type: "string", describe: "A bundled model (`mmkit models`) or the path of a module with one" },
  },
  options: {
    data: { type: "string", describe: "Dataset folder; needed except with --resume" },
    out: { type: "string", demandOption: true, describe: "Folder for the trials and their result" },
    ...searchOptions,
    ...modelOptions,
    ...trialOptions,
    final: {
      type: "boolean",
      default: false,
      describe: "Afterwards, score the best trial on the test split, once",
    },
    resume: {
      type: "boolean",
      default: false,
      describe: "Continue the search in --out; what is not given is as it was",
    },
    force: { type: "boolean", default: false, describe: "Replace the search in --out" },
  },
  examples: [
    [
      "lightgcn --data data/shop --out tuned --space learningRate=1e-4..1e-2:log --space layers=1,2,3",
      "20 trials of TPE",
    ],
    [
      "ksi --data data/shop --out tuned --space space.json --method random --trials 50 --parallel 4",
      "Four at a time",
    ],
    [
      "mf --data data/shop --out grid --space l2=1e-5..1e-2:log:4 --space dim=32,64 --method grid",
      "8 trials",
    ],
    ["ksi --out tuned --resume --trials 80 --final", "Search on, then score the best once on test"],
  ],
  epilogue:
    "Trials are scored on validation; the test split is hidden from them. Equal seeds propose equal trials, whether " +
    "interrupted or not and however many run at once. The folder keeps trials.jsonl, trials/ with the run folder of " +
    "every trial, and best.json, which `mmkit train` and `mmkit build` take as --config.",
  async run(given, streams) {
    const { model: name, out, final, json } = given;
    const model = await loadModel(name);
    const decided = given.protocol === undefined ? {} : protocols[given.protocol];
    const { options, shared } = await searchOrder(model, given, { ...decided, ...givenTraining(given) });
    if (final) await checkTestSplit(options.dataset);
    const monitor = options.training?.monitor ?? defaultSettings.monitor;
    streams.stderr.write(`${model.name}: ${model.title}\n${formatSettings(shared)}${searchText(options)}`);
    const resumeLine = shellWords([
      ...["mmkit", "tune", name, "--out", out],
      ...computeOptions.flatMap((option) => {
        const value = given[option];
        return value === undefined ? [] : [`--${option}`, String(value)];
      }),
      ...(final ? ["--final"] : []),
      "--resume",
    ]);
    const outcome = await runSearch(options, monitor, streams);
    if (outcome.status === "aborted")
      throw new InterruptedSearchError("search", out, counted(outcome.trials.length, "trial"), resumeLine);
    const tested =
      final && outcome.best !== null
        ? await finalTest(out, outcome.best, options.dataset, options.training ?? {}, (note) =>
            streams.stderr.write(`${note}\n`),
          )
        : null;
    if (json) {
      const { best, trials } = outcome;
      const result = { model: model.name, folder: out, monitor, best, trials, final: tested };
      streams.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return;
    }
    streams.stdout.write(resultText(model.name, outcome, monitor, out, tested));
  },
});

async function runSearch(options: TuneOptions, monitor: string, streams: Streams): Promise<TuneOutcome> {
  const display = new TuningDisplay(streams.stderr, monitor);
  try {
    return await withInterruption(
      () => streams.stderr.write("\nstopping all trials; a second Ctrl-C does not wait\n"),
      (signal) =>
        search({
          ...options,
          signal,
          onProgress: (event) => {
            display.show(event);
          },
        }),
    );
  } catch (error) {
    if (!(error instanceof TuningOptionsError || error instanceof SearchSpaceError)) throw error;
    throw new UsageError(error.problems.join("; "), "`mmkit tune --help` explains the options.");
  }
}

/** What is searched, for people. */
function searchText({ space, method }: TuneOptions): string {
  const lines = Object.entries(spaceJson(space)).map(
    ([name, dimension]) => `  ${name}: ${JSON.stringify(dimension)}\n`,
  );
  return `searched by ${method}\n${lines.join("")}`;
}

function resultText(
  model: string,
  { trials, best }: TuneOutcome,
  monitor: string,
  out: string,
  final: FinalTest | null,
): string {
  const diverged = trials.filter(({ status }) => status === "diverged").length;
  const failures = diverged === 0 ? "" : `, ${diverged} of which diverged`;
  const head = `${model}: ${counted(trials.length, "trial")}${failures}; scores are ${monitor} on validation\n`;
  if (best === null) return `${head}no trial has a score\nsaved in ${out}\n`;
  const tested =
    final === null
      ? ""
      : `trial ${final.trial} on test, ${counted(final.measurement.model.users, "user")}\n` +
        measurementTable([{ name: model, measurement: final.measurement }]);
  return `${head}${trialTable(trials, monitor)}${tested}best: ${join(out, "best.json")}, run ${best.run}\n`;
}
