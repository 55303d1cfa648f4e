/** Recall@20 and NDCG@20 on the test rows of `tiktok`, as others print them. */
export interface PublishedValue {
  readonly recall: number;
  readonly ndcg: number;
}

/** A column of published values; all of it was selected on the test rows. */
export interface PublishedTable {
  readonly title: string;
  /** By name of the model as mmkit calls it. */
  readonly values: Readonly<Record<string, PublishedValue>>;
}

function value(recall: number, ndcg: number): PublishedValue {
  return { recall, ndcg };
}

/** Sources in the specifications: baselines.md (DiffMM's table), kdiffe.md (Table II), the dataset's README (logs). */
export const publishedTiktok: readonly PublishedTable[] = [
  {
    title: "public logs, best test Recall@20",
    values: {
      mf: value(0.0557, 0.023),
      ngcf: value(0.0769, 0.0322),
      lightgcn: value(0.0898, 0.0403),
      sgl: value(0.0993, 0.0426),
      bm3: value(0.1014, 0.0422),
      lattice: value(0.0931, 0.043),
    },
  },
  {
    title: "DiffMM's table",
    values: {
      mf: value(0.0346, 0.013),
      ngcf: value(0.0604, 0.0238),
      lightgcn: value(0.0653, 0.0282),
      sgl: value(0.0603, 0.0238),
      vbpr: value(0.038, 0.0134),
      lattice: value(0.0843, 0.0367),
      bm3: value(0.0957, 0.0404),
      diffmm: value(0.1129, 0.0456),
    },
  },
  {
    title: "KDiffE's Table II",
    values: { diffkg: value(0.099, 0.044), kdiffe: value(0.112, 0.046) },
  },
];
