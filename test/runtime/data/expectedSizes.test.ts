import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import ksi from "../../../graphs/ksi/model.js";
import type { Dataset } from "../../../runtime/data/dataset.js";
import { expectedSizes } from "../../../runtime/data/expectedSizes.js";

describe("sizes expected of a model on a dataset", () => {
  it("are those of the data, the recipes and the declaration", () => {
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
    const sizes = expectedSizes(manifest, dataset);
    const expected = { user: 40, item: 1100, batch: 70, dim: 64, negative: 2, interactions_entry: 70 };
    for (const [name, size] of Object.entries(expected)) expect(sizes.get(name), name).to.equal(size);
    expect(sizes.get("text_neighbours_entry")).to.equal(11_000);
  });
});
