import { splitDataset } from "../../runtime/import/splitDataset.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { leakageLines, splitLine } from "./importSummary.js";
import { withInterruption } from "./interruption.js";
import { databaseOptions, databaseSettings, splitHelp, splitOptions, splitSettings } from "./splitOptions.js";
import { StepDisplay } from "./stepDisplay.js";

export const dataSplit = command({
  positionals: { dataset: { type: "string", describe: "Dataset folder whose interactions are split anew" } },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the dataset with the new split" },
    ...splitOptions,
    split: { ...splitOptions.split, demandOption: true },
    time: { type: "string", describe: "Column of interactions.tsv with the times (timestamp)" },
    ...databaseOptions,
    force: { type: "boolean", default: false, describe: "Replace the dataset that is in the folder" },
  },
  examples: [
    ["data/shop --split mmrec --seed 2 --out data/shop-2", "Another random draw"],
    ["data/shop --split temporal --shares 90:5:5 --out data/shop-later", "The latest tenth is held out"],
    ["data/shop --split given --out data/copy --json", "As it is; look for leakage"],
  ],
  epilogue: `The dataset itself stays as it is; features and tables are copied.\n${splitHelp}`,
  async run(given, streams) {
    const { stdout, stderr } = streams;
    const { method, ...settings } = splitSettings(given);
    const database = databaseSettings(given);
    await checkFree(given.out, given.force, "interactions.tsv");
    const display = new StepDisplay(streams);
    const report = await withInterruption(
      () => stderr.write("\nstopping; press Ctrl-C again to end at once\n"),
      (signal) =>
        splitDataset({
          dataset: given.dataset,
          out: given.out,
          split: { ...settings, method: method! },
          time: given.time ?? null,
          force: given.force,
          ...database,
          signal,
          onProgress: display.show,
        }),
    ).finally(display.end);
    if (given.json) {
      stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      return;
    }
    const repeated = report.repeated === 0 ? [] : [`${report.repeated} repeated interactions were left out`];
    const lines = [
      splitLine(report.split, report.interactions),
      ...repeated,
      ...leakageLines(report.leakage),
    ];
    stdout.write(`${report.name}: ${lines.join("\n")}\n${report.folder}\n`);
  },
});
