import type { AblationTable } from "../../src/index.js";
import type { mgnmHyperparameters } from "./hyperparameters.js";

const metrics = ["Recall@20", "NDCG@20"];

/** Table III of MGNM, and the two sweeps of its tables IV to VI, which differ in the dataset. */
export const mgnmAblations: readonly AblationTable<typeof mgnmHyperparameters>[] = [
  {
    table: "III",
    title: "without each modality",
    metrics,
    groups: [{ full: { name: "MGNM", settings: {} }, rows: [{ withoutEachModality: "w/o" }] }],
  },
  {
    table: "IV",
    title: "weights of the de-redundancy of the collaborative layers (β) and of the modalities' (δ)",
    metrics: ["Recall@5", "Recall@10", "Recall@20", "Recall@50", "NDCG@5", "NDCG@10", "NDCG@20", "NDCG@50"],
    groups: [
      {
        full: { name: "β 1e-4, δ 1e-4", settings: { beta: 1e-4, delta: 1e-4 } },
        rows: [
          ...["1e-1", "1e-2", "1e-3", "1e-5"].map((beta) => ({
            name: `β ${beta}, δ 1e-4`,
            settings: { beta: Number(beta), delta: 1e-4 },
          })),
          ...["1e-2", "1e-3", "1e-5", "1e-6"].map((delta) => ({
            name: `β 1e-4, δ ${delta}`,
            settings: { beta: 1e-4, delta: Number(delta) },
          })),
        ],
      },
    ],
  },
];
