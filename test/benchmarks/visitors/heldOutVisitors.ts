import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateCatalogue } from "../../../examples/catalogue/generateCatalogue.js";
import type { Dataset } from "../../../runtime/data/dataset.js";
import { splitNames } from "../../../runtime/data/interactions.js";

/** Somebody the model was not trained with: what they clicked, and what they took besides. */
export interface Visitor {
  readonly clicked: readonly number[];
  readonly taken: readonly number[];
}

/**
 * Copies a dataset without the interactions of every fourth user, who become visitors: their training items are what they
 * clicked, their validation and test items what a recommendation should find.
 *
 * @param fold which of the four
 */
export async function withoutVisitors(dataset: Dataset, folder: string, fold: number): Promise<Visitor[]> {
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(dataset.folder)) {
    if (/\.(?:npy|safetensors)$/.test(file)) await copyFile(join(dataset.folder, file), join(folder, file));
  }
  const visitors: Visitor[] = [];
  const rows: string[] = ["user_id\titem_id\tsplit"];
  let users = 0;
  for (let user = 0; user < dataset.users; user++) {
    const lists = splitNames.map((split) => {
      const { rowStart, itemIds } = dataset[split];
      return [...itemIds.subarray(rowStart[user], rowStart[user + 1])];
    });
    if (user % 4 === fold) {
      const visitor = { clicked: lists[0]!, taken: [...lists[1]!, ...lists[2]!] };
      if (visitor.clicked.length > 0 && visitor.taken.length > 0) visitors.push(visitor);
      continue;
    }
    lists.forEach((items, split) => {
      for (const item of items) rows.push(`${users}\t${item}\t${splitNames[split]!}`);
    });
    users++;
  }
  await writeFile(join(folder, "interactions.tsv"), `${rows.join("\n")}\n`);
  const description = { version: 1, users, items: dataset.items };
  await writeFile(join(folder, "dataset.json"), `${JSON.stringify(description)}\n`);
  return visitors;
}

/** Further customers of the generated shop, beyond those that a model was trained with. */
export function furtherCustomers(trained: number, count: number): Visitor[] {
  const { interactions } = generateCatalogue({ users: trained + count });
  const visitors = Array.from({ length: count }, () => ({ clicked: [] as number[], taken: [] as number[] }));
  for (const { user, item, split } of interactions) {
    const visitor = visitors[user - trained];
    if (visitor !== undefined) (split === "train" ? visitor.clicked : visitor.taken).push(item);
  }
  return visitors.filter(({ clicked, taken }) => clicked.length > 0 && taken.length > 0);
}
