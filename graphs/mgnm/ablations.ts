import type { AblationGroup, AblationRow, AblationTable } from "../../src/index.js";
import type { mgnmHyperparameters } from "./hyperparameters.js";

const metrics = ["Recall@20", "NDCG@20"];
const sweepMetrics = [
  "Recall@5",
  "Recall@10",
  "Recall@20",
  "Recall@50",
  "NDCG@5",
  "NDCG@10",
  "NDCG@20",
  "NDCG@50",
];

/** β at the chosen δ, and δ at β = 1e-4, which the paper chooses for every dataset. */
function sweeps(chosen: "1e-4" | "1e-2"): AblationGroup<typeof mgnmHyperparameters> {
  const row = (beta: string, delta: string): AblationRow<typeof mgnmHyperparameters> => ({
    name: `β ${beta}, δ ${delta}`,
    settings: { beta: Number(beta), delta: Number(delta) },
  });
  return {
    full: row("1e-4", chosen),
    rows: [
      ...["1e-1", "1e-2", "1e-3", "1e-5"].map((beta) => row(beta, chosen)),
      ...["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"]
        .filter((delta) => delta !== chosen)
        .map((delta) => row("1e-4", delta)),
    ],
  };
}

/**
 * Table III of MGNM; its sweeps, IV for Baby, whose settings are also V's for Video, and VI for Beauty, where δ is
 * another; and, in a table that the paper does not have, what it leaves open or never takes away.
 */
export const mgnmAblations: readonly AblationTable<typeof mgnmHyperparameters>[] = [
  {
    table: "III",
    title: "without each modality",
    metrics,
    groups: [{ full: { name: "MGNM", settings: {} }, rows: [{ withoutEachModality: "w/o" }] }],
  },
  {
    table: "IV",
    title:
      "weights of the de-redundancy of the collaborative layers (β) and of the modalities' (δ), around δ 1e-4 (also table V)",
    metrics: sweepMetrics,
    groups: [sweeps("1e-4")],
  },
  {
    table: "VI",
    title: "the same weights around δ 1e-2",
    metrics: sweepMetrics,
    groups: [sweeps("1e-2")],
  },
  {
    table: "switches",
    title: "not in the paper: each part taken away, and readings of what it leaves open",
    metrics,
    groups: [
      {
        full: { name: "MGNM", settings: {} },
        rows: [
          { name: "w/o DDR", settings: { ddr: false, ddrMm: false } },
          { name: "w/o DDR of the collaborative layers", settings: { ddr: false } },
          { name: "w/o DDR of the modalities", settings: { ddrMm: false } },
          { name: "DDR from layer 1", settings: { ddrFrom: 1 } },
          { name: "w/o purifier", settings: { hyperInput: "projected" } },
          { name: "raw features", settings: { hyperInput: "raw" } },
          { name: "w/o global branch", settings: { global: false } },
          { name: "w/o HCL", settings: { hcl: false } },
          { name: "users through the items' hyperedges", settings: { userHyper: "lgmrec" } },
          { name: "each modality normalised", settings: { localNorm: "each" } },
        ],
      },
    ],
  },
];
