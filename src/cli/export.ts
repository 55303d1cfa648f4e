import { exportInference } from "../../exports/inference.js";
import { exportFiles, precisions } from "../../runtime/serving/exportFormat.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { deviceRequest } from "./deviceOption.js";
import { exportText } from "./exportText.js";
import { runOptions } from "./runOptions.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

const quantized = precisions.filter((precision) => precision !== "float32");
type Quantized = (typeof quantized)[number];

export const exportRun = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote" } },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the export" },
    quantize: {
      type: "string",
      describe: `Smaller graphs beside those of float32, measured with them: ${quantized.join(", ")} or all`,
    },
    "max-loss": {
      type: "number",
      describe: "Largest share of Recall@20 that a smaller precision may lose, or nothing is written (0.01)",
    },
    "external-data": {
      type: "boolean",
      default: false,
      describe: "Keep vectors in files that the graphs share (always done above 2 GB)",
    },
    ...runOptions,
    force: { type: "boolean", default: false, describe: "Replace an export that is in the folder" },
  },
  examples: [
    ["runs/1 --out exports/shop", "Write recommend.onnx, score.onnx and what belongs to them"],
    ["runs/1 --out exports/shop --quantize int8", "int8 graphs too, with what they lose"],
    ["runs/1 --out exports/shop --force --json", "Replace an earlier export; list the files for machines"],
  ],
  epilogue:
    "The files hold the final vectors of the best epoch and load alone, in onnxruntime-node and " +
    "onnxruntime-web. `mmkit recommend` and `loadRecommender` of mmkit/runtime use the folder; " +
    "docs/export-format.md describes it.",
  async run(given, { stdout, stderr }) {
    const { run, out, data, device, threads, force, json, quantize, "max-loss": largestLoss } = given;
    const wanted = quantizeRequest(quantize);
    checkLargestLoss(largestLoss, wanted);
    await checkFree(out, force, exportFiles.description);
    const description = await exportInference({
      run,
      out,
      quantize: wanted,
      externalData: given["external-data"],
      onNote: (note) => stderr.write(`${note}\n`),
      ...(largestLoss === undefined ? {} : { largestLoss }),
      ...(data === undefined ? {} : { dataset: data }),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      ...(threads === undefined ? {} : { threads }),
    });
    stdout.write(
      json ? `${JSON.stringify({ folder: out, ...description }, null, 2)}\n` : exportText(out, description),
    );
  },
});

/** @throws UsageError for an unknown precision */
function quantizeRequest(text: string | undefined): readonly Quantized[] {
  if (text === undefined) return [];
  if (text === "all") return quantized;
  const found = quantized.find((precision) => precision === text);
  if (found !== undefined) return [found];
  throw new UsageError(`--quantize cannot be "${text}"`, suggestion(text, [...quantized, "all"]));
}

function checkLargestLoss(share: number | undefined, wanted: readonly Quantized[]): void {
  if (share === undefined) return;
  if (wanted.length === 0) {
    throw new UsageError("--max-loss says nothing without --quantize", "Give both, or neither.");
  }
  if (share >= 0 && share <= 1) return;
  throw new UsageError(`--max-loss must be a share from 0 to 1, found ${share}`, "Give 0.01 for 1%.");
}
