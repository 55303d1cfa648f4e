import type { AblationGroup, AblationTable } from "../../src/index.js";
import type { ksiHyperparameters } from "./hyperparameters.js";

type Group = AblationGroup<typeof ksiHyperparameters>;

const metrics = ["Recall@10", "NDCG@10", "Recall@20", "NDCG@20"];

/** A backbone alone, with each of the two parts, and with both. */
function portability(label: string, backbone: "ngcf" | "lightgcn"): Group {
  return {
    full: { name: `${label} + both`, settings: { backbone } },
    rows: [
      { name: label, settings: { backbone, sei: false, ssi: false } },
      { name: `${label} + SEI`, settings: { backbone, ssi: false } },
      { name: `${label} + SSI`, settings: { backbone, sei: false } },
    ],
  };
}

const withoutRedundancyReduction = { rrUser: false, rrItem: false };

/** An embedding size with and without redundancy reduction. */
const embeddingSize = (dim: number): Group => ({
  full: { name: `d ${dim}`, settings: { dim } },
  rows: [{ name: `d ${dim} w/o RR`, settings: { dim, rr: false } }],
});

/** Table III and Figs. 2(a) and 2(b) of KSI. */
export const ksiAblations: readonly AblationTable<typeof ksiHyperparameters>[] = [
  {
    table: "III",
    title: "SEI and SSI on two backbones",
    metrics,
    groups: [portability("NGCF", "ngcf"), portability("LightGCN", "lightgcn")],
  },
  {
    table: "2a",
    title: "Fig. 2(a): redundancy reduction of the users, and other item graph convolutions",
    metrics,
    groups: [
      {
        full: { name: "KSI", settings: {} },
        rows: [
          { name: "w/o L_r^M", settings: { rrUser: false } },
          { name: "KSI-GCN", settings: { itemConv: "gcn", ...withoutRedundancyReduction } },
          { name: "KSI-LightGCN", settings: { itemConv: "lightgcn", ...withoutRedundancyReduction } },
          { name: "KSI-GAT", settings: { itemConv: "gat", ...withoutRedundancyReduction } },
        ],
      },
    ],
  },
  {
    table: "2b",
    title: "Fig. 2(b): embedding sizes with and without redundancy reduction",
    metrics,
    groups: [32, 64, 128].map(embeddingSize),
  },
];
