import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { exportInference } from "../../exports/inference.js";
import { exportFiles } from "../../runtime/serving/exportFormat.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { deviceRequest } from "./deviceOption.js";
import { runOptions } from "./runOptions.js";

export const exportRun = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote" } },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the export" },
    ...runOptions,
    force: { type: "boolean", default: false, describe: "Replace an export that is in the folder" },
  },
  examples: [
    ["runs/1 --out exports/shop", "Write recommend.onnx, score.onnx and what belongs to them"],
    ["runs/1 --out exports/shop --force --json", "Replace an earlier export; list the files for machines"],
  ],
  epilogue:
    "The files hold the final vectors of the best epoch and load alone, in onnxruntime-node and " +
    "onnxruntime-web. `mmkit recommend` and `loadRecommender` of mmkit/runtime use the folder.",
  async run({ run, out, data, device, threads, force, json }, { stdout, stderr }) {
    await checkFree(out, force, exportFiles.description);
    const description = await exportInference({
      run,
      out,
      onNote: (note) => stderr.write(`${note}\n`),
      ...(data === undefined ? {} : { dataset: data }),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      ...(threads === undefined ? {} : { threads }),
    });
    const names = await readdir(out);
    const files = await Promise.all(
      names.sort().map(async (file) => ({ file, bytes: (await stat(join(out, file))).size })),
    );
    if (json) {
      stdout.write(`${JSON.stringify({ folder: out, ...description, files }, null, 2)}\n`);
      return;
    }
    const { model, users, items, dim } = description;
    const width = Math.max(...names.map((name) => name.length));
    stdout.write(`${model}: ${users} users and ${items} items, vectors of ${dim}\n${out}\n`);
    for (const { file, bytes } of files) {
      stdout.write(`  ${file.padEnd(width)}  ${byteSize(bytes).padStart(8)}\n`);
    }
  },
});
