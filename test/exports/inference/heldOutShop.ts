import { join } from "node:path";
import { encodeTitles } from "../../../examples/catalogue/encodeItems.js";
import { generateCatalogue } from "../../../examples/catalogue/generateCatalogue.js";
import type { Split } from "../../../examples/catalogue/generateInteractions.js";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { train } from "../../../runtime/training/trainer.js";

/** What a customer took: item ids of the trained catalogue, and among the new items, by their place there. */
export interface Basket {
  readonly train: readonly number[];
  readonly heldOut: readonly number[];
  readonly fresh: readonly number[];
}

/** Customers of whom nothing was trained, and items that were not in the shop yet. */
export interface HeldOutShop {
  /** Folder of the training run. */
  readonly run: string;
  /** Of trained customers, by user id. */
  readonly known: readonly Basket[];
  readonly newcomers: readonly Basket[];
  /** Text features of the new items. */
  readonly freshFeatures: readonly Float32Array[];
}

/**
 * Trains VBPR on titles of a generated shop without every fifth customer and without its new items, in seconds.
 *
 * @param folder for the dataset, the artifacts and the run
 */
export async function trainHeldOutShop(folder: string): Promise<HeldOutShop> {
  const { items, interactions, options } = generateCatalogue({ seed: 3, users: 1_000, items: 240 });
  const place = new Map<number, number>();
  for (const isCold of [false, true]) {
    items.filter(({ cold }) => cold === isCold).forEach(({ id }, at) => place.set(id, at));
  }
  const took = (user: number, wanted: (split: Split) => boolean, isCold: boolean): number[] =>
    interactions
      .filter((row) => row.user === user && wanted(row.split) && items[row.item]!.cold === isCold)
      .map(({ item }) => place.get(item)!);
  const baskets = Array.from(
    { length: options.users },
    (_, user): Basket & { valid: number[]; test: number[] } => {
      const [valid, test] = (["valid", "test"] as const).map((split) =>
        took(user, (of) => of === split, false),
      );
      return {
        train: took(user, (split) => split === "train", false),
        valid: valid!,
        test: test!,
        heldOut: [...valid!, ...test!],
        fresh: took(user, () => true, true),
      };
    },
  );
  const known = baskets.filter((_, user) => user % 5 > 0);
  const { size, data } = await encodeTitles(items.map(({ title }) => title));
  const features = (isCold: boolean): Float32Array[] =>
    items.filter(({ cold }) => cold === isCold).map(({ id }) => data.slice(id * size, (id + 1) * size));
  const warm = features(false);
  const columns = (lists: readonly (readonly number[])[]) => ({
    userIds: lists.flatMap((list, user) => list.map(() => user)),
    itemIds: lists.flat(),
  });
  await writeDataset(join(folder, "data"), {
    name: "held out",
    users: known.length,
    items: warm.length,
    interactions: {
      train: columns(known.map((basket) => basket.train)),
      valid: columns(known.map((basket) => basket.valid)),
      test: columns(known.map((basket) => basket.test)),
    },
    features: { text: { size, data: Float32Array.from(warm.flatMap((row) => [...row])) } },
  });
  const settings = { modalities: ["text"], dim: 16, batchSize: 512, learningRate: 0.02, l2: 0.02 };
  await writeArtifacts(buildArtifacts(models.get("vbpr")!, settings), join(folder, "artifacts"));
  const run = join(folder, "run");
  await train({
    artifacts: join(folder, "artifacts"),
    dataset: join(folder, "data"),
    run,
    epochs: 15,
    threads: 1,
  });
  return {
    run,
    known,
    newcomers: baskets.filter((_, user) => user % 5 === 0),
    freshFeatures: features(true),
  };
}
