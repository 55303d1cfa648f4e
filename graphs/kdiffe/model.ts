import { defineModel } from "../../src/index.js";
import { kdiffeAblations } from "./ablations.js";
import { kdiffeHyperparameters } from "./hyperparameters.js";
import { paperVariant } from "./paper.js";
import { releasedVariant } from "./released.js";
import { releasedDefaults } from "./releasedDefaults.js";

/** KDiffE (Mo et al.): the model of the paper, or the one of its released code, which is another. */
export default defineModel({
  name: "kdiffe",
  title: "KDiffE (Mo et al.): knowledge-aware diffusion makes a second knowledge graph to contrast with",
  hyperparameters: kdiffeHyperparameters,
  defaultsWhere: { variant: { released: releasedDefaults } },
  ablations: kdiffeAblations,
  build(m, h) {
    if (h.variant === "released") releasedVariant(m, h);
    else paperVariant(m, h);
  },
});
