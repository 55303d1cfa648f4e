/** Version of the dataset folder format that this program reads and writes; a dataset.json without one means 1. */
export const DATASET_VERSION = 1;

const count = { type: "integer", minimum: 1, maximum: 2 ** 31 - 1 };

/** JSON schema of dataset.json (docs/dataset-format.md). */
export const datasetSchema = {
  type: "object",
  properties: {
    format: { const: "mmkit-dataset" },
    version: { const: DATASET_VERSION },
    name: { type: "string", minLength: 1 },
    users: count,
    items: count,
    modalities: { type: "array", items: { type: "string", pattern: "^[\\w-]+$" }, uniqueItems: true },
    features: { type: "object", description: "How features were made, by modality; any JSON" },
    groups: { description: "Sets of users or items by name; any JSON" },
    source: { description: "Where the data come from and how they were split; any JSON" },
  },
  additionalProperties: false,
} as const;
