import { expect } from "chai";
import { Declaration, DeclarationError, normal, Tensor, zeros, type Scalar } from "../../src/index.js";
import { input } from "../../src/ops/apply.js";
import { tensorType, type Axis } from "../../src/ir/types.js";

/** A value the type checker would refuse, as plain JavaScript can pass it. */
function untyped(axes: readonly Axis[]): unknown {
  return new Tensor(input("value", "argument", tensorType("float32", axes)));
}

function refusal(build: (m: Declaration) => void): DeclarationError {
  const m = new Declaration(true);
  m.axis("dim", 4);
  try {
    build(m);
  } catch (error) {
    expect(error).to.be.instanceOf(DeclarationError);
    return error as DeclarationError;
  }
  throw new Error("the declaration was not refused");
}

describe("names of inputs", () => {
  const cases: readonly (readonly [names: readonly string[], problem: string])[] = [
    [[""], "is empty; give it a name"],
    [["a//b"], 'has an empty part between, before or after "/"'],
    ...["learning_rate", "losses", "step", "random_key", "user_vectors", "item_vectors"].map(
      (name) => [[name], "is a name that the compiled graphs use themselves; choose another"] as const,
    ),
    ...[".grad", ".m", ".v", ".next"].map(
      (ending) =>
        [
          [`w${ending}`],
          `ends in "${ending}", which marks values derived from a parameter; choose another name`,
        ] as const,
    ),
    [["w", "w"], "is declared twice"],
    [["g", "g/x"], 'lies below "g", which is an input itself; rename one'],
    [["g/x/y", "g/x"], 'is part of the path of "g/x/y"; rename one'],
  ];
  for (const [names, problem] of cases) {
    it(`are refused at the author's line: ${names.join(" and ") || "none"}`, () => {
      const error = refusal((m) => {
        for (const name of names) m.parameter(name, ["dim"], zeros());
      });
      expect([error.subject, error.problem]).to.deep.equal([`"${names.at(-1)!}"`, problem]);
      expect(error.location).to.match(/^test\/authoring\/declaration\.test\.ts:\d+$/);
    });
  }

  it("hold for buffers and sparse matrices as for parameters", () => {
    const error = refusal((m) => {
      m.sparse("graph", "user", "item", { kind: "interactions", weights: "symmetric" });
      m.parameter("graph/weight", ["dim"], zeros());
    });
    expect(error.problem).to.equal('lies below "graph", which is an input itself; rename one');
  });

  it("may share a beginning or a folder, and leave the random state to itself", () => {
    const m = new Declaration(true);
    for (const name of ["g", "graph", "layer/weight", "layer/bias", "m", "step_2", "x.mean"]) {
      m.parameter(name, ["item"], normal(1));
    }
    expect(m.randomState().key.attributes.name).to.equal("random_key");
    expect(m.randomState().step.attributes.name).to.equal("step");
  });
});

describe("embeddings", () => {
  const user = { name: "user", size: "user" };
  const item = { name: "item", size: "item" };
  const dim = { name: "dim", size: 4 };
  type Users = Tensor<["user", "dim"]>;
  type Items = Tensor<["item", "dim"]>;
  const cases: readonly (readonly [users: readonly Axis[], items: readonly Axis[], message: string])[] = [
    [
      [item, dim],
      [item, dim],
      "embeddings of users: must be float32 [user, dim=4], but they are float32 [item, dim=4]",
    ],
    [[user], [item, dim], "embeddings of users: must be float32 [user, dim], but they are float32 [user]"],
    [
      [user, dim],
      [dim, item],
      "embeddings of items: must be float32 [item, dim=4], but they are float32 [dim=4, item]",
    ],
    [
      [user, dim],
      [item, { name: "dim", size: 5 }],
      "embeddings of items: must be float32 [item, dim=4], but they are float32 [item, dim=5]",
    ],
    [
      [{ name: "user", size: 7 }, dim],
      [item, dim],
      "embeddings of users: must be float32 [user, dim=4], but they are float32 [user=7, dim=4]",
    ],
  ];
  for (const [users, items, message] of cases) {
    it(`are refused: ${message}`, () => {
      const error = refusal((m) => {
        m.embeddings(untyped(users) as Users, untyped(items) as Items);
      });
      expect(error.message).to.contain(message);
    });
  }

  it("are taken with the axes [user, X] and [item, X]", () => {
    const m = new Declaration(true);
    m.embeddings(untyped([user, dim]) as Users, untyped([item, dim]) as Items);
    expect(m.vectors).to.not.equal(undefined);
  });
});

describe("loss terms", () => {
  it("are refused unless they are scalars", () => {
    const error = refusal((m) => {
      m.loss("bpr", untyped([{ name: "batch", size: "batch" }]) as Scalar);
    });
    expect(error.message).to.contain(
      'loss "bpr": must be a float32 scalar, but it is float32 [batch]; take its sum or mean',
    );
  });
});

describe("names of axes", () => {
  it("are refused where the compiled graphs use them themselves", () => {
    for (const name of ["step", "block", "pair", "k", "vector"]) {
      const { subject, problem } = refusal((m) => {
        m.axis(name, 3);
      });
      expect([subject, problem]).to.deep.equal([
        `axis "${name}"`,
        "has a name that the compiled graphs use themselves; choose another",
      ]);
    }
  });
});
