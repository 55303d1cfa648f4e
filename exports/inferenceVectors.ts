import type { DeviceRequest } from "../runtime/artifacts/device.js";
import { chooseDevice } from "../runtime/artifacts/device.js";
import { GraphSession } from "../runtime/artifacts/graphSession.js";
import { graphEntry, type Artifacts } from "../runtime/artifacts/artifacts.js";
import { graphFile } from "../runtime/artifacts/loadArtifacts.js";
import type { Manifest } from "../runtime/artifacts/manifest.js";
import { Buffers } from "../runtime/data/buffers.js";
import type { Dataset } from "../runtime/data/dataset.js";
import { hostTensor, type HostTensor } from "../runtime/data/hostTensor.js";
import { randomKey } from "../runtime/data/random.js";
import { runRecipe } from "../runtime/data/recipes.js";
import { NonFiniteScoresError } from "../runtime/ranking/nonFiniteScoresError.js";
import { BufferSchedule } from "../runtime/training/bufferSchedule.js";
import type { Checkpoint } from "../runtime/training/checkpoint.js";
import { RecipeGraphs } from "../runtime/training/recipeGraphs.js";

/** Final vectors of one kind, row-major float32 [rows, dim]. */
export interface VectorTable {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float32Array;
}

/** What a trained model serves with. */
export interface FinalVectors {
  readonly users: VectorTable;
  readonly items: VectorTable;
}

/** Final vectors, and what they were computed from. */
export interface TrainedVectors extends FinalVectors {
  /** Parameters and buffers, by name. */
  readonly inputs: ReadonlyMap<string, HostTensor>;
}

/**
 * The manifest with no other graphs than final vectors need, so that only their buffers are made, and with no other
 * parameters, whose axes may have no size then.
 */
function onlyEmbed(artifacts: Artifacts, withTower: boolean): Manifest {
  const { manifest } = artifacts;
  const tower = withTower ? manifest.itemTower?.graph : undefined;
  const anew = manifest.buffers.flatMap(({ refresh }) =>
    refresh !== "once" && refresh.atEvaluation && refresh.graph !== null ? [refresh.graph] : [],
  );
  const graphs = [
    ...["embed", ...anew].map((graph) => [graph, graphEntry(artifacts, graph)] as const),
    ...(tower === undefined ? [] : [["item_tower", tower] as const]),
  ];
  const taken = new Set(graphs.flatMap(([, { inputs }]) => inputs.map(({ name }) => name)));
  return {
    ...manifest,
    parameters: manifest.parameters.filter(({ name }) => taken.has(name)),
    phases: anew.length === 0 ? [] : manifest.phases,
    graphs: Object.fromEntries(graphs),
  };
}

/** The buffers that the checkpoint was evaluated with. */
async function evaluationBuffers(
  artifacts: Artifacts,
  buffers: Buffers,
  recipes: RecipeGraphs,
  key: HostTensor,
  { record, state, buffers: kept }: Checkpoint,
): Promise<ReadonlyMap<string, HostTensor>> {
  const schedule = new BufferSchedule(artifacts, buffers, recipes.run, key);
  const epoch = Math.max(0, record.epoch - 1);
  await schedule.restore(epoch, artifacts.manifest.schedule.length, kept);
  return schedule.forEvaluation(epoch, state);
}

function finiteTable(name: string, tensor: HostTensor): VectorTable {
  const [rows = 0, dim = 0] = tensor.dims;
  const data = tensor.data as Float32Array;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return { rows, dim, data };
  throw new NonFiniteScoresError(
    name,
    `row ${Math.floor(bad / dim)} holds ${data[bad]!}, so its scores have no order`,
  );
}

/**
 * Final vectors of all users and items with the parameters of a checkpoint, as they were when it was evaluated.
 *
 * @throws ArtifactError, RecipeError, AxisSizeError, DeviceError, GraphRunError, RankingError
 */
export async function finalVectors(
  artifacts: Artifacts,
  checkpoint: Checkpoint,
  dataset: Dataset,
  options: {
    readonly device?: DeviceRequest;
    readonly threads?: number;
    /** Make the buffers too that only the item tower takes. */
    readonly withTower?: boolean;
    /** Told why a device was taken if `auto` was asked for. */
    readonly onNote?: (note: string) => void;
  } = {},
): Promise<TrainedVectors> {
  const { device, reason } = await chooseDevice(options.device ?? "cpu", graphFile(artifacts, "embed"));
  if (reason !== null) options.onNote?.(reason);
  const compute = { device, ...(options.threads === undefined ? {} : { threads: options.threads }) };
  const manifest = onlyEmbed(artifacts, options.withTower === true);
  const recipes = new RecipeGraphs(artifacts, { ...compute, sizes: new Map() });
  const key = hostTensor("uint64", [], BigUint64Array.of(randomKey(checkpoint.record.seed)));
  try {
    const buffers = await Buffers.open(manifest, dataset, {
      seed: checkpoint.record.seed,
      runRecipe,
      runGraph: recipes.run,
    });
    const tensors = await evaluationBuffers(artifacts, buffers, recipes, key, checkpoint);
    // Some axes have their size from a buffer that only the checkpoint holds.
    const sizes = buffers.sizes();
    const embed = await GraphSession.open(artifacts, "embed", { ...compute, sizes });
    try {
      const inputs = new Map([...tensors, ...checkpoint.state, ["random_key", key] as const]);
      const vectors = await embed.run(inputs);
      return {
        inputs,
        users: finiteTable("user_vectors", vectors.get("user_vectors")!),
        items: finiteTable("item_vectors", vectors.get("item_vectors")!),
      };
    } finally {
      await embed.release();
    }
  } finally {
    await recipes.close();
  }
}
