import {
  add,
  broadcastLike,
  concat,
  gather,
  itemFeatures,
  matmul,
  mean,
  split,
  sumOf,
  xavierUniform,
  zeros,
  type Declaration,
  type Ids,
  type Tensor,
  type TowerFeatures,
} from "../../src/index.js";

/** Vectors of all items or of a batch of them; only the rows asked for are projected. */
export interface ItemVectors {
  all(): Tensor<["item", "joined"]>;
  rows<Row extends string>(ids: Ids<"item", [Row]>): Tensor<[Row, "joined"]>;
  /** Of items that were not trained, if there are modalities: their own part is the mean of the others'. */
  untrained(tower: TowerFeatures): Tensor<["block", "joined"]>;
}

/** A linear map of the joined features, applied by parts: [F^t | F^v] W = F^t W^t + F^v W^v. */
type Projection<Out extends string> = <Row extends string>(
  features: readonly Tensor<[Row, string]>[],
) => Tensor<[Row, Out]>;

function projection<Out extends string>(
  m: Declaration,
  name: string,
  axes: readonly string[],
  output: Out,
): Projection<Out> {
  m.axis("feature", axes);
  const weight = m.parameter(name, ["feature", output], xavierUniform());
  const parts = split(
    weight,
    "feature",
    axes,
    axes.map((axis) => m.size(axis)),
  ) as unknown as readonly Tensor<[string, Out]>[];
  return <Row extends string>(features: readonly Tensor<[Row, string]>[]) =>
    sumOf(features.map((rows, i): Tensor<[Row, Out]> => matmul(rows, parts[i]!)));
}

/**
 * VBPR's item side: [x_i | F_i W + b] with F the features of all modalities side by side; x_i alone without any.
 *
 * @param biases adds a last element, β_i + β' F_i, as the original paper scores
 */
export function itemVectors(m: Declaration, modalities: readonly string[], biases: boolean): ItemVectors {
  const ids = m.parameter("item_embedding", ["item", "dim"], xavierUniform());
  const features = modalities.map((modality) => itemFeatures(m, modality));
  const axes = features.map(({ axis }) => axis);
  const content = axes.length > 0 ? projection(m, "projection/weight", axes, "dim") : undefined;
  const shift = axes.length > 0 ? m.parameter("projection/bias", ["dim"], zeros()) : undefined;
  const bias = biases ? m.parameter("item_bias", ["item", "one"], zeros()) : undefined;
  const featureBias = biases && axes.length > 0 ? projection(m, "feature_bias", axes, "one") : undefined;

  const joined = <Row extends string>(
    own: Tensor<[Row, "dim"]>,
    given: readonly Tensor<[Row, string]>[],
    ownBias: Tensor<[Row, "one"]> | undefined,
  ): Tensor<[Row, "joined"]> => {
    const parts: { value: Tensor<[Row, string]>; along: string }[] = [{ value: own, along: "dim" }];
    if (content !== undefined) parts.push({ value: add(content(given), shift!), along: "dim" });
    if (ownBias !== undefined) {
      const value = featureBias === undefined ? ownBias : add(ownBias, featureBias(given));
      parts.push({ value, along: "one" });
    }
    return concat("joined", parts) as unknown as Tensor<[Row, "joined"]>;
  };
  return {
    all: () =>
      joined(
        ids,
        features.map((f) => f.all()),
        bias,
      ),
    rows: (chosen) =>
      joined(
        gather(ids, chosen),
        features.map((f) => f.rows(chosen)),
        bias === undefined ? undefined : gather(bias, chosen),
      ),
    untrained(tower) {
      const rows: readonly Tensor<["block", string]>[] = modalities.map((modality) => tower.given(modality));
      const usual = <Own extends string>(own: Tensor<["item", Own]>, like: Tensor<["block", Own]>) =>
        broadcastLike(mean(own, "item") as Tensor<[Own]>, like);
      const ownBias = bias === undefined ? undefined : usual(bias, featureBias!(rows));
      return joined(usual(ids, content!(rows)), rows, ownBias);
    },
  };
}
