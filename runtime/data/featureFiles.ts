import { DatasetError } from "./datasetError.js";

/** Endings of files with features, best known first. */
const endings = [".npy", ".safetensors"] as const;

/** Modalities of which a folder holds a feature file, used or not. */
export function modalitiesAmong(present: readonly string[]): readonly string[] {
  const stems = present.flatMap((file) => {
    const ending = endings.find((end) => file.endsWith(end));
    return ending === undefined ? [] : [file.slice(0, -ending.length)];
  });
  return [...new Set(stems)].sort();
}

/**
 * The feature file of each modality of a dataset folder, modalities in order of name.
 *
 * @param present names of the folder's files
 * @param stated modalities that dataset.json names, null if it names none: then every feature file is a modality
 * @throws DatasetError if a stated modality has no file or a modality has two
 */
export function featureFiles(
  folder: string,
  present: readonly string[],
  stated: readonly string[] | null,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of present) {
    const ending = endings.find((end) => file.endsWith(end));
    if (ending === undefined) continue;
    const modality = file.slice(0, -ending.length);
    const other = found.get(modality);
    if (other !== undefined && stated?.includes(modality) !== false) {
      throw new DatasetError(
        { file: `${folder}/${file}` },
        `there is ${other} with features of the same modality`,
        "Keep one of the two",
      );
    }
    found.set(modality, file);
  }
  const names = stated ?? [...found.keys()].sort();
  return new Map(
    names.map((name) => {
      const file = found.get(name);
      if (file !== undefined) return [name, file];
      throw new DatasetError(
        { file: `${folder}/${name}.npy` },
        "the file does not exist",
        `Put it (or ${name}.safetensors) there or stop naming it in dataset.json`,
      );
    }),
  );
}
