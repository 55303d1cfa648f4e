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
  const pca = m.buffer(`${modality}_pca`, ["item", "dim"], { kind: "pca", modality, dim: settings.dim });
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
    const candidates = gather(features, others);
    const negatives = sum(multiply(candidates, states), "dim");
    const positives = dot(states, features);
    const margins = subtract(logSumExp(scaled(negatives, settings), "negative"), scaled(positives, settings));
    return settings.ssiReduce === "mean" ? meanAll(softplus(margins)) : sumAll(softplus(margins));
  }
  const { ids, weights } = m.uniquePositives();
  const anchors = gather(states, ids);
  const candidates = gather(features, gatherIds(others, ids));
  const negatives = sum(multiply(candidates, anchors), "dim");
  const positives = dot(anchors, gather(features, ids));
  const margins = subtract(logSumExp(scaled(negatives, settings), "negative"), scaled(positives, settings));
  const counted = settings.ssiReduce === "mean" ? weights : toFloat(greater(weights, 0));
  return sumAll(multiply(softplus(margins), counted));
}

function scaled<A extends readonly string[]>(
  similarity: Tensor<A>,
  { temperature }: ContrastSettings,
): Tensor<A> {
  return divide(similarity, temperature);
}
