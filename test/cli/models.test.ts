import { expect } from "chai";
import { models } from "../../graphs/registry.js";
import { rangeText } from "../../src/cli/hyperparameterTable.js";
import { choice, flag, integer, names, number } from "../../src/index.js";
import { mmkit } from "./capture.js";

describe("mmkit models", () => {
  it("lists every bundled model with title and hyper-parameters", async () => {
    const { code, stdout, stderr } = await mmkit("models");
    expect(code).to.equal(0);
    expect(stderr).to.equal("");
    for (const { name, title, hyperparameters } of models.values()) {
      expect(stdout).to.contain(`${name}: ${title}\n`);
      for (const key of Object.keys(hyperparameters)) expect(stdout).to.match(new RegExp(`\n  ${key} `));
    }
  });

  it("shows default, range and description of one model", async () => {
    const { code, stdout } = await mmkit("models", "lightgcn");
    expect(code).to.equal(0);
    expect(stdout).to.match(/\n {2}layers +3 +integer 0 to 8 +Propagation layers \(searched 1\.\.4\)\n/);
    expect(stdout).to.match(
      /\n {2}optimizer +"adam" +one of adam, adamw, sgd +Optimizer of all parameters\n/,
    );
    expect(stdout).not.to.contain("ksi");
    for (const line of stdout.split("\n")) expect(line.length).to.be.at.most(110);
  });

  it("lists defaults that depend on a variant, and ablation tables with what each row sets", async () => {
    const { stdout } = await mmkit("models", "kdiffe");
    expect(stdout).to.contain(
      "\n  with variant=released the defaults are walk=backtrack walkLength=130 walks=6",
    );
    expect(stdout).to.contain(
      "\n  table III (mmkit ablate kdiffe --table III): without random-walk attention",
    );
    expect(stdout).to.contain("\n    KDiffE: as set\n    KDiffE_1: attention=false\n");
    for (const line of stdout.split("\n")) expect(line.length).to.be.at.most(110);
    const mgnm = await mmkit("models", "mgnm");
    expect(mgnm.stdout).to.contain("\n    w/o <modality>: modalities without it, a row for each\n");
    const json = JSON.parse((await mmkit("models", "kdiffe", "--json")).stdout) as {
      ablations: { table: string }[];
    }[];
    expect(json[0]!.ablations.map(({ table }) => table)).to.deep.equal(["III"]);
  });

  it("gives machines the JSON schema", async () => {
    const { stdout } = await mmkit("models", "lightgcn", "--json");
    const [model] = JSON.parse(stdout) as {
      name: string;
      hyperparameters: Record<string, Record<string, unknown>>;
    }[];
    expect(model!.name).to.equal("lightgcn");
    expect(model!.hyperparameters["layers"]).to.include({
      type: "integer",
      default: 3,
      minimum: 0,
      maximum: 8,
    });
    expect(JSON.parse((await mmkit("models", "--json")).stdout)).to.have.length(models.size);
  });

  it("answers a misspelt name with the nearest", async () => {
    expect(await mmkit("models", "lightgnc")).to.deep.equal({
      code: 2,
      stdout: "",
      stderr:
        'mmkit: there is no model "lightgnc". Did you mean lightgcn? A model of your own is given as a path such as ./lightgnc.ts.\n',
    });
  });

  it("takes one model at most", async () => {
    const { code, stderr } = await mmkit("models", "mf", "ksi");
    expect(code).to.equal(2);
    expect(stderr).to.contain('"ksi" is a word too many: the form is mmkit models [model].');
  });
});

describe("the range of a hyper-parameter", () => {
  const description = "d";
  it("is told in words", () => {
    expect(rangeText(integer({ default: 1, minimum: 0, maximum: 8, description }))).to.equal(
      "integer 0 to 8",
    );
    expect(rangeText(integer({ default: 1, minimum: 1, description }))).to.equal("integer from 1");
    expect(rangeText(number({ default: 1, exclusiveMinimum: 0, description }))).to.equal("number above 0");
    expect(rangeText(number({ default: 1, exclusiveMinimum: 0, maximum: 1, description }))).to.equal(
      "number above 0 to 1",
    );
    expect(rangeText(number({ default: 1, description }))).to.equal("number");
    expect(rangeText(flag({ default: true, description }))).to.equal("true or false");
    expect(rangeText(choice({ of: ["a", "b"], default: "a", description }))).to.equal("one of a, b");
    expect(rangeText(names({ default: [], description }))).to.equal("list of names");
  });
});
