import { readRun } from "../../exports/inferenceRun.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { deviceRequest } from "./deviceOption.js";
import { measureRun } from "./measureRun.js";
import { measurementTable, newItemsText } from "./measurementText.js";
import { runOptions } from "./runOptions.js";

export const evaluate = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote" } },
  options: {
    split: {
      type: "string",
      choices: ["test", "valid"] as const,
      default: "test" as const,
      describe: "Which held-out interactions to rank",
    },
    ...runOptions,
  },
  examples: [
    ["runs/1", "Recall and NDCG on the test split beside popularity's"],
    ["runs/1 --split valid --json", "Every metric on the validation split, for machines"],
  ],
  epilogue:
    "All items are ranked for every user, the user's training items left out, with the parameters of the best " +
    "epoch. For items without training interactions (new or cold items) two more rankings are measured: among all " +
    "items, where they compete with the known ones, and among the new items only.",
  async run({ run: folder, split, data, device, threads, json }, { stdout, stderr }) {
    const run = await readRun(folder, data === undefined ? {} : { dataset: data });
    const measured = await measureRun(run, {
      split,
      onNote: (note) => stderr.write(`${note}\n`),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      ...(threads === undefined ? {} : { threads }),
    });
    const { model, epoch } = run.checkpoint.record;
    if (json) {
      stdout.write(`${JSON.stringify({ run: folder, name: model, epoch, ...measured }, null, 2)}\n`);
      return;
    }
    const measuredModels = [{ name: model, measurement: measured }];
    stdout.write(
      `${model} after ${counted(epoch, "epoch")}: ${split}, ${counted(measured.model.users, "user")}\n` +
        `${measurementTable(measuredModels)}${newItemsText(measuredModels)}`,
    );
  },
});
