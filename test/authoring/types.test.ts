import { expect } from "chai";
import {
  add,
  concat,
  constant,
  Declaration,
  gather,
  matmul,
  mean,
  multiply,
  propagate,
  propagateWith,
  ShapeError,
  softmaxEntries,
  sum,
  transpose,
  transposed,
  xavierUniform,
  type Tensor,
} from "../../src/index.js";

function declared() {
  const m = new Declaration(true);
  m.axis("dim", 4);
  m.axis("other", 4);
  return {
    m,
    users: m.parameter("user_embedding", ["user", "dim"], xavierUniform()),
    items: m.parameter("item_embedding", ["item", "dim"], xavierUniform()),
    wide: m.parameter("wide_items", ["item", "other"], xavierUniform()),
    userIds: m.users(),
    itemIds: m.positives(),
    graph: m.sparse("interactions", "user", "item", { kind: "interactions", weights: "symmetric" }),
    similar: m.sparse("similar", "item", "item", { kind: "knn", modality: "image", k: 2, includeSelf: true }),
    values: m.parameter("values", ["interactions_entry"], xavierUniform()),
    others: m.parameter("others", ["similar_entry"], xavierUniform()),
  };
}

/** Both the compiler (by the directive above each call) and the graph refuse. */
function refused(build: () => unknown): void {
  expect(build).to.throw(ShapeError);
}

describe("types of tensors", () => {
  const { users, items, wide, userIds, itemIds, graph, similar, values, others } = declared();

  it("let a matrix product meet only on the inner axis", () => {
    const scores: Tensor<["user", "item"]> = matmul(users, transpose(items));
    expect(scores.type.axes.map(({ name }) => name)).to.deep.equal(["user", "item"]);
    // @ts-expect-error "item" is not the inner axis "dim"
    refused(() => matmul(users, items));
    // @ts-expect-error "other" is not the inner axis "dim"
    refused(() => matmul(users, transpose(wide)));
  });

  it("let ids look up only the axis they index", () => {
    const rows: Tensor<["batch", "dim"]> = gather(items, itemIds);
    expect(rows.type.axes.map(({ name }) => name)).to.deep.equal(["batch", "dim"]);
    // @ts-expect-error ids of items in a table of users
    refused(() => gather(users, itemIds));
    // @ts-expect-error ids of users in a table of items
    refused(() => gather(items, userIds));
    // @ts-expect-error numbers are no ids
    refused(() => gather(items, values));
  });

  it("let elementwise operations repeat an operand only over axes of the other", () => {
    const weighted: Tensor<["user", "dim"]> = multiply(users, mean(users, "user"));
    expect(weighted.type.axes.map(({ name }) => name)).to.deep.equal(["user", "dim"]);
    // @ts-expect-error neither has all axes of the other
    refused(() => add(users, items));
    // @ts-expect-error "item" is no axis of the users
    refused(() => multiply(users, sum(items, "dim")));
  });

  it("let a reduction name only axes that are there", () => {
    // @ts-expect-error users have no axis "item"
    refused(() => sum(users, "item"));
    // @ts-expect-error the axis is gone after the first sum
    refused(() => sum(sum(users, "dim"), "dim"));
  });

  it("join values along axes of their own, all others alike", () => {
    const nodes: Tensor<["node", "dim"]> = concat("node", [
      { value: users, along: "user" },
      { value: items, along: "item" },
    ]);
    expect(nodes.type.axes.map(({ name }) => name)).to.deep.equal(["node", "dim"]);
    refused(() => {
      // @ts-expect-error the second part is wider in another axis, so the result is not [node, dim]
      const mixed: Tensor<["node", "dim"]> = concat("node", [
        { value: users, along: "user" },
        { value: wide, along: "item" },
      ]);
      return mixed;
    });
  });

  it("let final vectors have one dimension axis", () => {
    const { m, users: u, items: i, wide: w } = declared();
    m.embeddings(u, i);
    expect(() => {
      // @ts-expect-error vectors of users are [user, dim], those of items [item, other]
      m.embeddings(u, w);
    }).to.throw("must be float32 [item, dim=4]");
  });

  it("let a sparse matrix meet only values on its columns", () => {
    const received: Tensor<["user", "dim"]> = propagate(graph, items);
    expect(received.type.axes.map(({ name }) => name)).to.deep.equal(["user", "dim"]);
    // @ts-expect-error the columns of the graph are items
    refused(() => propagate(graph, users));
    // @ts-expect-error the columns of the transposed graph are users
    refused(() => propagate(transposed(graph), items));
  });

  it("let values on entries meet only the matrix of those entries", () => {
    const attention: Tensor<["interactions_entry"]> = softmaxEntries(graph, values);
    expect(attention.type.axes.map(({ name }) => name)).to.deep.equal(["interactions_entry"]);
    // @ts-expect-error the values stand on entries of another matrix
    refused(() => softmaxEntries(graph, others));
    // @ts-expect-error the values stand on entries of another matrix
    refused(() => propagateWith(similar, values, items));
  });

  it("keep the result's axes in order", () => {
    // @ts-expect-error the product is [user, item], not [item, user]
    const scores: Tensor<["item", "user"]> = matmul(users, transpose(items));
    expect(scores.type.axes.map(({ name }) => name)).to.deep.equal(["user", "item"]);
  });
});

/** Line of the statement after the call. */
function nextLine(): number {
  const frame = new Error().stack!.split("\n")[2]!;
  return Number(/:(\d+):\d+\)?$/.exec(frame)![1]) + 1;
}

describe("sizes that do not fit", () => {
  const { users, items } = declared();
  const thin = constant(["dim"], [3], [1, 2, 3]);

  function caught(build: () => unknown): ShapeError {
    try {
      build();
    } catch (error) {
      if (error instanceof ShapeError) return error;
      throw error;
    }
    throw new Error("nothing was refused");
  }

  it("are refused where they are declared, with operation, inputs and line", () => {
    let line = 0;
    const { name, message, details } = caught(() => {
      line = nextLine();
      return add(users, thin);
    });
    const location = `test/authoring/types.test.ts:${line}`;
    expect(name).to.equal("ShapeError");
    expect(details.operation).to.equal("add");
    expect(details.problem).to.equal('axis "dim" of "constant" must be 4, but it is 3');
    expect(details.inputs.map((input) => input.name)).to.deep.equal(['"user_embedding"', '"constant"']);
    expect(details.location).to.equal(location);
    expect(message).to.equal(
      [
        'add: axis "dim" of "constant" must be 4, but it is 3',
        '  "user_embedding"  float32 [user, dim=4]',
        '  "constant"        float32 [dim=3]',
        `  declared at ${location}`,
      ].join("\n"),
    );
  });

  it("of a matrix product name the inner axis", () => {
    let line = 0;
    const { details } = caught(() => {
      const weights = constant(["dim", "out"], [3, 2], [1, 2, 3, 4, 5, 6]);
      line = nextLine();
      return matmul(users, weights);
    });
    expect(details.operation).to.equal("matmul");
    expect(details.problem).to.equal('axis "dim" of "constant" must be 4, but it is 3');
    expect(details.location).to.equal(`test/authoring/types.test.ts:${line}`);
  });

  it("of a constant say how many values there are", () => {
    const { details } = caught(() => constant(["dim"], [3], [1, 2]));
    expect(details.operation).to.equal("constant");
    expect(details.problem).to.equal("2 values do not fill [dim=3]");
  });

  it("of parts name the total", () => {
    const { details } = caught(() =>
      concat("node", [
        { value: users, along: "user" },
        { value: multiply(items, thin), along: "item" },
      ]),
    );
    expect(details.operation).to.equal("multiply");
  });
});
