import { mapMethods } from "../../exports/report/embeddingMap.js";
import { UnknownUserError } from "../../exports/report/sampleUsers.js";
import { writeTensorBoardEvents } from "../../exports/report/tensorBoardEvents.js";
import { writeReport } from "../../exports/report/writeReport.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { checkPageFree } from "./checkPageFree.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { deviceRequest } from "./deviceOption.js";
import { runOptions } from "./runOptions.js";
import { UsageError } from "./usageError.js";

export const report = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote, finished or not" } },
  options: {
    out: { type: "string", describe: "HTML file to write (<run>/report.html)" },
    users: { type: "string", describe: "Users whose recommendations are shown, as 3,17 (some are chosen)" },
    map: {
      type: "string",
      choices: mapMethods,
      describe: "How items are laid out in the plane (umap; pca for few items)",
    },
    tensorboard: { type: "string", describe: "Folder for an event file that TensorBoard reads, as well" },
    ...runOptions,
  },
  examples: [
    ["runs/1", "Write runs/1/report.html"],
    ["runs/1 --tensorboard events/1", "As well for `tensorboard --logdir events`"],
    ["runs/1 --out report.html --users 3,17", "Elsewhere, with the recommendations of two users"],
  ],
  epilogue:
    "One HTML page that needs no other file and asks no host: curves of losses and metrics, time, results beside " +
    "popularity, popularity bias, a map of the items, sample recommendations with pictures where items.tsv has a " +
    "column `picture`, the dataset, configuration and environment.",
  async run({ run, out, users, map, tensorboard, data, device, threads, json }, { stdout, stderr }) {
    if (out !== undefined) await checkPageFree(out);
    stderr.write(`reading ${run}\n`);
    const written = await writeReport({
      run,
      ...(out === undefined ? {} : { out }),
      ...(users === undefined ? {} : { users: userIds(users) }),
      ...(map === undefined ? {} : { map }),
      ...(data === undefined ? {} : { dataset: data }),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      onNote: (note) => stderr.write(`${note}\n`),
      ...(threads === undefined ? {} : { threads }),
    }).catch((error: unknown) => {
      if (!(error instanceof UnknownUserError)) throw error;
      throw new UsageError(error.message, "Give others with --users, or leave it out.");
    });
    const events = tensorboard === undefined ? null : await writeTensorBoardEvents(run, tensorboard);
    const { file, bytes, isFinished, epochs } = written;
    stdout.write(
      json
        ? `${JSON.stringify({ ...written, events }, null, 2)}\n`
        : `${file}: ${counted(epochs, "epoch")}${isFinished ? "" : ", not finished"}, ${byteSize(bytes)}\n${events === null ? "" : `${events}\n`}`,
    );
  },
});

function userIds(text: string): number[] {
  const words = text.split(",").map((word) => word.trim());
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong === undefined) return words.map(Number);
  throw new UsageError(
    `--users must be ids separated by commas, found "${wrong}"`,
    "For example --users 3,17.",
  );
}
