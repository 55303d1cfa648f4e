import {
  divide,
  dot,
  gather,
  gatherIds,
  greater,
  logSumExp,
  meanAll,
  multiply,
  normalise,
  softplus,
  subtract,
  sum,
  sumAll,
  toFloat,
  type Declaration,
  type Scalar,
  type Tensor,
} from "../../src/index.js";

export interface ContrastSettings {
  readonly dim: number;
  readonly temperature: number;
  readonly itemsPerNegative: number;
  readonly ssiSimilarity: "cosine" | "dot";
  readonly ssiScope: "batch" | "all";
  readonly ssiReduce: "mean" | "sum";
  readonly impute: "mean" | "neighbours" | "zero";
}

/**
 * SSI of one modality (KSI, Eqs. 12 to 15, before the weight a_m): InfoNCE of the item states h against the frozen PCA
 * ê of the item's own features among K other items, redrawn every epoch.
 *
 * -log(e^p / (e^p + Σ e^n)) is softplus(logsumexp(n) - p). Gradient flows to h only.
 *
 * @param h H^{m,(L)} [item, dim]
 */
export function featureContrast(
  m: Declaration,
  modality: string,
  h: Tensor<["item", "dim"]>,
  settings: ContrastSettings,
): Scalar {
  m.axis("negative");
  const { dim, impute } = settings;
  const pca = m.buffer(`${modality}_pca`, ["item", "dim"], { kind: "pca", modality, dim, impute });
  const others = m.idBuffer(
    `${modality}_negatives`,
    ["item", "negative"],
    "item",
    { kind: "negativeItems", perItems: settings.itemsPerNegative, stream: modality },
    "epoch",
  );
  const cosine = settings.ssiSimilarity === "cosine";
  const states = cosine ? normalise(h, "dim") : h;
  const features = cosine ? normalise(pca, "dim") : pca;

  if (settings.ssiScope === "all") {
    const losses = anchorLosses(states, features, gather(features, others), settings);
    return settings.ssiReduce === "mean" ? meanAll(losses) : sumAll(losses);
  }
  const { ids, weights } = m.uniquePositives();
  const candidates = gather(features, gatherIds(others, ids));
  const losses = anchorLosses(gather(states, ids), gather(features, ids), candidates, settings);
  return sumAll(multiply(losses, settings.ssiReduce === "mean" ? weights : toFloat(greater(weights, 0))));
}

/** One loss per anchor: its state against its own features and those of the K candidates. */
function anchorLosses<Anchor extends "item" | "batch">(
  states: Tensor<[Anchor, "dim"]>,
  own: Tensor<[Anchor, "dim"]>,
  candidates: Tensor<[Anchor, "negative", "dim"]>,
  { temperature }: ContrastSettings,
): Tensor<[Anchor]> {
  const products: Tensor<[Anchor, "negative", "dim"]> = multiply(candidates, states);
  const negatives = divide(sum(products, "dim") as Tensor<[Anchor, "negative"]>, temperature);
  const margins = subtract(
    logSumExp(negatives, "negative") as Tensor<[Anchor]>,
    divide(dot(states, own), temperature),
  );
  return softplus(margins);
}
