import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import slifmr from "../../../graphs/slifmr/model.js";
import { withKnowledge } from "./knowledgeDataset.js";
import ksi from "../../../graphs/ksi/model.js";
import type { Dataset } from "../../../runtime/data/dataset.js";
import { expectedSizes } from "../../../runtime/data/expectedSizes.js";

describe("sizes expected of a model on a dataset", () => {
  it("are those of the data, the recipes and the declaration", async () => {
    const { manifest } = buildArtifacts(ksi, {
      modalities: ["text"],
      batchSize: 100,
    });
    const dataset = {
      users: 40,
      items: 1100,
      counts: { train: 70, valid: 1, test: 1 },
      modalities: new Map([["text", { size: 12 }]]),
    } as unknown as Dataset;
    const sizes = await expectedSizes(manifest, dataset);
    const expected = { user: 40, item: 1100, batch: 70, dim: 64, negative: 2, interactions_entry: 70 };
    for (const [name, size] of Object.entries(expected)) expect(sizes.get(name), name).to.equal(size);
    expect(sizes.get("text_neighbours_entry")).to.equal(11_000);
  });

  it("of a model with a knowledge graph are those of its triples", () => {
    const { manifest } = buildArtifacts(slifmr, {
      ...{ modalities: [], batchSize: 1, kgDropped: 0.5, interactionsDropped: 0.5 },
    });
    const triples = [
      [0, 0, 3],
      [0, 0, 4],
      [1, 1, 4],
      [1, 1, 4],
      [2, 0, 4],
    ] as const;
    return withKnowledge(triples, async (dataset) => {
      const sizes = await expectedSizes(manifest, dataset);
      const expected = { item: 3, entity: 5, attribute: 2, relation: 4, distinct: 1, correlation_entry: 9 };
      const entries = { kg_pairs_entry: 6, kg_triples_entry: 8, kg_kept_triples_entry: 4 };
      for (const [name, size] of Object.entries({ ...expected, ...entries })) {
        expect(sizes.get(name), name).to.equal(size);
      }
    });
  });
});
