import type { AblationTable } from "../../src/index.js";
import type { slifmrHyperparameters } from "./hyperparameters.js";

const metrics = ["Recall@20", "NDCG@20", "Precision@20"];

/** Tables III and IV and Fig. 5 of SLIF-MR. */
export const slifmrAblations: readonly AblationTable<typeof slifmrHyperparameters>[] = [
  {
    table: "III",
    title: "without knowledge graph, modalities, self-loop graph, consistency losses",
    metrics,
    groups: [
      {
        full: { name: "SLIF-MR", settings: {} },
        rows: [
          { name: "w/o KG", settings: { kg: false } },
          { name: "w/o MM", settings: { mm: false } },
          { name: "w/o KG & MM", settings: { kg: false, mm: false } },
          { name: "w/o SGE", settings: { selfLoop: false } },
          { name: "w/o CL", settings: { inter: false, intra: false } },
        ],
      },
    ],
  },
  {
    table: "IV",
    title: "epochs from one self-loop graph to the next",
    metrics: ["Recall@20", "NDCG@20"],
    groups: [
      {
        full: { name: "every epoch", settings: { selfLoopEvery: 1 } },
        rows: [5, 10, 15, 20].map((selfLoopEvery) => ({
          name: `every ${selfLoopEvery} epochs`,
          settings: { selfLoopEvery },
        })),
      },
    ],
  },
  {
    table: "5",
    title: "Fig. 5: fusion of the branches",
    metrics,
    groups: [
      {
        full: { name: "item-level", settings: { fusion: "ailf" } },
        rows: [
          { name: "concatenation", settings: { fusion: "concat" } },
          { name: "sum", settings: { fusion: "sum" } },
          { name: "attention", settings: { fusion: "attention" } },
        ],
      },
    ],
  },
];
