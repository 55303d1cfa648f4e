import type { AblationTable } from "../../src/index.js";
import type { kdiffeHyperparameters } from "./hyperparameters.js";

/** Table III of KDiffE. */
export const kdiffeAblations: readonly AblationTable<typeof kdiffeHyperparameters>[] = [
  {
    table: "III",
    title: "without random-walk attention, guidance of the diffusion, contrast",
    metrics: ["Recall@20", "NDCG@20"],
    groups: [
      {
        full: { name: "KDiffE", settings: {} },
        rows: [
          { name: "KDiffE_1", settings: { attention: false } },
          { name: "KDiffE_2", settings: { guidance: "none" } },
          { name: "KDiffE_3", settings: { cl: false } },
        ],
      },
    ],
  },
];
