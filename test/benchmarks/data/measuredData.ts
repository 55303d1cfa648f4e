import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FeatureSpec } from "./writeGenerated.js";
import { writeGenerated, writeWithFeatures } from "./writeGenerated.js";
import type { InteractionSpec } from "./generatedInteractions.js";

/** Features as the multimodal toolkits have them for Amazon's products. */
const AMAZON = { image: 4096, text: 384 };
const SEED = 1;

/** Scores of a full ranking stay below this on generated data, so that it takes some seconds: fewer users have targets. */
const RANKED_SCORES = 1.4e9;

type Source =
  | { readonly kind: "folder"; readonly path: string }
  /** Interactions of a folder; models of features get drawn ones. */
  | { readonly kind: "interactions"; readonly path: string; readonly users: number; readonly items: number }
  | { readonly kind: "generated"; readonly spec: InteractionSpec & FeatureSpec };

function babyTimes(factor: number, features: FeatureSpec["features"]): Source {
  const [users, items, pairs] = [19_445 * factor, 7050 * factor, 118_745 * factor];
  const heldOutUsers = Math.min(users, Math.floor(RANKED_SCORES / items));
  return { kind: "generated", spec: { users, items, pairs, heldOutUsers, features, seed: SEED } };
}

/** As many users as items, few interactions, wide features: for neighbour graphs. */
function manyItems(items: number): Source {
  const spec = { users: items, items, pairs: 4 * items, heldOutUsers: 100, seed: SEED };
  return { kind: "generated", spec: { ...spec, features: { image: 4096 } } };
}

/** What can be measured, by the name that `--data` takes. */
const sources: Readonly<Record<string, Source>> = {
  baby: { kind: "interactions", path: "amazon-cf/baby", users: 19_445, items: 7050 },
  sports: { kind: "interactions", path: "amazon-cf/sports", users: 35_598, items: 18_357 },
  tiktok: { kind: "folder", path: "tiktok" },
  "lastfm-2k": { kind: "folder", path: "lastfm-2k" },
  generated: babyTimes(1, AMAZON),
  "generated-10x": babyTimes(10, AMAZON),
  "generated-100x": babyTimes(100, { text: 384 }),
  "items-20k": manyItems(20_000),
  "items-100k": manyItems(100_000),
};

/** What `--data all` measures. */
export const dataNames = Object.keys(sources).filter((name) => !name.startsWith("items-"));

/** Where datasets are, and where generated ones are kept for the next time. */
export interface DataFolders {
  readonly shared: string;
  readonly cache: string;
}

/** A dataset that is not there. */
export class MissingDataError extends Error {
  override readonly name = "MissingDataError";

  constructor(readonly folder: string) {
    super(`${folder} has no interactions.tsv. Name the folder of the datasets with MMKIT_DATA.`);
  }
}

/**
 * The folder of a dataset; generated ones are made if they are not there yet.
 *
 * @param name one of {@link dataNames}, or the path of a dataset folder
 * @param withFeatures whether the model reads features; data generated for one that does not has none
 * @throws MissingDataError
 */
export async function measuredData(
  name: string,
  withFeatures: boolean,
  { shared, cache }: DataFolders,
): Promise<string> {
  const source = sources[name] ?? { kind: "folder", path: resolve(name) };
  if (source.kind === "generated") {
    const folder = join(cache, withFeatures ? name : `${name}-ids`);
    const spec = withFeatures ? source.spec : { ...source.spec, features: {} };
    if (!existsSync(folder)) await writeGenerated(folder, name, spec);
    return folder;
  }
  const folder = resolve(shared, source.path);
  const interactions = join(folder, "interactions.tsv");
  if (!existsSync(interactions)) throw new MissingDataError(folder);
  if (source.kind === "folder" || !withFeatures) return folder;
  const made = join(cache, `${name}-features`);
  const { users, items } = source;
  if (!existsSync(made)) {
    await writeWithFeatures(made, name, interactions, { users, items, features: AMAZON, seed: SEED });
  }
  return made;
}
