import { expect } from "chai";
import { manifestProblems } from "../../../runtime/artifacts/manifestProblems.js";
import { exampleManifest } from "./exampleArtifacts.js";

/** The parts of a manifest that the tests spoil. */
interface Draft {
  readonly axes: Record<string, unknown>;
  readonly parameters: { axes: string[] }[];
  readonly buffers: object[];
  readonly phases: {
    parameters: string[];
    readonly sampler: object;
    readonly batch: object[];
    readonly learningRate: { schedule: unknown };
    readonly graphs: { epoch: string };
  }[];
  readonly graphs: Record<string, { file: string; sha256: string; readonly inputs: { axes: unknown[] }[] }>;
}

/** Problems of the example manifest after a change. */
function problemsAfter(change: (manifest: Draft) => unknown): string[] {
  const manifest = JSON.parse(JSON.stringify(exampleManifest())) as Draft;
  change(manifest);
  return manifestProblems(manifest);
}

describe("manifestProblems", () => {
  it("finds nothing wrong with the example", () => {
    expect(problemsAfter(() => undefined)).to.deep.equal([]);
  });

  it("accepts every schedule of the learning rate", () => {
    for (const schedule of [{ kind: "constant" }, { kind: "cosine", floor: 0.1 }] as const) {
      expect(
        problemsAfter((manifest) => (manifest.phases[0]!.learningRate.schedule = schedule)),
      ).to.deep.equal([]);
    }
  });

  it("accepts a fixed number as an axis of a graph tensor", () => {
    const problems = problemsAfter((manifest) => (manifest.graphs["embed"]!.inputs[0]!.axes = ["user", 8]));
    expect(problems).to.deep.equal([]);
  });

  it("names an unknown key deep inside, with its path", () => {
    const problems = problemsAfter((manifest) => Object.assign(manifest.phases[0]!.sampler, { batch: 4 }));
    expect(problems).to.deep.equal(['phases[0].sampler: unknown key "batch"']);
  });

  it("names an unknown kind without repeating the alternatives' complaints", () => {
    const problems = problemsAfter((manifest) => Object.assign(manifest.buffers[0]!, { kind: "ragged" }));
    expect(problems).to.deep.equal([
      'buffers[0]: its "kind" is "ragged", which is not one of the known kinds',
    ]);
  });

  it("names a key that belongs to the other kind", () => {
    const problems = problemsAfter((manifest) => Object.assign(manifest.buffers[0]!, { axes: ["user"] }));
    expect(problems).to.deep.equal(['buffers[0]: unknown key "axes"']);
  });

  it("refuses an axis of size zero, with a fraction or with a misspelt sum", () => {
    expect(problemsAfter((manifest) => (manifest.axes["dim"] = 0))).to.deep.equal([
      "axes.dim: must be >= 1, found 0",
    ]);
    expect(problemsAfter((manifest) => (manifest.axes["dim"] = 1.5))).to.deep.equal([
      "axes.dim: must be integer,null,object, found 1.5",
    ]);
    expect(
      problemsAfter((manifest) => Object.assign(manifest.axes, { node: { sum: ["user"] } })),
    ).to.have.members(['axes.node: key "sumOf" is missing', 'axes.node: unknown key "sum"']);
  });

  it("refuses a value outside a list of choices and says what they are", () => {
    const problems = problemsAfter((manifest) =>
      Object.assign(manifest.phases[0]!.batch[0]!, { source: "item" }),
    );
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(
      /^phases\[0\]\.batch\[0\]\.source: must be one of \["user","positive".*found "item"$/,
    );
  });

  it("refuses a hash that is not one", () => {
    const problems = problemsAfter((manifest) => (manifest.graphs["embed"]!.sha256 = "12ab"));
    expect(problems).to.deep.equal([
      'graphs.embed.sha256: must match pattern "^[0-9a-f]{64}$", found "12ab"',
    ]);
  });

  it("refuses anything that is not an object", () => {
    expect(manifestProblems([])).to.deep.equal(["manifest: must be object, found []"]);
    expect(manifestProblems(undefined)).to.deep.equal(["manifest: must be object, found nothing"]);
  });

  it("finds names that are used but not defined", () => {
    const problems = problemsAfter((manifest) => {
      manifest.axes["node"] = { sumOf: ["user", "article"] };
      manifest.parameters[0]!.axes = ["user", "depth"];
      Object.assign(manifest.buffers[1]!, { indexes: "article" });
      manifest.phases[0]!.parameters = ["item_embedding"];
      manifest.phases[0]!.graphs.epoch = "epochs";
    });
    expect(problems).to.deep.equal([
      'axes.node.sumOf: axis "article" is not in axes (user, item, node, dim)',
      'parameters[0].axes: axis "depth" is not in axes (user, item, node, dim)',
      'buffers[1]: axis "article" is not in axes (user, item, node, dim)',
      'phases[0]: "item_embedding" is not a parameter',
      'phases[0].graphs.epoch: no graph "epochs"',
    ]);
  });

  it("finds names that are defined twice", () => {
    const problems = problemsAfter((manifest) => {
      manifest.parameters.push(manifest.parameters[0]!);
      manifest.graphs["embed"]!.inputs.push(manifest.graphs["embed"]!.inputs[0]!);
    });
    expect(problems).to.deep.equal([
      'parameters: "user_embedding" is defined more than once',
      'graphs.embed.inputs: "user_embedding" is defined more than once',
    ]);
  });

  it("keeps graph files inside the artifact folder", () => {
    for (const file of ["../embed_model.onnx", "/tmp/embed_model.onnx", "C:\\embed_model.onnx"]) {
      const problems = problemsAfter((manifest) => (manifest.graphs["embed"]!.file = file));
      expect(problems).to.deep.equal([`graphs.embed.file: "${file}" is not below the artifact folder`]);
    }
  });
});
