import type { Checkpoint } from "../../runtime/training/checkpoint.js";

/** A checkpoint in words: how far training is, how good, and the tensors of its state. */
export function checkpointSummary({ record, state }: Checkpoint): {
  readonly text: string;
  readonly json: unknown;
} {
  const tensors = [...state].map(([name, { dtype, dims }]) => ({ name, dtype, dims }));
  const { best } = record.stopping;
  const lines = [
    `checkpoint of ${record.model} after ${record.epoch} epochs, seed ${record.seed}`,
    `dataset ${record.datasetChecksum}`,
    ...Object.entries(record.steps).map(([phase, steps]) => `phase ${phase}: ${steps} steps`),
    best === null ? "not evaluated" : `best ${best.metric} at epoch ${best.epoch}`,
    ...tensors.map(({ name, dtype, dims }) => `  ${name} ${dtype} [${dims.join(", ")}]`),
  ];
  return { text: `${lines.join("\n")}\n`, json: { kind: "checkpoint", ...record, state: tensors } };
}
