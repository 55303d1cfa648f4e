import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { loadKnowledgeGraph, type KnowledgeGraph } from "../../../runtime/data/knowledgeGraph.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

const interactions = "user_id\titem_id\tsplit\n0\t2\ttrain\n";
const triples = "head\trelation\ttail\n0\t0\t3\n1\t1\t4\n";

function load(files: Readonly<Record<string, string>>): Promise<KnowledgeGraph> {
  return withFolder({ "interactions.tsv": interactions, ...files }, async (folder) =>
    loadKnowledgeGraph(await loadDataset(folder)),
  );
}

describe("a knowledge graph", () => {
  it("gives its triples and the sizes they need, items included", async () => {
    const graph = await load({ "kg_triples.tsv": triples });
    expect([graph.entities, graph.relations]).to.deep.equal([5, 2]);
    expect([...graph.heads, ...graph.relationIds, ...graph.tails]).to.deep.equal([0, 1, 0, 1, 3, 4]);
    expect((await load({ "kg_triples.tsv": "head\trelation\ttail\n0\t0\t1\n" })).entities).to.equal(3);
  });

  it("has the sizes and names of its tables", async () => {
    const graph = await load({
      "kg_triples.tsv": triples,
      "kg_entities.tsv": "entity_id\tkind\tname\n7\ttag\trock\n0\titem\tZero\n",
      "kg_relations.tsv": "relation_id\tname\n0\thas_tag\n1\tlike\n2\tunused\n",
    });
    expect([graph.entities, graph.relations]).to.deep.equal([8, 3]);
    expect(graph.entityTable?.text("name", 7)).to.equal("rock");
    expect(graph.relationTable?.text("name", 1)).to.equal("like");
  });

  it("is refused without triples, and with ids that are not in its tables", async () => {
    expect((await rejection(DatasetError, () => load({}))).problem).to.equal("the file does not exist");
    const empty = await rejection(DatasetError, () => load({ "kg_triples.tsv": "head\trelation\ttail\n" }));
    expect(empty.problem).to.equal("there are no triples");
    const entity = await rejection(DatasetError, () =>
      load({ "kg_triples.tsv": triples, "kg_entities.tsv": "entity_id\tname\n3\tx\n" }),
    );
    expect([entity.line, entity.problem]).to.deep.equal([3, "tail 4 is out of range: the ids are 0 to 3"]);
    const relation = await rejection(DatasetError, () =>
      load({ "kg_triples.tsv": triples, "kg_relations.tsv": "relation_id\tname\n0\tx\n" }),
    );
    expect([relation.line, relation.problem]).to.deep.equal([
      3,
      "relation 1 is out of range: the ids are 0 to 0",
    ]);
    const negative = await rejection(DatasetError, () =>
      load({ "kg_triples.tsv": "head\trelation\ttail\n0\t-1\t0\n" }),
    );
    expect(negative.problem).to.equal('relation "-1" is negative');
  });
});
