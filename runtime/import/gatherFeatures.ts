import type { FeatureContents } from "../data/datasetContents.js";
import { tables } from "./importTables.js";
import type { StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** The features of the items that are left, in the order of their ids. */
export async function gatherFeatures(
  workspace: Workspace,
  source: StagedSource,
): Promise<Readonly<Record<string, FeatureContents>>> {
  if (source.features.length === 0) return {};
  const codes = (await workspace.rows(`SELECT code FROM ${tables.itemIds} ORDER BY id`)).map(([code]) =>
    Number(code),
  );
  return Object.fromEntries(
    source.features.map(({ name, rows, size, data, missing }) => {
      const present = (ids: ArrayLike<number>) => (ids.length === 0 ? {} : { missing: ids });
      if (codes.length === rows) return [name, { size, data, ...present(missing) }];
      const lacking = new Set(missing);
      const gathered = new Float32Array(codes.length * size);
      for (const [id, code] of codes.entries()) {
        gathered.set(data.subarray(code * size, (code + 1) * size), id * size);
      }
      const lost = codes.flatMap((code, id) => (lacking.has(code) ? [id] : []));
      return [name, { size, data: gathered, ...present(lost) }];
    }),
  );
}
