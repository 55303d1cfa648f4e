import { readRun } from "../../exports/inferenceRun.js";
import { defaultGroups } from "../../runtime/ranking/groups.js";
import { protocolNames, protocols } from "../../runtime/training/protocols.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { deviceRequest } from "./deviceOption.js";
import { furtherText } from "./furtherText.js";
import { measureRun } from "./measureRun.js";
import { measurementTable, newItemsText } from "./measurementText.js";
import { runOptions } from "./runOptions.js";
import { cutoffList, memoryBytes, trainingOptions } from "./trainingOptions.js";
import { UsageError } from "./usageError.js";

export const evaluate = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote" } },
  options: {
    split: {
      type: "string",
      choices: ["test", "valid"] as const,
      default: "test" as const,
      describe: "Which held-out interactions to rank",
    },
    protocol: {
      type: "string",
      choices: protocolNames,
      describe: "Measure as this line of papers does; options below go before it (as the run was trained)",
    },
    cutoffs: { type: "string", describe: "Lengths of lists to measure (the run's)" },
    "ndcg-ideal": trainingOptions["ndcg-ideal"],
    "mask-validation-at-test": trainingOptions["mask-validation-at-test"],
    auc: {
      type: "boolean",
      describe: "Measure AUC, for which all items are put in order (on the test split; --no-auc is faster)",
    },
    "cold-users": {
      type: "number",
      default: defaultGroups.coldUsersBelow,
      describe: "Users with fewer training interactions are the group of cold users",
    },
    "activity-groups": {
      type: "number",
      default: defaultGroups.activityGroups,
      describe: "Number of groups of users by training interactions",
    },
    ...runOptions,
    memory: trainingOptions.memory,
  },
  examples: [
    ["runs/1", "Recall and NDCG on the test split beside popularity's"],
    ["runs/1 --split valid --json", "Every metric on the validation split, for machines"],
    ["runs/1 --protocol lattice --cutoffs 20", "NDCG as LATTICE and KGAT compute it"],
  ],
  epilogue:
    "All items are ranked for every user, the user's training items left out, with the parameters of the best " +
    "epoch. For items without training interactions (new or cold items) two more rankings are measured: among all " +
    "items, where they compete with the known ones, and among the new items only.",
  async run(given, { stdout, stderr }) {
    const { run: folder, split, protocol, data, device, threads, auc, json } = given;
    const groups = {
      coldUsersBelow: countFrom1("cold-users", given["cold-users"]),
      activityGroups: countFrom1("activity-groups", given["activity-groups"]),
    };
    const memory = memoryBytes(given.memory);
    const cutoffs = cutoffList(given.cutoffs);
    const decided = protocol === undefined ? undefined : protocols[protocol];
    const ndcgIdeal = given["ndcg-ideal"] ?? decided?.ndcgIdeal;
    const maskValidationAtTest = given["mask-validation-at-test"] ?? decided?.maskValidationAtTest;
    const run = await readRun(folder, data === undefined ? {} : { dataset: data });
    const measured = await measureRun(run, {
      split,
      groups,
      ...(cutoffs === undefined ? {} : { cutoffs }),
      ...(ndcgIdeal === undefined ? {} : { ndcgIdeal }),
      ...(maskValidationAtTest === undefined ? {} : { maskValidationAtTest }),
      ...(auc === undefined ? {} : { auc }),
      onNote: (note) => stderr.write(`${note}\n`),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory }),
    });
    const { model, epoch } = run.checkpoint.record;
    if (json) {
      stdout.write(`${JSON.stringify({ run: folder, name: model, epoch, ...measured }, null, 2)}\n`);
      return;
    }
    const shown = { name: model, measurement: measured };
    stdout.write(
      `${model} after ${counted(epoch, "epoch")}: ${split}, ${counted(measured.model.users, "user")}\n` +
        `${measurementTable([shown])}${furtherText(shown)}${newItemsText([shown])}`,
    );
  },
});

function countFrom1(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError(`--${option} takes a whole number from 1, found ${value}`, "Write for instance 5.");
}
