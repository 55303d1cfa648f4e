import { join } from "node:path";
import { expect } from "chai";
import type { GroupComparison } from "../../runtime/comparison/compareGroups.js";
import { writeExampleRun } from "../runtime/comparison/exampleRun.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";

describe("mmkit compare", () => {
  const temporary = temporaryFolder();
  const at = (name: string): string => join(temporary.path, name);

  beforeEach(async () => {
    await writeExampleRun(at("mf-1"), { seed: 1 });
    await writeExampleRun(at("mf-2"), { seed: 2 });
    const values = { "Recall@20": [0.5, 1, 1], "NDCG@20": [0, 0.25, 1], AUC: [0.75, 1, 1] };
    await writeExampleRun(at("ksi-1"), { model: "ksi", values });
  });

  it("prints markdown for people", async () => {
    const { code, stdout, stderr } = await mmkit("compare", at("ksi-1"), at("mf-1"), at("mf-2"));
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    expect(stdout).to.contain("| mf    | 2     | 0.5000 ± 0.0000 | 0.4167 ± 0.0000 |\n");
    expect(stdout).to.match(/\n\| ksi − mf \| Recall@20 \| \+0\.3333 +\| 2\/1\/0 /);
  });

  it("takes metrics, a correction and groups made by hand, and writes JSON", async () => {
    const words = ["--group", `one=${at("mf-1")}`, "--group", `two=${at("mf-2")},${at("ksi-1")}`];
    const refused = await mmkit("compare", ...words, "--json");
    expect(refused.code).to.equal(0);
    const found = JSON.parse(refused.stdout) as GroupComparison & { split: string };
    expect(found.split).to.equal("test");
    expect(found.groups.map(({ label, runs }) => [label, runs.length])).to.deep.equal([
      ["one", 1],
      ["two", 2],
    ]);
    const chosen = ["--metrics", "AUC,Recall@20", "--correction", "bonferroni"];
    const second = await mmkit("compare", at("ksi-1"), at("mf-1"), ...chosen, "--json");
    const { metrics, correction, tests } = JSON.parse(second.stdout) as GroupComparison;
    expect(metrics).to.deep.equal(["AUC", "Recall@20"]);
    expect(correction).to.equal("bonferroni");
    expect(tests.map(({ left, right }) => `${left} ${right}`)).to.deep.equal(["ksi mf", "ksi mf"]);
  });

  it("answers wrong usage with what is right", async () => {
    const cases = [
      [[], "no run folder is given", 2],
      [["--group", "nothing"], '--group takes NAME=RUN,RUN,…, found "nothing"', 2],
      [["--group", "a=x,", at("mf-1")], '--group takes NAME=RUN,RUN,…, found "a=x,"', 2],
      [["--group", "a=x", "--group", "a=y"], "--group a is given twice", 2],
      [[at("mf-1"), "--metrics", "AUC,AUC"], "--metrics AUC,AUC has a name that is empty or given twice", 2],
      [[at("mf-1"), "--correction", "none"], "correction", 2],
      [[at("mf-1"), "--metrics", "Recall"], "Did you mean Recall@20?", 1],
      [[at("nowhere")], "there is no training run", 1],
      [[at("mf-1"), "--split", "valid"], "no interactions in its valid split", 1],
    ] as const;
    for (const [words, message, expected] of cases) {
      const { code, stdout, stderr } = await mmkit("compare", ...words);
      expect(stderr).to.contain(message);
      expect(code, stderr).to.equal(expected);
      expect(stdout).to.equal("");
    }
  });
});
