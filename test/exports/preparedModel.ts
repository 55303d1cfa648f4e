import { buildArtifacts, type ArtifactSet } from "../../exports/artifacts.js";
import { models } from "../../graphs/registry.js";
import { boundAxes } from "../../runtime/data/axisSizes.js";
import { batchFeeds } from "../../runtime/data/batchFeeds.js";
import { Buffers } from "../../runtime/data/buffers.js";
import type { HostTensor } from "../../runtime/data/hostTensor.js";
import { Random, randomKey } from "../../runtime/data/random.js";
import { runRecipe } from "../../runtime/data/recipes.js";
import { createSampler } from "../../runtime/data/sampler.js";
import { initialState } from "../../runtime/training/initialise.js";
import type { PlainTensor } from "../onnx/runBoth.js";
import { referenceRunGraph } from "../runtime/data/referenceGraphs.js";
import { datasetOf, featuresOf, type Pair } from "../runtime/data/smallDataset.js";

export const USERS = 30;
export const ITEMS = 25;
export const BATCH = 16;
const SEED = 11;

export type Tensors = ReadonlyMap<string, PlainTensor>;

function plain(tensors: ReadonlyMap<string, HostTensor>): Tensors {
  return new Map([...tensors].map(([name, { dtype, dims, data }]) => [name, { type: dtype, dims, data }]));
}

/** Each user with two to six items; features of two modalities in three clusters. */
export function randomDataset() {
  const random = new Random(SEED, "dataset");
  const pairs: Pair[] = [];
  for (let user = 0; user < USERS; user++) {
    const items = new Set(Array.from({ length: 2 + random.below(5) }, () => random.below(ITEMS)));
    for (const item of items) pairs.push([user, item]);
  }
  const features = (size: number): number[][] =>
    Array.from({ length: ITEMS }, (_, item) =>
      Array.from({ length: size }, (__, k) => random.normal() + (k % 3 === item % 3 ? 2 : 0)),
    );
  const modalities = [featuresOf("image", features(12)), featuresOf("text", features(9))];
  return datasetOf({ users: USERS, items: ITEMS }, { train: pairs }, modalities);
}

/** A compiled model with everything three training steps are fed. */
export interface PreparedModel {
  readonly artifacts: ArtifactSet;
  readonly state: Tensors;
  readonly buffers: Tensors;
  /** Batches of `steps` steps, [step, batch]. */
  readonly batches: Tensors;
  readonly key: PlainTensor;
}

/** Compiles a model and prepares a small random dataset for it as the runtime does. */
export async function prepareModel(
  name: string,
  given: Readonly<Record<string, unknown>>,
  steps: number,
): Promise<PreparedModel> {
  const artifacts = buildArtifacts(models.get(name)!, { dim: 6, batchSize: BATCH, ...given });
  const { manifest } = artifacts;
  const dataset = randomDataset();
  const options = { seed: SEED, runRecipe, runGraph: referenceRunGraph };
  const made = await Buffers.open(manifest, dataset, options);
  for (const entry of made.changing) {
    made.put(entry.name, await made.make(entry, { recipe: entry.recipe, epoch: 0 }));
  }
  const buffers = made.tensors();
  const { matrix } = made;
  const state = initialState(manifest, boundAxes(manifest, dataset, buffers), SEED);
  const phase = manifest.phases[0]!;
  const sampled = { dataset, matrix, size: (axis: string) => made.sizes().get(axis)! };
  const sample = createSampler(phase.sampler, sampled, SEED, phase.name).epoch(0);
  const range = { first: 0, count: steps, batchSize: BATCH };
  return {
    artifacts,
    state: plain(state),
    buffers: plain(buffers),
    batches: plain(batchFeeds(sample, phase.batch, range, matrix)),
    key: { type: "uint64", dims: [], data: BigUint64Array.of(randomKey(SEED)) },
  };
}

/** Row `step` of stacked tensors. */
export function stepOf(stacked: Tensors, step: number): Tensors {
  return new Map(
    [...stacked].map(([name, { type, dims, data }]) => {
      const size = dims.slice(1).reduce((product, dim) => product * dim, 1);
      const part = (data as Float32Array).slice(step * size, (step + 1) * size);
      return [name, { type, dims: dims.slice(1), data: part }];
    }),
  );
}

/** The feeds of a graph out of everything there is. @throws Error for an input that nothing feeds */
export function feedsFor(
  { manifest }: ArtifactSet,
  graph: string,
  tensors: Tensors,
): Record<string, PlainTensor> {
  return Object.fromEntries(
    manifest.graphs[graph]!.inputs.map(({ name }) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`graph ${graph} takes "${name}", which nothing feeds`);
      return [name, tensor];
    }),
  );
}

export function floats(dims: readonly number[], ...values: readonly number[]): PlainTensor {
  return { type: "float32", dims, data: Float32Array.from(values) };
}
