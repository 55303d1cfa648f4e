import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readDatasetDescription } from "../../runtime/data/datasetDescription.js";
import { DatasetError } from "../../runtime/data/datasetError.js";
import { featureFiles } from "../../runtime/data/featureFiles.js";
import type { ModelDefinition } from "../authoring/model.js";
import { nearestName } from "../onnx/nearestName.js";
import type { Settings, SuggestedSettings } from "./settings.js";

/** Names of the modalities a dataset folder has features of, without reading them. */
async function modalitiesOf(folder: string): Promise<readonly string[]> {
  const { modalities } = await readDatasetDescription(join(folder, "dataset.json"));
  if (modalities !== null) return modalities;
  const files = await readdir(folder).catch(() => {
    throw new DatasetError(
      { file: folder },
      "this is not a folder that can be read",
      "Pass the folder that holds interactions.tsv",
    );
  });
  return [...featureFiles(folder, files, null).keys()];
}

/**
 * What the dataset suggests for hyper-parameters that are not set: all its modalities, for a model that reads any.
 *
 * @param set hyper-parameters the user has set
 * @throws DatasetError if a modality is set that the dataset does not have
 */
export async function datasetSettings(
  model: ModelDefinition,
  set: Settings,
  folder: string,
): Promise<SuggestedSettings> {
  const suggested = (values: Settings): SuggestedSettings => ({ values, source: "dataset" });
  if (!Object.hasOwn(model.hyperparameters, "modalities")) return suggested({});
  const present = await modalitiesOf(folder);
  const wanted = set["modalities"];
  if (!Array.isArray(wanted)) return suggested(wanted === undefined ? { modalities: present } : {});
  const missing = (wanted as readonly unknown[])
    .filter((name) => !present.includes(String(name)))
    .map(String);
  if (missing.length === 0) return suggested({});
  const nearest = missing.length === 1 ? nearestName(missing[0]!, present) : undefined;
  throw new DatasetError(
    { file: folder },
    `the dataset has no features of modality ${missing.map((name) => `"${name}"`).join(", ")}; ` +
      `it has ${present.length === 0 ? "none" : present.join(", ")}`,
    nearest === undefined
      ? "Set modalities to some of these or leave them out to use all"
      : `Did you mean "${nearest}"? Without --set modalities, all are used`,
  );
}
