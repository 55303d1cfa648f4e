import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { withPageTraining } from "../../exports/pageTraining.js";
import { sha256Of } from "../../runtime/artifacts/loadArtifacts.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { command } from "./command.js";
import { checkFree } from "./checkFree.js";
import { datasetSettings } from "./datasetModalities.js";
import { loadModel } from "./loadModel.js";
import { chosenSettings, modelOptions } from "./modelOptions.js";
import { formatSettings } from "./settings.js";

export const build = command({
  positionals: {
    model: { type: "string", describe: "A bundled model (`mmkit models`) or the path of a module with one" },
  },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the artifacts" },
    ...modelOptions,
    page: {
      type: "string",
      describe:
        "A dataset: adds its interactions and prepared buffers, so that a web page can train the model",
    },
    seed: { type: "number", default: 1, describe: "Seed of what --page adds, and of training in the page" },
    force: { type: "boolean", default: false, describe: "Replace artifacts that are in the folder" },
  },
  examples: [
    ["ksi --out artifacts/ksi", "Compile KSI to ONNX; no data is needed"],
    ["lightgcn --out artifacts/lightgcn --set layers=2 --set dim=32", "With other hyper-parameters"],
    ["ksi --out page/ksi --page ./my-data --set dim=32", "With what training in a web page needs"],
    ["./my-model.ts --out artifacts/mine --config mine.json --force", "A model of one's own"],
  ],
  epilogue:
    "Sizes are symbolic in the files, so that one build trains on any dataset. Equal models and " +
    "hyper-parameters give equal bytes.",
  async run({ model, out, set, config, page, seed, force, json }, { stdout }) {
    const definition = await loadModel(model);
    const settings = await chosenSettings(definition, { set, config }, (own) =>
      page === undefined ? Promise.resolve(undefined) : datasetSettings(definition, own, page),
    );
    await checkFree(out, force, "manifest.json");
    const compiled = buildArtifacts(definition, settings.given);
    const artifacts = page === undefined ? compiled : await withPageTraining(compiled, page, seed);
    await writeArtifacts(artifacts, out);
    const files = [...artifacts.files].map(([file, bytes]) => ({
      file,
      bytes: bytes.length,
      sha256: sha256Of(bytes),
    }));
    if (json) {
      const { manifest } = artifacts;
      const result = { model: manifest.model, folder: out, hyperparameters: manifest.hyperparameters, files };
      stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return;
    }
    const width = Math.max(...files.map(({ file }) => file.length));
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    stdout.write(`${definition.name}: ${definition.title}\n${formatSettings(settings.resolved)}${out}\n`);
    for (const { file, bytes } of files) {
      stdout.write(`  ${file.padEnd(width)}  ${byteSize(bytes).padStart(8)}\n`);
    }
    stdout.write(`${files.length} files, ${byteSize(total)}\n`);
  },
});
