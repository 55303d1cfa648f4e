import { expect } from "chai";
import type { OptimizerSettings } from "../../src/authoring/phase.js";
import { optimise } from "../../src/lower/optimise.js";
import { momentSuffixes, optimizerStep } from "../../src/nn/optimizers.js";
import { relativeError } from "../evaluator/closeness.js";
import { GraphBuilder, randomNumbers } from "../evaluator/graphBuilder.js";
import { numbersFrom, runGraph } from "../evaluator/runGraph.js";

const defaults: OptimizerSettings = {
  kind: "adam",
  momentum: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 0,
};

/** Two parameters, so that the norm of all gradients differs from that of each. */
const SIZES = [4, 2];

interface State {
  readonly parameters: number[][];
  readonly moments: Record<string, number[][]>;
}

const zeros = (): number[][] => SIZES.map((size) => new Array<number>(size).fill(0));

/** The textbook formulas, element by element. */
function byHand(
  s: OptimizerSettings,
  state: State,
  gradients: number[][],
  rate: number,
  step: number,
): State {
  const norm = Math.sqrt(gradients.flat().reduce((sum, g) => sum + g * g, 0));
  const factor = s.clipNorm > 0 ? Math.min(1, s.clipNorm / (norm + 1e-6)) : 1;
  const next: State = { parameters: zeros(), moments: { m: zeros(), v: zeros() } };
  state.parameters.forEach((values, p) => {
    values.forEach((before, i) => {
      let value = before;
      let g = gradients[p]![i]! * factor;
      if (s.kind === "adamw") value -= rate * s.weightDecay * before;
      else g += s.weightDecay * before;
      const m = state.moments["m"]![p]![i]!;
      const v = state.moments["v"]![p]![i]!;
      if (s.kind === "sgd") {
        next.moments["m"]![p]![i] = s.momentum * m + g;
        next.parameters[p]![i] = value - rate * next.moments["m"]![p]![i];
        return;
      }
      const nextM = s.beta1 * m + (1 - s.beta1) * g;
      const nextV = s.beta2 * v + (1 - s.beta2) * g * g;
      next.moments["m"]![p]![i] = nextM;
      next.moments["v"]![p]![i] = nextV;
      const corrected =
        nextM / (1 - s.beta1 ** step) / (Math.sqrt(nextV / (1 - s.beta2 ** step)) + s.epsilon);
      next.parameters[p]![i] = value - rate * corrected;
    });
  });
  return next;
}

/** What Adam's moments are divided by in the graph's state tensors. */
function unit({ kind, beta1, beta2 }: OptimizerSettings, suffix: string): number {
  if (kind === "sgd") return 1;
  return suffix === "m" ? 1 - beta1 : 1 - beta2;
}

const times = (values: number[][], factor: number): number[][] =>
  values.map((row) => row.map((value) => value * factor));

/** One step as a graph in double precision; its moments are those of the textbook. */
async function inGraph(
  settings: OptimizerSettings,
  state: State,
  gradients: number[][],
  rate: number,
  step: number,
  precision: "float32" | "float64" = "float64",
): Promise<State> {
  const g = new GraphBuilder();
  const suffixes = momentSuffixes(settings);
  const given = (suffix: string): number[][] => times(state.moments[suffix]!, 1 / unit(settings, suffix));
  const entries = SIZES.map((size, p) => {
    const axis = { [`axis_${p}`]: size };
    return {
      parameter: g.float(`p${p}`, axis, state.parameters[p]),
      gradient: g.float(`p${p}.grad`, axis, gradients[p]),
      moments: suffixes.map((suffix) => g.float(`p${p}.${suffix}`, axis, given(suffix)[p])),
    };
  });
  const updates = optimizerStep(settings, entries, g.float("rate", {}, [rate]), g.float("step", {}, [step]));
  const outputs = updates.flatMap(({ parameter, moments }, p) => [
    { name: `p${p}.next`, node: parameter },
    ...moments.map((node, i) => ({ name: `p${p}.${suffixes[i]!}.next`, node })),
  ]);
  const results = await runGraph(optimise({ name: "step", outputs }), g.inputs, g.feeds, { precision });
  const read = (suffix: string): number[][] =>
    SIZES.map((_, p) => numbersFrom(results[`p${p}${suffix}.next`]));
  const moments = Object.fromEntries(
    suffixes.map((suffix) => [suffix, times(read(`.${suffix}`), unit(settings, suffix))]),
  );
  return { parameters: read(""), moments: { m: zeros(), v: zeros(), ...moments } };
}

const start = (): State => ({
  parameters: [randomNumbers(1, SIZES[0]!), randomNumbers(2, SIZES[1]!)],
  moments: { m: zeros(), v: zeros() },
});

const variants: readonly (readonly [label: string, settings: Partial<OptimizerSettings>])[] = [
  ["SGD", { kind: "sgd" }],
  ["SGD with momentum", { kind: "sgd", momentum: 0.9 }],
  ["SGD with momentum and weight decay", { kind: "sgd", momentum: 0.5, weightDecay: 0.1 }],
  ["Adam", {}],
  ["Adam with other decays", { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }],
  ["Adam with weight decay", { weightDecay: 0.1 }],
  ["AdamW", { kind: "adamw", weightDecay: 0.1 }],
  ["AdamW without decay", { kind: "adamw" }],
  ["Adam with clipping", { clipNorm: 0.5 }],
  ["SGD with clipping that does nothing", { kind: "sgd", clipNorm: 1e6 }],
  ["SGD with clipping and weight decay", { kind: "sgd", clipNorm: 0.5, weightDecay: 0.1 }],
];

describe("optimizer steps", () => {
  for (const [label, given] of variants) {
    it(`equal the textbook formulas over five steps: ${label}`, async () => {
      const settings = { ...defaults, ...given };
      let [expected, found] = [start(), start()];
      for (let step = 1; step <= 5; step++) {
        const gradients = SIZES.map((size, p) => randomNumbers(10 * step + p, size));
        expected = byHand(settings, expected, gradients, 0.1 / step, step);
        found = await inGraph(settings, found, gradients, 0.1 / step, step);
        expect(
          relativeError(found.parameters.flat(), expected.parameters.flat()),
          `step ${step}`,
        ).to.be.below(1e-12);
        for (const suffix of momentSuffixes(settings)) {
          const error = relativeError(found.moments[suffix]!.flat(), expected.moments[suffix]!.flat());
          expect(error, `${suffix} after step ${step}`).to.be.below(1e-12);
        }
      }
    });
  }

  it("of SGD with momentum are those worked by hand", async () => {
    // p = 1, g = 0.5, rate 0.1, momentum 0.9: m = 0.5, p = 0.95; then m = 0.45 + 0.5 = 0.95, p = 0.855.
    const settings = { ...defaults, kind: "sgd" as const, momentum: 0.9 };
    const gradients = SIZES.map((size) => new Array<number>(size).fill(0.5));
    const ones: State = { ...start(), parameters: SIZES.map((size) => new Array<number>(size).fill(1)) };
    const first = await inGraph(settings, ones, gradients, 0.1, 1);
    const second = await inGraph(settings, first, gradients, 0.1, 2);
    expect(first.parameters[0]![0]).to.be.closeTo(0.95, 1e-12);
    expect(second.moments["m"]![0]![0]).to.be.closeTo(0.95, 1e-12);
    expect(second.parameters[0]![0]).to.be.closeTo(0.855, 1e-12);
  });

  it("of Adam move every element by the learning rate at first, also in single precision", async () => {
    const gradients = [
      [1e-3, -2, 30, 4e-2],
      [-1, 5],
    ];
    const before = start();
    const after = await inGraph(defaults, before, gradients, 0.01, 1, "float32");
    const moved = after.parameters.flat().map((value, i) => value - before.parameters.flat()[i]!);
    const expected = gradients.flat().map((g) => -0.01 * Math.sign(g));
    expect(relativeError(moved, expected, 0)).to.be.below(1e-4);
  });

  it("correct Adam's bias in single precision as in double, early and late", async () => {
    for (const step of [1, 2, 1000, 100_000]) {
      const moments = {
        m: [randomNumbers(5, 4), randomNumbers(6, 2)],
        v: [randomNumbers(7, 4, 0.1, 1), randomNumbers(8, 2, 0.1, 1)],
      };
      const state = { parameters: zeros(), moments };
      const gradients = SIZES.map((size, p) => randomNumbers(p, size));
      const found = await inGraph(defaults, state, gradients, 1, step, "float32");
      const expected = byHand(defaults, state, gradients, 1, step);
      const error = relativeError(found.parameters.flat(), expected.parameters.flat(), 1e-3);
      expect(error, `step ${step}`).to.be.below(2e-6);
    }
  });
});
