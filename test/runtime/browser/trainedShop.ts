import { join } from "node:path";
import { generateCatalogue } from "../../../examples/catalogue/generateCatalogue.js";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import type { FinalVectors, VectorTable } from "../../../exports/inferenceVectors.js";
import { models } from "../../../graphs/registry.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import type { HostTensor } from "../../../runtime/data/hostTensor.js";
import { splitNames } from "../../../runtime/data/interactions.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";
import { writeVectors } from "./exportedVectors.js";

const CUSTOMERS = 600;
const ITEMS = 480;
/** About where validation is best. */
const EPOCHS = 20;

/** Somebody the model was not trained with. */
export interface ShopVisitor {
  readonly clicked: readonly number[];
  /** What they took besides. */
  readonly taken: readonly number[];
  /** Mean of the clicked items' vectors. */
  readonly mean: readonly number[];
}

function table({ dims, data }: HostTensor): VectorTable {
  return { rows: dims[0]!, dim: dims[1]!, data: data as Float32Array };
}

/**
 * Trains a small LightGCN on the customers of the generated shop, exports it, and lets further customers visit.
 *
 * @param folder for everything; the export is `<folder>/export`
 */
export async function trainedShop(folder: string, visitors: number): Promise<ShopVisitor[]> {
  const { interactions } = generateCatalogue({ users: CUSTOMERS + visitors });
  const pairs = (split: string) => {
    const rows = interactions.filter((row) => row.split === split && row.user < CUSTOMERS);
    return { userIds: rows.map(({ user }) => user), itemIds: rows.map(({ item }) => item) };
  };
  const [train, valid, test] = splitNames.map(pairs);
  const data = join(folder, "data");
  await writeDataset(data, {
    ...{ name: "shop", users: CUSTOMERS, items: ITEMS },
    interactions: { train: train!, valid: valid!, test: test! },
  });
  const artifacts = join(folder, "artifacts");
  const model = models.get("lightgcn")!;
  await writeArtifacts(buildArtifacts(model, { dim: 32, layers: 2, batchSize: 512 }), artifacts);
  const engine = await LocalEngine.open(
    { artifacts: await loadArtifacts(artifacts), dataset: data, seed: 1, device: "cpu", threads: 1 },
    { report: () => undefined, isCancelled: () => false },
  );
  for (let epoch = 0; epoch < EPOCHS; epoch++) await engine.runEpoch({ main: 0.005 });
  const made = await engine.vectors();
  await engine.close();
  const vectors: FinalVectors = {
    users: table(made.get("user_vectors")!),
    items: table(made.get("item_vectors")!),
  };
  await writeVectors(join(folder, "export"), vectors, await loadDataset(data));

  const of = (user: number, wanted: (split: string) => boolean): number[] =>
    interactions.filter((row) => row.user === user && wanted(row.split)).map(({ item }) => item);
  return Array.from({ length: visitors }, (_, visitor) => {
    const clicked = of(CUSTOMERS + visitor, (split) => split === "train");
    const taken = of(CUSTOMERS + visitor, (split) => split !== "train");
    const { dim, data: values } = vectors.items;
    const mean = Array.from(
      { length: dim },
      (_, d) => clicked.reduce((sum, item) => sum + values[item * dim + d]!, 0) / clicked.length,
    );
    return { clicked, taken, mean };
  }).filter(({ clicked, taken }) => clicked.length > 0 && taken.length > 0);
}
