import { exportInference } from "../../exports/inference.js";
import type { ExportSource } from "../../exports/inference/preparedExport.js";
import { exportTriton } from "../../exports/triton/exportTriton.js";
import { exportVectors, vectorsFile } from "../../exports/vectors/exportVectors.js";
import { exportFiles, precisions } from "../../runtime/serving/exportFormat.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { deviceRequest } from "./deviceOption.js";
import { exportText, vectorsText } from "./exportText.js";
import { runOptions } from "./runOptions.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

const quantized = precisions.filter((precision) => precision !== "float32");
type Quantized = (typeof quantized)[number];

/** What an export may be for, and the file or folder by which one that is there is known. */
const targets = { onnxruntime: exportFiles.description, triton: "recommend", vectors: vectorsFile } as const;
type Target = keyof typeof targets;

export const exportRun = command({
  positionals: { run: { type: "string", describe: "Run folder that `mmkit train` wrote" } },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the export" },
    target: {
      type: "string",
      default: "onnxruntime",
      describe:
        "onnxruntime: graphs for Node and browsers; triton: a model repository of NVIDIA Triton; vectors: " +
        "Parquet and .npy for a vector index",
    },
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
    ["runs/1 --out models --target triton", "A model repository for tritonserver"],
    ["runs/1 --out vectors --target vectors", "users.parquet, items.parquet and the same as .npy"],
  ],
  epilogue:
    "The files hold the final vectors of the best epoch and load alone, in onnxruntime-node and " +
    "onnxruntime-web. `mmkit recommend` and `loadRecommender` of mmkit/runtime use the folder; " +
    "docs/export-format.md describes it.",
  async run(given, { stdout, stderr }) {
    const { run, out, data, device, threads, force, json } = given;
    const target = targetRequest(given.target);
    const wanted = quantizeRequest(given.quantize);
    checkOptions(target, wanted, given);
    await checkFree(out, force, targets[target]);
    const source: ExportSource = {
      run,
      out,
      onNote: (note) => stderr.write(`${note}\n`),
      ...(data === undefined ? {} : { dataset: data }),
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
      ...(threads === undefined ? {} : { threads }),
    };
    const write = (result: object, text: string): void => {
      stdout.write(json ? `${JSON.stringify({ folder: out, ...result }, null, 2)}\n` : text);
    };
    if (target === "triton") {
      const [precision] = wanted;
      const models = await exportTriton({ ...source, ...(precision === undefined ? {} : { precision }) });
      write({ models }, `a model repository with ${models.join(", ")}\n${out}\n`);
      return;
    }
    if (target === "vectors") {
      const description = await exportVectors(source);
      write(description, await vectorsText(out, description));
      return;
    }
    const largestLoss = given["max-loss"];
    const description = await exportInference({
      ...source,
      quantize: wanted,
      externalData: given["external-data"],
      ...(largestLoss === undefined ? {} : { largestLoss }),
    });
    write(description, await exportText(out, description));
  },
});

/** @throws UsageError for an unknown target */
function targetRequest(text: string): Target {
  if (Object.hasOwn(targets, text)) return text as Target;
  throw new UsageError(`--target cannot be "${text}"`, suggestion(text, Object.keys(targets)));
}

/** @throws UsageError for an unknown precision */
function quantizeRequest(text: string | undefined): readonly Quantized[] {
  if (text === undefined) return [];
  if (text === "all") return quantized;
  const found = quantized.find((precision) => precision === text);
  if (found !== undefined) return [found];
  throw new UsageError(`--quantize cannot be "${text}"`, suggestion(text, [...quantized, "all"]));
}

/** @throws UsageError for options that say nothing together */
function checkOptions(
  target: Target,
  wanted: readonly Quantized[],
  given: { readonly "max-loss"?: number | undefined; readonly "external-data": boolean },
): void {
  const share = given["max-loss"];
  if (target === "vectors" && wanted.length > 0) {
    throw new UsageError("--quantize says nothing with --target vectors", "They are float32; leave it out.");
  }
  if (target === "triton" && wanted.length > 1) {
    throw new UsageError(
      "--target triton takes one precision, not all",
      `Choose ${quantized.join(" or ")}, or leave --quantize out for float32.`,
    );
  }
  if (target !== "onnxruntime" && (share !== undefined || given["external-data"])) {
    throw new UsageError(
      `--max-loss and --external-data say nothing with --target ${target}`,
      "Leave them out.",
    );
  }
  if (share === undefined) return;
  if (wanted.length === 0) {
    throw new UsageError("--max-loss says nothing without --quantize", "Give both, or neither.");
  }
  if (share >= 0 && share <= 1) return;
  throw new UsageError(`--max-loss must be a share from 0 to 1, found ${share}`, "Give 0.01 for 1%.");
}
