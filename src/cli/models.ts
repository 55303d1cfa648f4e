import { hyperparameterSchema } from "../authoring/model.js";
import { models as bundled } from "../../graphs/registry.js";
import { command } from "./command.js";
import { hyperparameterTable } from "./hyperparameterTable.js";
import { loadModel } from "./loadModel.js";

export const models = command({
  positionals: {
    model: { type: "string", optional: true, describe: "Only this model: a name or the path of a module" },
  },
  options: {},
  examples: [
    ["", "Every bundled model with its hyper-parameters"],
    ["ksi", "Defaults, ranges and meaning of KSI's hyper-parameters"],
    ["./my-model.ts --json", "The JSON schema of the hyper-parameters of a model of one's own"],
  ],
  epilogue:
    "Hyper-parameters are given to `mmkit build` and `mmkit train` with --set name=value or --config. Tables are the " +
    "ablations of the model's paper, which `mmkit ablate` trains.",
  async run({ model, json }, { stdout }) {
    const chosen = model === undefined ? [...bundled.values()] : [await loadModel(model)];
    if (!json) {
      stdout.write(chosen.map(hyperparameterTable).join("\n"));
      return;
    }
    const list = chosen.map((definition) => ({
      name: definition.name,
      title: definition.title,
      hyperparameters: hyperparameterSchema(definition)["properties"],
      defaultsWhere: definition.defaultsWhere ?? {},
      ablations: definition.ablations ?? [],
    }));
    stdout.write(`${JSON.stringify(list, null, 2)}\n`);
  },
});
