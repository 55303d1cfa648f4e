import type { TrainingSettings } from "./trainingOptions.js";

/** What a protocol decides: when the model is evaluated, which epoch is reported, and how lists are measured. */
export type Protocol = Pick<
  TrainingSettings,
  | "evaluateEvery"
  | "patience"
  | "monitor"
  | "monitorDecimals"
  | "selectOn"
  | "ndcgIdeal"
  | "maskValidationAtTest"
>;

const mmrec: Protocol = {
  evaluateEvery: 1,
  patience: 20,
  monitor: "Recall@20",
  monitorDecimals: 4,
  selectOn: "valid",
  ndcgIdeal: "targets",
  maskValidationAtTest: false,
};

/**
 * The protocols of evaluation.md, sections 2 and 4. Splits belong to datasets and samplers to models, so neither is
 * set here; nor is the number of epochs. None masks more than training items.
 *
 * - mmrec   every epoch on validation, values of 4 decimals, stops at the 21st evaluation that is not better
 * - lattice every 5 epochs on validation, stops at the 11th; NDCG's ideal list holds the retrieved hits only
 * - kgat    (also the original NGCF) every 10 epochs on the test split, stops at the 10th; NDCG as LATTICE
 * - diffmm  (also HCCF, DiffKG, KDiffE) every epoch on the test split, never stops, reports the best epoch
 */
export const protocols = {
  mmrec,
  lattice: { ...mmrec, evaluateEvery: 5, patience: 10, monitorDecimals: null, ndcgIdeal: "hits" },
  kgat: {
    ...mmrec,
    evaluateEvery: 10,
    patience: 9,
    monitorDecimals: null,
    selectOn: "test",
    ndcgIdeal: "hits",
  },
  diffmm: { ...mmrec, patience: null, monitorDecimals: null, selectOn: "test" },
} as const satisfies Readonly<Record<string, Protocol>>;

export type ProtocolName = keyof typeof protocols;

export const protocolNames = Object.keys(protocols) as readonly ProtocolName[];
