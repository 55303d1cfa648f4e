import { expect } from "chai";
import {
  Declaration,
  dropout,
  gumbelNoise,
  normalNoise,
  Tensor,
  uniformNoise,
  DeclarationError,
} from "../../src/index.js";
import type { Node } from "../../src/ir/node.js";
import { input } from "../../src/ops/apply.js";
import { tensorType } from "../../src/ir/types.js";
import { optimise } from "../../src/lower/optimise.js";
import { dense } from "../evaluator/evaluate.js";
import { numbersFrom, runGraph, type RunOptions } from "../evaluator/runGraph.js";
import { squares32, streamKey, uniform24 } from "../evaluator/squares.js";

const COUNT = 20_000;
const KEY = 0x9e3779b97f4a7c15n;

type Vector = Tensor<["row"]>;

interface Drawn {
  readonly step?: number;
  readonly key?: bigint;
  readonly count?: number;
  readonly training?: boolean;
  readonly run?: RunOptions;
}

/** Values of what `build` makes of a vector of ones. */
async function drawn(
  build: (m: Declaration, like: Vector) => Vector,
  options: Drawn = {},
): Promise<number[]> {
  const { step = 1, key = KEY, count = COUNT, training = true, run = {} } = options;
  const m = new Declaration(training);
  const like = input("like", "argument", tensorType("float32", [{ name: "row", size: "row" }]));
  const node: Node = build(m, new Tensor(like)).node;
  const outputs = [
    { name: "noise", node },
    { name: "same", node: like },
  ];
  const feeds = {
    like: dense([count], new Array<number>(count).fill(1)),
    random_key: dense([], [key]),
    step: dense([], [step]),
  };
  const results = await runGraph(optimise({ name: "noise", outputs }), [like, ...m.scalars], feeds, run);
  return numbersFrom(results["noise"]);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

describe("the Squares generator", () => {
  it("gives the published numbers for the published key", () => {
    const expected = [
      0x36d88366n,
      0x944716e0n,
      0xc8a8f4e0n,
      0x35cc666an,
      0x7094eab1n,
      0xa2a1b6f5n,
      0xd884957dn,
    ];
    expect(expected.map((_, counter) => squares32(BigInt(counter), 0x548c9decbce65297n))).to.deep.equal(
      expected,
    );
  });

  it("gives the same numbers in graphs, on both runtimes", async () => {
    for (const runtime of ["onnxruntime-node", "onnxruntime-web"] as const) {
      for (const step of [1, 2, 70_000]) {
        const found = await drawn((m, like) => uniformNoise(m, "layer_1", like), {
          step,
          count: 50,
          run: { runtime },
        });
        const expected = found.map((_, index) => uniform24(KEY, "layer_1", step, BigInt(index)));
        expect(found, `step ${step}`).to.deep.equal(expected);
      }
    }
  });

  it("has keys of streams that are odd and differ", () => {
    const keys = ["a", "b", "a/radius"].map((stream) => streamKey(KEY, stream));
    expect(new Set(keys).size).to.equal(3);
    for (const key of keys) expect(key % 2n).to.equal(1n);
  });
});

describe("noise", () => {
  it("uniform has mean 1/2, variance 1/12 and stays in [0, 1)", async () => {
    const values = await drawn((m, like) => uniformNoise(m, "noise", like));
    expect(mean(values)).to.be.closeTo(0.5, 0.01);
    expect(variance(values)).to.be.closeTo(1 / 12, 0.003);
    expect(values.every((value) => value >= 0 && value < 1)).to.equal(true);
  });

  it("normal has mean 0, variance 1 and no correlation of neighbours", async () => {
    const values = await drawn((m, like) => normalNoise(m, "noise", like));
    expect(mean(values)).to.be.closeTo(0, 0.03);
    expect(variance(values)).to.be.closeTo(1, 0.04);
    expect(mean(values.slice(1).map((value, i) => value * values[i]!))).to.be.closeTo(0, 0.03);
    expect(mean(values.map((value) => value ** 4))).to.be.closeTo(3, 0.25);
  });

  it("Gumbel has the Euler constant as mean and variance π²/6", async () => {
    const values = await drawn((m, like) => gumbelNoise(m, "noise", like));
    expect(mean(values)).to.be.closeTo(0.5772, 0.04);
    expect(variance(values)).to.be.closeTo(Math.PI ** 2 / 6, 0.1);
  });

  it("Gumbel and normal are finite where the uniform number is the largest there is", async () => {
    const step = 866_278;
    expect(uniform24(KEY, "gumbel", step, 5n)).to.equal(1 - 2 ** -24);
    const gumbel = await drawn((m, like) => gumbelNoise(m, "gumbel", like), { step, count: 6 });
    expect(gumbel.every(Number.isFinite)).to.equal(true);
    expect(gumbel[5]).to.be.greaterThan(15);
  });

  it("is new in every step, stream and run, and the same for the same", async () => {
    const draw = (stream: string, options: Drawn) =>
      drawn((m, like) => uniformNoise(m, stream, like), { count: 20, ...options });
    const first = await draw("a", {});
    expect(await draw("a", {})).to.deep.equal(first);
    for (const other of [
      await draw("a", { step: 2 }),
      await draw("b", {}),
      await draw("a", { key: KEY + 2n }),
    ]) {
      expect(other.filter((value, i) => value === first[i])).to.have.length(0);
    }
  });
});

describe("streams of noise", () => {
  const like: Vector = new Tensor(input("like", "argument", tensorType("float32", [])));
  const kinds = { uniformNoise, normalNoise, gumbelNoise };

  for (const [name, noise] of Object.entries(kinds)) {
    it(`of ${name} are refused outside training, with what to do`, () => {
      const m = new Declaration(false);
      expect(() => noise(m, "shake", like)).to.throw(
        DeclarationError,
        /^noise "shake": is drawn outside training, .*; guard it with m\.training\n {2}declared at test\/nn\/noise/,
      );
      expect(m.scalars).to.have.length(0);
    });

    it(`of ${name} are refused under a name that another use has`, () => {
      for (const first of Object.values(kinds)) {
        const m = new Declaration(true);
        first(m, "shake", like);
        noise(m, "shake/more", like);
        expect(() => noise(m, "shake", like)).to.throw(
          DeclarationError,
          'noise "shake": has a name that is taken',
        );
        expect(() => dropout(m, "shake", like, 0.5)).to.throw(DeclarationError, "name each use differently");
      }
    });
  }
});

describe("dropout", () => {
  it("in training zeroes a share and scales the rest", async () => {
    const values = await drawn((m, like) => dropout(m, "drop", like, 0.25));
    const kept = values.filter((value) => value !== 0);
    expect(1 - kept.length / COUNT).to.be.closeTo(0.25, 0.02);
    expect(kept.every((value) => Math.abs(value - 4 / 3) < 1e-6)).to.equal(true);
  });

  it("is the identity in evaluation, and at rate 0", () => {
    const like: Vector = new Tensor(
      input("like", "argument", tensorType("float32", [{ name: "row", size: "row" }])),
    );
    for (const [training, rate] of [
      [false, 0.5],
      [true, 0],
    ] as const) {
      const m = new Declaration(training);
      expect(dropout(m, "drop", like, rate)).to.equal(like);
      expect(m.scalars).to.have.length(0);
    }
  });

  it("refuses rates outside [0, 1), naming the stream and the line", () => {
    const like: Vector = new Tensor(input("like", "argument", tensorType("float32", [])));
    for (const rate of [1, 1.5, -0.1]) {
      const refused = (): unknown => dropout(new Declaration(true), "drop", like, rate);
      expect(refused).to.throw(DeclarationError, `dropout "drop": needs a rate in [0, 1), but it is ${rate}`);
      expect(refused).to.throw(/declared at test\/nn\/noise\.test\.ts:\d+$/);
    }
  });
});
