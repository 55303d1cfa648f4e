import { models } from "../../graphs/registry.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { datasetSettings } from "./datasetModalities.js";
import { chosenSettings } from "./modelOptions.js";
import { runTraining } from "./runTraining.js";
import { shellWords } from "./shellWords.js";
import type { Streams } from "./streams.js";

/**
 * The models that the example shop is trained with. Small batches, as the shop has few interactions. The learning
 * rates were set by hand, so that both models converge within the two minutes that this takes; no search chose them,
 * for either model. This is a demonstration: `npm run accuracy` holds the comparisons.
 */
const settings = {
  lightgcn: ["batchSize=512", "learningRate=0.005"],
  ksi: ["batchSize=512", "learningRate=0.001"],
} as const;

export type CatalogueModel = keyof typeof settings;

/** More than either needs: both stop early. */
export const CATALOGUE_EPOCHS = 150;
const PATIENCE = 15;

/** A model, and the hyper-parameters that it is trained with on the example shop. */
export async function catalogueModel(name: CatalogueModel, catalogue: string) {
  const model = models.get(name)!;
  const hyperparameters = await chosenSettings(model, { set: settings[name], config: undefined }, (set) =>
    datasetSettings(model, set, catalogue),
  );
  return { model, hyperparameters };
}

/** Trains a model on the example shop and leaves a run folder, replacing an earlier one. */
export async function trainOnCatalogue(
  name: CatalogueModel,
  { catalogue, run, epochs }: { readonly catalogue: string; readonly run: string; readonly epochs: number },
  streams: Streams,
): Promise<TrainingResults> {
  const { model, hyperparameters } = await catalogueModel(name, catalogue);
  const sets = settings[name].flatMap((setting) => ["--set", setting]);
  const options = ["--epochs", String(epochs), "--patience", String(PATIENCE)];
  const words = ["mmkit", "train", name, "--data", catalogue, "--out", run, ...sets, ...options, "--resume"];
  return runTraining(
    {
      model,
      hyperparameters,
      training: { epochs, patience: PATIENCE },
      dataset: catalogue,
      run,
      resume: false,
      force: true,
      resumeLine: shellWords(words),
      isBrief: true,
    },
    streams,
  );
}
