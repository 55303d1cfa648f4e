import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import {
  GeneratedDataError,
  generatedDegrees,
  generatedInteractions,
  type InteractionSpec,
} from "./generatedInteractions.js";
import { writeGenerated } from "./writeGenerated.js";

const spec: InteractionSpec = { users: 500, items: 200, pairs: 3000, heldOutUsers: 100, seed: 7 };

describe("generated datasets", () => {
  it("have exactly the pairs asked for, each item once per user, held-out items for the first users", () => {
    const rows = [...generatedInteractions(spec)].join("").trim().split("\n").slice(1);
    const fields = rows.map((row) => row.split("\t"));
    const of = (split: string): string[][] => fields.filter((row) => row[2] === split);
    expect(of("train")).to.have.length(3000);
    expect(of("valid")).to.have.length(100);
    expect(of("test").map(([user]) => Number(user))).to.deep.equal(
      Array.from({ length: 100 }, (_, id) => id),
    );
    expect(new Set(fields.map(([user, item]) => `${user!} ${item!}`)).size).to.equal(rows.length);
    expect(Math.max(...fields.map(([, item]) => Number(item)))).to.be.below(200);
  });

  it("have users with few and users with many items, and items of which some are far more popular", () => {
    const degrees = generatedDegrees(spec);
    expect(degrees.reduce((sum, degree) => sum + degree, 0)).to.equal(3000);
    expect(Math.min(...degrees)).to.equal(3);
    expect(Math.max(...degrees)).to.be.within(20, 50);
    const popularity = new Map<string, number>();
    for (const row of [...generatedInteractions(spec)].join("").trim().split("\n").slice(1)) {
      const item = row.split("\t")[1]!;
      popularity.set(item, (popularity.get(item) ?? 0) + 1);
    }
    expect(Math.max(...popularity.values())).to.be.above((4 * 3200) / 200);
  });

  it("are the same for the same seed and others for another", () => {
    const text = (seed: number): string => [...generatedInteractions({ ...spec, seed })].join("");
    expect(text(7)).to.equal(text(7));
    expect(text(8)).to.not.equal(text(7));
  });

  it("are refused with what was found and expected", () => {
    const make = (change: Partial<InteractionSpec>) => () =>
      generatedInteractions({ ...spec, ...change }).next();
    expect(make({ pairs: 100 })).to.throw(GeneratedDataError, "100 pairs for 500 users");
    expect(make({ pairs: 50_000 })).to.throw(GeneratedDataError, "Expected: a density below 5%");
    expect(make({ heldOutUsers: 501 })).to.throw(GeneratedDataError, "Expected: at most 500");
  });

  it("load as datasets, with the features of every modality near one of some centres", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmkit-generated-"));
    try {
      await writeGenerated(join(folder, "made"), "made", { ...spec, features: { image: 12, text: 3 } });
      const dataset = await loadDataset(join(folder, "made"));
      expect(dataset.counts).to.deep.equal({ train: 3000, valid: 100, test: 100 });
      expect([dataset.users, dataset.items]).to.deep.equal([500, 200]);
      expect([...dataset.modalities].map(([name, { size }]) => [name, size])).to.deep.equal([
        ["image", 12],
        ["text", 3],
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
