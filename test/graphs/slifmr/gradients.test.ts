import type { slifmrHyperparameters } from "../../../graphs/slifmr/hyperparameters.js";
import { expectGradients, label } from "../expectGradients.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of the loss counts. */
const weights = { beta: 0.5, gamma: 0.3, l2: 0.1 };

/**
 * Every value of every switch that is not the default and changes the graph, each with the others at their defaults unless said otherwise.
 */
const switches: SwitchCases<
  typeof slifmrHyperparameters,
  "layers" | "kgDropped" | "interactionsDropped" | "temperature"
> = {
  modalities: [[], ["image"], ["image", "text", "audio"]].map((modalities) => ({
    modalities,
  })),
  layers: [{ layers: 1 }, { layers: 3 }],
  kg: [{ kg: false }, { kg: false, mm: false }],
  kgInverse: [{ kgInverse: false }],
  kgPooling: [{ kgPooling: "residual" }],
  kgCorrelationPrior: ["replace", "ema"].map((accumulate) => ({ kgCorrelationPrior: "log", accumulate })),
  kgDropped: [{ kgDropped: 0.5 }],
  mm: [{ mm: false }],
  interactionsDropped: [{ interactionsDropped: 0.5 }],
  selfLoop: [{ selfLoop: false }, { selfLoop: false, kg: false, mm: false }],
  correlationNorm: ["add", "count"].map((correlationNorm) => ({ correlationNorm })),
  accumulate: ["window", "ema"].map((accumulate) => ({ accumulate })),
  fusion: ["concat", "sum", "attention"].map((fusion) => ({ fusion })),
  inter: [{ inter: false }, { inter: false, intra: false }],
  infoNceDenominator: [{ infoNceDenominator: "include" }],
  intra: [{ intra: false }],
  intraLoss: [{ intraLoss: "printed" }],
  contrastScope: ["sample", "all"].flatMap((contrastScope) =>
    ["exclude", "include"].map((infoNceDenominator) => ({ contrastScope, infoNceDenominator })),
  ),
  temperature: [{ temperature: 0.015 }],
};

describe("SLIF-MR's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("slifmr", { ...weights, ...given }));
  }
});
