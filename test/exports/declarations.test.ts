import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import {
  DeclarationError,
  defineModel,
  dot,
  gather,
  HyperparameterError,
  integer,
  meanAll,
  normal,
  trainingHyperparameters,
  trainingSettings,
  type Declaration,
} from "../../src/index.js";
import type { ModelDefinition } from "../../src/authoring/model.js";

/** A small model, after whose declarations `more` is called. */
function model(more: (m: Declaration) => void): ModelDefinition {
  const definition = defineModel({
    name: "tiny",
    title: "A tiny model",
    hyperparameters: {
      dim: integer({ default: 4, minimum: 1, description: "Size" }),
      ...trainingHyperparameters({ learningRate: 0.1, batchSize: 2 }),
    },
    build(m, h) {
      m.axis("dim", h.dim);
      const users = m.parameter("users_table", ["user", "dim"], normal(1));
      const items = m.parameter("items_table", ["item", "dim"], normal(1));
      m.loss("score", meanAll(dot(gather(users, m.users()), gather(items, m.positives()))));
      m.embeddings(users, items);
      m.train(trainingSettings(h));
      more(m);
    },
  });
  return definition;
}

function refusal(more: (m: Declaration) => void): DeclarationError {
  try {
    buildArtifacts(model(more));
  } catch (error) {
    if (error instanceof DeclarationError) return error;
    throw error;
  }
  throw new Error("the declaration was not refused");
}

describe("declarations", () => {
  it("compile without data where nothing is wrong", () => {
    expect([...buildArtifacts(model(() => undefined)).files.keys()]).to.include("epoch_model.onnx");
  });

  it("are refused with a parameter that does not influence the loss, at its own line", () => {
    const error = refusal((m) => m.parameter("forgotten", ["dim"], normal(1)));
    expect(error.subject).to.equal('parameter "forgotten"');
    expect(error.problem).to.equal("does not influence the loss; use it in a loss term or remove it");
    expect(error.location).to.match(/^test\/exports\/declarations\.test\.ts:\d+$/);
  });

  it("are refused with a name, an axis or a loss that is declared twice or not at all", () => {
    const cases: readonly (readonly [more: (m: Declaration) => void, subject: string, problem: string])[] = [
      [(m) => m.parameter("users_table", ["user"], normal(1)), '"users_table"', "is declared twice"],
      [
        (m) => m.parameter("more", ["entity"], normal(1)),
        'axis "entity"',
        "is not declared; declared are user, item, batch, dim",
      ],
      [
        (m) => {
          m.axis("dim", 5);
        },
        'axis "dim"',
        "is declared twice, as 4 and 5",
      ],
      [
        (m) => {
          m.axis("half", 2.5);
        },
        'axis "half"',
        "must have a positive whole size, but it is 2.5",
      ],
    ];
    for (const [more, subject, problem] of cases) {
      const error = refusal(more);
      expect([error.subject, error.problem]).to.deep.equal([subject, problem]);
      expect(error.message).to.equal(`${subject}: ${problem}\n  declared at ${error.location}`);
    }
  });

  it("are refused with all wrong hyper-parameters at once, with the nearest name", () => {
    const build = (): unknown =>
      buildArtifacts(
        model(() => undefined),
        { dimm: 8, batchSize: 0 },
      );
    expect(build).to.throw(HyperparameterError, /dimm/);
    try {
      build();
    } catch (error) {
      const { problems } = error as HyperparameterError;
      expect(problems).to.have.length(2);
      expect(problems.join("\n")).to.contain('"dim"').and.to.contain("batchSize");
    }
  });
});
