import { checkComplete } from "../idMap.js";
import { idLines } from "../idLines.js";
import { stageIdList } from "../idList.js";
import { itemsWithFeatures, numberedFeatures, sizeOf } from "../numberedIds.js";
import { staged, type SourceFormat } from "../sourceFormat.js";
import { stageTripleFile } from "../tripleFile.js";

const splitFiles = [
  ["train.txt", 0],
  ["valid.txt", 1],
  ["test.txt", 2],
] as const;

/**
 * Folders of KGAT (github.com/xiangwang1223/knowledge_graph_attention_network), KGIN, KGCL and others: train.txt and
 * test.txt with one user and the items per line; kg_final.txt with head, relation and tail per line, where entity k
 * below the number of items is item k; and maps to the owner's keys with a header that names `remap_id`.
 */
export const kgat: SourceFormat = {
  summary: "KGAT, KGIN, KGCL folder: train.txt, test.txt, kg_final.txt, *_list.txt",
  takes: [],
  recognise(source) {
    const isOne = source.isFolder && ["train.txt", "test.txt"].every((name) => source.names.includes(name));
    return Promise.resolve(isOne ? "the folder has train.txt and test.txt" : null);
  },
  async read(source, workspace) {
    source.require("train.txt", "kgat");
    source.require("test.txt", "kgat");
    await workspace.load(
      staged.interactions,
      { user_key: "VARCHAR", item_key: "VARCHAR", split: "DOUBLE" },
      async (add) => {
        for (const [name, split] of splitFiles) {
          const file = source.find(name);
          if (file === null) continue;
          workspace.tell(`reading ${name}`);
          for await (const [user, ...items] of idLines(file)) {
            for (const item of items) add([user!, item, split]);
          }
        }
      },
    );
    const features = await numberedFeatures(source, workspace);
    const interacting = {
      users: await sizeOf(workspace, "user_key"),
      items: itemsWithFeatures(await sizeOf(workspace, "item_key"), features),
    };
    const users = await stageIdList(source, workspace, "user_list.txt", staged.users);
    const items = await stageIdList(source, workspace, "item_list.txt", staged.items);
    const sizes = {
      users: Math.max(interacting.users, users?.size ?? 0),
      items: Math.max(interacting.items, items?.size ?? 0),
    };
    if (users !== null) checkComplete(users.file, "user", users.numbers, sizes.users);
    if (items !== null) checkComplete(items.file, "item", items.numbers, sizes.items);
    return {
      ids: { users: sizes.users, items: itemsWithFeatures(sizes.items, features) },
      has: { time: false, rating: false, split: true },
      userColumns: users?.columns ?? null,
      itemColumns: items?.columns ?? null,
      features,
      knowledgeGraph: await stageTripleFile(source, workspace),
      notes: [],
      lineOf: null,
    };
  },
};
