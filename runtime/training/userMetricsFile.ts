import { hostTensor } from "../data/hostTensor.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";
import { SafetensorsError } from "./safetensorsFormat.js";

/** Every evaluated user's metrics. */
export interface StoredUserMetrics {
  /** [user] ids, ascending. */
  readonly userIds: Int32Array;
  /** By metric, such as `Recall@20` or `AUC`: float32 [user]. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

const KIND = "mmkit user metrics";

/**
 * Writes the metrics of every user as a safetensors file, all of it or nothing: `user_ids` int32 [user], `values`
 * float32 [metric, user], and the names of the metrics, in order, as JSON under `metrics` of the metadata.
 */
export async function writeUserMetrics(file: string, perUser: RankingReport["perUser"]): Promise<void> {
  const { userIds } = perUser;
  const names = [...perUser.values.keys()];
  const values = new Float32Array(names.length * userIds.length);
  names.forEach((name, row) => {
    values.set(perUser.values.get(name)!, row * userIds.length);
  });
  await writeSafetensors(file, {
    tensors: new Map([
      ["user_ids", hostTensor("int32", [userIds.length], userIds)],
      ["values", hostTensor("float32", [names.length, userIds.length], values)],
    ]),
    metadata: { kind: KIND, metrics: JSON.stringify(names) },
  });
}

/** @throws SafetensorsError for a file that is missing, damaged or something else */
export async function readUserMetrics(file: string): Promise<StoredUserMetrics> {
  const { tensors, metadata } = await readSafetensors(file);
  const ids = tensors.get("user_ids");
  const values = tensors.get("values");
  const names = metricNames(metadata["metrics"]);
  const [metrics, users] = values?.dims ?? [];
  if (
    metadata["kind"] !== KIND ||
    ids?.dtype !== "int32" ||
    values?.dtype !== "float32" ||
    users !== ids.data.length ||
    metrics !== names.length
  ) {
    throw new SafetensorsError(file, "this file does not hold metrics of users", "Train the run again.");
  }
  const data = values.data as Float32Array;
  return {
    userIds: ids.data as Int32Array,
    values: new Map(names.map((name, row) => [name, data.subarray(row * users, (row + 1) * users)])),
  };
}

function metricNames(text: string | undefined): readonly string[] {
  try {
    const names = JSON.parse(text ?? "[]") as unknown;
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}
