import { expect } from "chai";
import {
  defineModel,
  DeclarationError,
  idEmbeddings,
  meanAll,
  multiply,
  scalar,
  square,
  stopGradient,
  trainingHyperparameters,
  trainingSettings,
  zeros,
  type Declaration,
  type Refresh,
  type Scalar,
  type TrainingSettings,
} from "../../src/index.js";
import { buildArtifacts } from "../../exports/artifacts.js";

const hyperparameters = trainingHyperparameters({ learningRate: 0.01, batchSize: 4 });

/** What is wrong with a model that has embeddings, a loss on both tables, and what `build` adds. */
function refusal(build: (m: Declaration, settings: TrainingSettings) => void): [string, string] {
  const model = defineModel({
    name: "test",
    title: "Test",
    hyperparameters,
    build(m, h) {
      m.axis("dim", 4);
      const { users, items } = idEmbeddings(m);
      const settings = trainingSettings(h);
      m.loss("users", meanAll(square(users)));
      m.loss("items", meanAll(square(items)));
      m.train(settings);
      m.embeddings(users, items);
      build(m, settings);
    },
  });
  try {
    buildArtifacts(model);
  } catch (error) {
    expect(error).to.be.instanceOf(DeclarationError);
    const { subject, problem } = error as DeclarationError;
    return [subject, problem];
  }
  throw new Error("the model was not refused");
}

/** Adds a phase that trains a parameter of its own. */
function addPhase(m: Declaration, settings: TrainingSettings, name = "extra"): void {
  const phase = m.phase(name);
  const weight = m.parameter(`${name}_weight`, ["dim"], zeros());
  phase.loss("size", meanAll(square(weight)));
  phase.train(settings);
}

describe("phases that make no sense are refused", () => {
  const cases: readonly (readonly [
    what: string,
    build: (m: Declaration, settings: TrainingSettings) => void,
    subject: string,
    problem: string,
  ])[] = [
    ["without a loss", (m) => void m.phase("extra"), 'phase "extra"', "declares no loss"],
    [
      "without settings",
      (m) => {
        m.phase("extra").loss("size", meanAll(square(m.parameter("w", ["dim"], zeros()))));
      },
      'phase "extra"',
      "does not say how it is trained; call train(…)",
    ],
    [
      "declared twice",
      (m, settings) => {
        addPhase(m, settings);
        m.phase("extra");
      },
      'phase "extra"',
      "is declared twice",
    ],
    [
      "whose loss reaches no parameter",
      (m, settings) => {
        const phase = m.phase("extra");
        const frozen = m.features("text");
        phase.loss("size", meanAll(square(stopGradient(frozen))));
        phase.train(settings);
      },
      'phase "extra"',
      "trains nothing: its loss reaches no parameter",
    ],
    [
      "with inputs that the sampler does not fill",
      (m, settings) => {
        const phase = m.phase("extra");
        phase.rows("item");
        phase.loss("size", meanAll(square(m.parameter("w", ["dim"], zeros()))));
        phase.train(settings);
      },
      'batch input "extra/rows"',
      'is not filled by the sampler "pairs", which fills user, positive, negative, uniquePositive, uniquePositiveWeight, ' +
        "uniqueUser, uniqueUserWeight, distinctPositive, distinctPositiveWeight, distinctPlace, " +
        "drawnItem, positivePlace, negativePlace",
    ],
    [
      "that report two values of one name",
      (m) => {
        m.monitor("users", scalar(1));
      },
      'monitor "users"',
      "has a name that is taken",
    ],
    [
      "that report a value that is no scalar",
      (m) => {
        m.monitor("weights", m.parameter("w", ["dim"], zeros()) as unknown as Scalar);
      },
      'monitor "weights"',
      "must be a float32 scalar, but it is float32 [dim=4]; take its sum or mean",
    ],
    [
      "that share the optimizer of no other phase",
      (m, settings) => {
        addPhase(m, { ...settings, sharesOptimizerWith: "mian" });
      },
      'phase "extra"',
      'shares the optimizer of "mian", but it is not another phase; the phases are main, extra',
    ],
    [
      "that share an optimizer of another kind",
      (m, settings) => {
        const optimizer = { ...settings.optimizer, kind: "sgd" } as const;
        addPhase(m, { ...settings, optimizer, sharesOptimizerWith: "main" });
      },
      'phase "extra"',
      'shares the optimizer of "main", but that one is adam, this one sgd',
    ],
    [
      "that share an optimizer which is shared itself",
      (m, settings) => {
        addPhase(m, { ...settings, sharesOptimizerWith: "main" });
        addPhase(m, { ...settings, sharesOptimizerWith: "extra" }, "more");
      },
      'phase "more"',
      'shares the optimizer of "extra", but that one shares "main"; name the phase that owns the optimizer',
    ],
    [
      "with a parameter that no phase trains",
      (m) => void m.parameter("idle", ["dim"], zeros()),
      'parameter "idle"',
      "does not influence the loss; use it in a loss term or remove it",
    ],
    [
      "with a parameter that every loss holds back",
      (m) => {
        const held = m.parameter("held", ["dim"], zeros());
        m.loss("held", meanAll(square(stopGradient(held))));
      },
      'parameter "held"',
      "does not influence the loss; use it in a loss term or remove it",
    ],
    [
      "that only training has",
      (m, settings) => {
        m.parameter("w", ["dim"], zeros());
        if (m.training) {
          const phase = m.phase("extra");
          phase.loss("size", meanAll(square(m.parameter("v", ["dim"], zeros()))));
          phase.train(settings);
        } else m.parameter("v", ["dim"], zeros());
      },
      "phases",
      "are main for evaluation, but main, extra for training",
    ],
  ];
  for (const [what, build, subject, problem] of cases) {
    it(what, () => {
      expect(refusal(build)).to.deep.equal([subject, problem]);
    });
  }
});

describe("refreshed buffers that make no sense are refused", () => {
  const recipe = { kind: "computed" };

  it("made from values though they are made once", () => {
    const [subject, problem] = refusal((m) => {
      const table = m.buffer("table", ["item", "dim"], recipe);
      m.refresh("table", { values: multiply(2, table) });
    });
    expect(subject).to.equal('buffer "table"');
    expect(problem).to.equal("is made once, before there are embeddings; say when it is refreshed");
  });

  it("that are not declared, given values twice, or given none", () => {
    const table = (m: Declaration) => m.buffer("table", ["item", "dim"], recipe, "epoch");
    const cases: readonly (readonly [(m: Declaration) => void, string])[] = [
      [
        (m) => {
          m.refresh("tabel", { values: table(m) });
        },
        "is not declared; declared are table",
      ],
      [
        (m) => {
          const values = table(m);
          m.refresh("table", { values });
          m.refresh("table", { values });
        },
        "is given its values twice",
      ],
      [
        (m) => {
          table(m);
          m.refresh("table", {});
        },
        "is refreshed from no values",
      ],
    ];
    for (const [build, expected] of cases) expect(refusal(build)[1]).to.equal(expected);
  });

  it("at times that cannot be, or without contents before their first time", () => {
    const problemOf = (refresh: object): string =>
      refusal((m) => void m.buffer("table", ["item", "dim"], recipe, refresh))[1];
    expect(problemOf({ every: 0 })).to.equal("has refresh.every 0, but it must be a whole number from 1");
    expect(problemOf({ from: -1 })).to.equal("has refresh.from -1, but it must be a whole number from 0");
    expect(problemOf({ every: 1.5 })).to.equal("has refresh.every 1.5, but it must be a whole number from 1");
    expect(problemOf({ from: 3 })).to.equal(
      "is first made in epoch 3; say by refresh.initial what it holds before",
    );
  });
});

describe("recipes that the runtime cannot follow are refused when the model is built", () => {
  it("of an unknown kind, with an unknown argument or without one it needs", () => {
    const problemOf = (recipe: { readonly kind: string }, refresh: Refresh = "once"): [string, string] =>
      refusal((m) => void m.buffer("table", ["item", "dim"], recipe, refresh));
    const [subject, unknown] = problemOf({ kind: "feature" });
    expect(subject).to.equal('buffer "table"');
    expect(unknown).to.match(
      /^recipe "feature": there is no recipe "feature"\. .*the nearest is "features"$/,
    );
    expect(problemOf({ kind: "features" })[1]).to.equal(
      'recipe "features": the argument "modality" is missing. The arguments are modality, impute',
    );
    const initial = { kind: "pca", modality: "text", dims: 4 };
    expect(problemOf({ kind: "computed" }, { from: 2, initial })[1]).to.equal(
      'recipe "pca": unknown argument "dims". The arguments are modality, dim, impute; the nearest is "dim"',
    );
  });
});

describe("the order of an epoch", () => {
  const orderOf = (order?: readonly string[]): string[] => {
    const model = defineModel({
      name: "test",
      title: "Test",
      hyperparameters,
      build(m, h) {
        m.axis("dim", 4);
        const { users, items } = idEmbeddings(m);
        const settings = trainingSettings(h);
        addPhase(m, settings, "first");
        const table = m.buffer("table", ["item", "dim"], { kind: "computed" }, "epoch");
        m.refresh("table", { values: items });
        addPhase(m, settings, "second");
        m.loss("users", meanAll(square(users)));
        m.loss("items", meanAll(square(multiply(items, table))));
        m.train(settings);
        m.embeddings(users, items);
        if (order !== undefined) m.schedule(order);
      },
    });
    const { manifest } = buildArtifacts(model);
    return manifest.schedule.map((entry) => (entry.kind === "phase" ? entry.phase : entry.buffer));
  };

  it("is buffers, declared phases, main, unless the model says otherwise", () => {
    expect(orderOf()).to.deep.equal(["table", "first", "second", "main"]);
    const own = ["second", "main", "table", "first"];
    expect(orderOf(own)).to.deep.equal(own);
  });

  it("must have everything once", () => {
    const problemOf = (order: readonly string[]): string => {
      try {
        orderOf(order);
      } catch (error) {
        return (error as DeclarationError).problem;
      }
      throw new Error("the order was not refused");
    };
    const must = "must name each of table, first, second, main once, which";
    expect(problemOf(["first", "second", "main"])).to.equal(
      `${must} "table" contradicts: it is first, second, main`,
    );
    expect(problemOf(["table", "table", "first", "second", "main"])).to.include(
      `${must} "table" contradicts`,
    );
    expect(problemOf(["table", "first", "second", "main", "thrid"])).to.include(
      `${must} "thrid" contradicts`,
    );
  });
});
