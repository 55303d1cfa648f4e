import { expect } from "chai";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { loadCheckpoint, type Checkpoint } from "../../runtime/training/checkpoint.js";
import { train, type TrainOptions } from "../../runtime/training/trainer.js";
import type { TrainingEvent } from "../../runtime/training/trainingEvent.js";
import type { Given } from "./expectGradients.js";

/** A model, a dataset in a folder, and where runs may be written. */
export interface ResumedTraining {
  readonly model: string;
  readonly given: Given;
  readonly folder: string;
  readonly dataset: string;
}

const EPOCHS = 3;

/**
 * Trains three epochs at once, and again interrupted after each of some numbers of chunks of two steps: both end with
 * the same bytes.
 *
 * @returns totals of every phase by epoch, and the schedule's entries within which it was interrupted
 */
export async function expectResumes(
  { model, given, folder, dataset }: ResumedTraining,
  stopsAfter: readonly number[],
): Promise<{ readonly totals: readonly Record<string, number>[]; readonly places: ReadonlySet<number> }> {
  const at = (...path: string[]): string => join(folder, ...path);
  await writeArtifacts(buildArtifacts(models.get(model)!, given), at("artifacts"));
  const options = (run: string, changes: Partial<TrainOptions> = {}): TrainOptions => ({
    ...{ artifacts: at("artifacts"), dataset, run: at(run), epochs: EPOCHS },
    ...{ monitor: "Recall@5", cutoffs: [5], threads: 1, stepsPerRun: 2 },
    ...changes,
  });
  const last = (run: string): Promise<Checkpoint> => loadCheckpoint(at(run, "checkpoints", "last"));

  const totals: Record<string, number>[] = Array.from({ length: EPOCHS }, () => ({}));
  await train(
    options("whole", {
      onProgress: (event: TrainingEvent) => {
        if (event.kind === "chunk") totals[event.epoch]![event.phase] = event.losses["total"]!;
      },
    }),
  );
  const places = new Set<number>();
  for (const stopAfter of stopsAfter) {
    const run = `stopped-${stopAfter}`;
    const interrupt = new AbortController();
    let chunks = 0;
    const onProgress = (event: TrainingEvent): void => {
      if (event.kind === "chunk" && ++chunks === stopAfter) interrupt.abort();
    };
    const { status } = await train(options(run, { signal: interrupt.signal, onProgress }));
    expect(status).to.equal("aborted");
    places.add((await last(run)).record.progress?.entries ?? 0);
    await train(options(run, { resume: true }));
    expect(await last(run)).to.deep.equal(await last("whole"));
  }
  return { totals, places };
}
