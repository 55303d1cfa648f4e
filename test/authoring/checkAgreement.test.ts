import { expect } from "chai";
import { models } from "../../graphs/registry.js";
import { checkAgreement } from "../../src/authoring/checkAgreement.js";
import { declare, resolveHyperparameters } from "../../src/authoring/model.js";
import { Declaration, DeclarationError, normal, scalar, zeros } from "../../src/index.js";

/** Declares for training and for evaluation, and checks the two. */
function check(build: (m: Declaration) => void): void {
  const [training, evaluation] = [true, false].map((is) => {
    const m = new Declaration(is);
    m.axis("dim", 4);
    m.axis("other", 5);
    build(m);
    return m;
  });
  checkAgreement(training!, evaluation!);
}

const cases: readonly (readonly [build: (m: Declaration) => void, subject: string, problem: string])[] = [
  [
    (m) => m.training && m.parameter("w", ["dim"], zeros()),
    'parameter "w"',
    "is declared only for training; declare it whatever m.training says",
  ],
  [
    (m) => m.training || m.parameter("w", ["dim"], zeros()),
    'parameter "w"',
    "is declared only for evaluation; declare it whatever m.training says",
  ],
  [
    (m) => m.parameter("w", [m.training ? "dim" : "other"], zeros()),
    'parameter "w"',
    "has type float32 [other=5] for evaluation, but float32 [dim=4] for training",
  ],
  [
    (m) => m.parameter("w", ["dim"], m.training ? zeros() : normal(1)),
    'parameter "w"',
    'has initializer {"kind":"normal","scale":1} for evaluation, but {"kind":"constant","scale":0} for training',
  ],
  [
    (m) => m.buffer("b", ["item", m.training ? "dim" : "other"], { kind: "pca", modality: "visual", dim: 4 }),
    'buffer "b"',
    "has type float32 [item, other=5] for evaluation, but float32 [item, dim=4] for training",
  ],
  [
    (m) => m.sparse("g", "user", "item", { kind: "interactions", weights: m.training ? "symmetric" : "row" }),
    'buffer "g"',
    'has recipe {"kind":"interactions","weights":"row"} for evaluation, but {"kind":"interactions","weights":"symmetric"} for training',
  ],
  [
    (m) =>
      m.buffer(
        "b",
        ["item", "dim"],
        { kind: "pca", modality: "visual", dim: 4 },
        m.training ? "epoch" : "once",
      ),
    'buffer "b"',
    'has refresh once for evaluation, but {"atEvaluation":false,"every":1,"from":0,"initial":null} for training',
  ],
  [
    (m) =>
      m.training
        ? m.users()
        : m.idBuffer("users", ["batch"], "user", { kind: "pca", modality: "visual", dim: 4 }, "once"),
    'buffer "users"',
    "has kind buffer for evaluation, but batch input for training",
  ],
  [
    (m) => {
      m.loss("score", scalar(1));
      if (m.training) m.loss("noise", scalar(1));
    },
    "loss terms",
    "are score for evaluation, but score, noise for training",
  ],
];

describe("the declarations of a model for training and evaluation", () => {
  for (const [build, subject, problem] of cases) {
    it(`are refused where ${subject} ${problem}`, () => {
      try {
        check(build);
      } catch (error) {
        expect(error).to.be.instanceOf(DeclarationError);
        const { subject: found, problem: text, location } = error as DeclarationError;
        expect([found, text]).to.deep.equal([subject, problem]);
        expect(location).to.match(/^test\/authoring\/checkAgreement\.test\.ts:\d+$/);
        return;
      }
      throw new Error("the declarations were not refused");
    });
  }

  it("may read buffers and batch inputs that the other does not", () => {
    check((m) => {
      m.features(m.training ? "visual" : "text");
      if (m.training) m.negatives();
    });
  });

  it("agree in all bundled models", () => {
    for (const model of models.values()) {
      const settings = resolveHyperparameters(model, {});
      checkAgreement(declare(model, settings, true), declare(model, settings, false));
    }
  });
});
