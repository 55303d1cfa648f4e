import type { Declaration, Sparse, Values } from "../../src/index.js";
import type { KnowledgeView } from "../kdiffe/attention.js";
import type { diffkgHyperparameters } from "./hyperparameters.js";

type Settings = Pick<
  Values<typeof diffkgHyperparameters>,
  "source" | "modalities" | "clusters" | "columns" | "minItems" | "keptEntities" | "triplesPerHead"
>;

/** The given knowledge graph among all entities, of which the items are the first. */
export function entityGraph(m: Declaration, h: Settings) {
  const { source, modalities, clusters, columns, minItems } = h;
  const recipe = { source, modalities, clusters, columns, minItems, atLeast: h.keptEntities };
  const sampled = { ...recipe, perHead: h.triplesPerHead };
  const given: KnowledgeView<"entity"> = {
    links: m.sparse("links", "entity", "entity", { kind: "knowledgeLinks", ...sampled }),
    relations: m.buffer("link_relations", ["links_entry", "relation"], {
      kind: "linkRelations",
      heads: "entity",
      ...sampled,
    }),
  };
  const places: Sparse<"item", "entity"> = m.sparse("item_entities", "item", "entity", {
    kind: "itemEntities",
    heads: "entity",
    ...recipe,
  });
  return { recipe, given, places };
}
