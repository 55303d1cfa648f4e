import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { models } from "../../graphs/registry.js";
import { chosenSettings } from "../../src/cli/modelOptions.js";
import { formatSettings, parseSettings, readSettings, resolveSettings } from "../../src/cli/settings.js";
import { UsageError } from "../../src/cli/usageError.js";
import { rejection } from "../runtime/rejection.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";

const ksi = models.get("ksi")!;
const defaults = { layers: 3, l2: 1e-4, backbone: "lightgcn", ssi: true };

function refusal(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return error as UsageError;
  }
  return expect.fail("nothing was thrown");
}

describe("hyper-parameters on the command line", () => {
  it("are numbers, truth values and lists where they look like it, text otherwise", () => {
    const settings = parseSettings([
      "layers=2",
      "l2=1e-4",
      "ssi=false",
      "ks=[5,10]",
      "backbone=mf",
      "note=a=b",
      "empty=",
    ]);
    expect(settings).to.deep.equal({
      layers: 2,
      l2: 1e-4,
      ssi: false,
      ks: [5, 10],
      backbone: "mf",
      note: "a=b",
      empty: "",
    });
  });

  it("need a name and a value", () => {
    for (const wrong of ["layers", "=2"]) {
      expect(refusal(() => parseSettings([wrong])).problem).to.equal(
        `--set takes name=value, found "${wrong}"`,
      );
    }
  });

  it("are given once each", () => {
    expect(refusal(() => parseSettings(["l2=1", "l2=2"])).problem).to.equal("--set l2 is given twice");
  });

  it("may decide the defaults of others", async () => {
    const kdiffe = models.get("kdiffe")!;
    const chosen = await chosenSettings(kdiffe, {
      set: ["variant=released", "walks=8"],
      config: undefined,
    });
    const of = (name: string): unknown => chosen.resolved.find((setting) => setting.name === name);
    expect(of("walk")).to.deep.equal({ name: "walk", value: "backtrack", source: "default" });
    expect(of("walks")).to.deep.equal({ name: "walks", value: 8, source: "--set" });
    expect(chosen.given).to.deep.equal({ variant: "released", walks: 8 });
    const paper = await chosenSettings(kdiffe, { set: [], config: undefined });
    expect(paper.resolved.find(({ name }) => name === "walk")!.value).to.equal("rwr");
    const resumed = await chosenSettings(kdiffe, { set: [], config: undefined }, () =>
      Promise.resolve({ values: { variant: "released" }, source: "run" }),
    );
    expect(resumed.resolved.find(({ name }) => name === "walk")!.value).to.equal("backtrack");
  });

  it("go before the config file, which goes before the defaults", () => {
    const resolved = resolveSettings(defaults, { layers: 1, l2: 0 }, { layers: 2 });
    expect(resolved).to.deep.equal([
      { name: "layers", value: 2, source: "--set" },
      { name: "l2", value: 0, source: "config" },
      { name: "backbone", value: "lightgcn", source: "default" },
      { name: "ssi", value: true, source: "default" },
    ]);
    expect(formatSettings(resolved)).to.equal(
      [
        "  layers   = 2 (--set)",
        "  l2       = 0 (config)",
        '  backbone = "lightgcn" (default)',
        "  ssi      = true (default)",
        "",
      ].join("\n"),
    );
  });

  it("that are not set may come from the dataset or the run to be resumed", () => {
    const suggested = { values: { l2: 0.5, backbone: "mf" }, source: "run" } as const;
    expect(resolveSettings(defaults, {}, { l2: 1 }, suggested).slice(1, 3)).to.deep.equal([
      { name: "l2", value: 1, source: "--set" },
      { name: "backbone", value: "mf", source: "run" },
    ]);
  });

  it("are refused all at once, unknown names and wrong values", async () => {
    const wrong = { set: ["alhpa=1", "dim=0", "xyzzyx=1", "backbone=fm"], config: undefined };
    const error = await rejection(chosenSettings(ksi, wrong), UsageError);
    expect(error.problem).to.equal(
      'ksi has no hyper-parameter "alhpa" (did you mean alpha?), "xyzzyx"; dim: must be >= 2, found 0; ' +
        'backbone: must be equal to one of the allowed values: lightgcn, ngcf, mf, found "fm"',
    );
    expect(error.fix).to.match(/^It has modalities, dim, /);
    const value = await rejection(chosenSettings(ksi, { ...wrong, set: ["dim=0"] }), UsageError);
    expect(value.message).to.equal(
      "wrong hyper-parameters of ksi: dim: must be >= 2, found 0. `mmkit models <model>` lists the ranges.",
    );
  });

  it("named like a property that every object has are unknown too", async () => {
    const wrong = { set: ["toString=1"], config: undefined };
    expect((await rejection(chosenSettings(ksi, wrong), UsageError)).problem).to.contain('"toString"');
  });

  it("that are lists are given with commas or as JSON", async () => {
    for (const [text, names] of [
      ["image,text", ["image", "text"]],
      ["text", ["text"]],
      ["", []],
      ['["text", "image"]', ["text", "image"]],
    ] as const) {
      const { given } = await chosenSettings(ksi, { set: [`modalities=${text}`], config: undefined });
      expect(given).to.deep.equal({ modalities: names });
    }
  });

  describe("in a file", () => {
    const temporary = temporaryFolder();
    const file = () => join(temporary.path, "config.json");

    it("are a JSON object", async () => {
      await writeFile(file(), '{ "layers": 2, "backbone": "mf" }');
      expect(await readSettings(file())).to.deep.equal({ layers: 2, backbone: "mf" });
    });

    it("are refused when the file is missing, no JSON or no object", async () => {
      expect((await rejection(readSettings(file()), UsageError)).problem).to.match(
        /config\.json cannot be read \(ENOENT/,
      );
      await writeFile(file(), "layers: 2");
      expect((await rejection(readSettings(file()), UsageError)).problem).to.match(
        /config\.json is not JSON \(/,
      );
      await writeFile(file(), "[2]");
      expect((await rejection(readSettings(file()), UsageError)).problem).to.match(
        /must hold a JSON object, found \[2\]$/,
      );
    });
  });
});
