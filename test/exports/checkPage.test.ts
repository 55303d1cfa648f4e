import { expect } from "chai";
import { checkPage } from "../../exports/dataCheck/checkPage.js";
import type { DatasetCheck } from "../../runtime/data/check/checkDataset.js";
import { checkDataset } from "../../runtime/data/check/checkDataset.js";
import { writeDataset } from "../../runtime/data/writeDataset.js";
import { referenceRunGraph } from "../runtime/data/referenceGraphs.js";
import { withFolder } from "../runtime/data/temporaryFolder.js";

describe("the page of a dataset check", () => {
  let check: DatasetCheck;
  before(async () => {
    check = await withFolder({}, async (folder) => {
      const items = 12;
      const pairs = Array.from({ length: 60 }, (_, pair) => [pair % 10, (pair * 7) % items] as const);
      await writeDataset(`${folder}/shop`, {
        name: "<b>shop</b>",
        users: 10,
        items,
        interactions: {
          train: { userIds: pairs.map(([user]) => user), itemIds: pairs.map(([, item]) => item) },
          valid: { userIds: [], itemIds: [] },
          test: { userIds: [0], itemIds: [11] },
        },
        features: {
          text: { size: 2, data: Float32Array.from({ length: 24 }, (_, at) => Math.cos(at)), missing: [3] },
          gone: { size: 1, data: new Float32Array(items) },
        },
        knowledgeGraph: {
          heads: [0, 1],
          relations: [0, 0],
          tails: [12, 12],
          relationColumns: { name: ["made_by"] },
        },
      });
      return checkDataset(`${folder}/shop`, referenceRunGraph);
    });
  });

  it("shows findings, figures and counts, and needs no other file and no host", () => {
    const page = checkPage(check);
    expect(page).to.contain("there are no validation interactions");
    for (const id of ["per-user", "per-item", "taste", "length-0", "per-item-triples", "relations"]) {
      expect(page).to.contain(`id="${id}"`);
    }
    expect(page).to.contain("made_by");
    expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, "")).not.to.match(/https?:|<link|src=/);
    expect(page).to.contain("default-src 'none'");
  });

  it("shows texts of the data as texts", () => {
    const page = checkPage(check);
    expect(page).not.to.contain("<b>shop</b>");
    expect(page).to.contain("&lt;b&gt;shop&lt;/b&gt;");
  });

  it("says so where there is nothing to warn of, and leaves out what the data do not have", () => {
    const page = checkPage({ ...check, findings: [], features: [], knowledge: null });
    expect(page).to.contain("Nothing to warn of.");
    expect(page).to.contain("nothing serious");
    expect(page).not.to.contain('id="features"');
    expect(page).not.to.contain('id="knowledge"');
  });
});
