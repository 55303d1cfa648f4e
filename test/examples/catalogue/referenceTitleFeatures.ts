import { titleFeatures, titleProjection } from "../../../graphs/encoders/titleEncoder.js";

/**
 * The title encoder's features, bucket by bucket in float64: the oracle for the ONNX encoder.
 *
 * @param counts one row of bucket counts per title
 */
export function referenceTitleFeatures(counts: readonly (readonly number[])[]): number[][] {
  const buckets = counts[0]!.length;
  const projection = titleProjection(buckets);
  const rarity = Array.from({ length: buckets }, (_, bucket) => {
    const titles = counts.filter((row) => row[bucket]! > 0).length;
    return Math.log((1 + counts.length) / (1 + titles)) + 1;
  });
  return counts.map((row) => {
    const projected = Array.from({ length: titleFeatures }, (_, feature) =>
      row.reduce(
        (sum, count, bucket) => sum + count * rarity[bucket]! * projection[bucket * titleFeatures + feature]!,
        0,
      ),
    );
    const length = Math.hypot(...projected);
    return projected.map((value) => (length === 0 ? 0 : value / length));
  });
}
