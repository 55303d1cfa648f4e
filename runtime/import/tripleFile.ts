import { basename } from "node:path";
import { idLines } from "./idLines.js";
import { stageIdList } from "./idList.js";
import type { SourceFiles } from "./sourceFiles.js";
import { staged, type StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** The triples of the datasets of KGAT, KGIN and KGCL, and of those of DiffKG. */
const tripleFiles = ["kg_final.txt", "kg.txt"] as const;

/**
 * Stages a file with head, relation and tail per line, where entity k below the number of items is item k.
 *
 * @returns null if the source has none
 */
export async function stageTripleFile(
  source: SourceFiles,
  workspace: Workspace,
): Promise<StagedSource["knowledgeGraph"]> {
  const file = tripleFiles.map((name) => source.find(name)).find((found) => found !== null);
  if (file === undefined) return null;
  workspace.tell(`reading ${basename(file)}`);
  await workspace.load(
    staged.triples,
    { head: "VARCHAR", relation: "VARCHAR", tail: "VARCHAR" },
    async (add) => {
      for await (const triple of idLines(file, 3)) add(triple);
    },
  );
  return {
    entities: (await stageIdList(source, workspace, "entity_list.txt", staged.entities)) !== null,
    relations: (await stageIdList(source, workspace, "relation_list.txt", staged.relations)) !== null,
    links: false,
  };
}
