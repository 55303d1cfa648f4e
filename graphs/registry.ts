import type { ModelDefinition } from "../src/authoring/model.js";
import ksi from "./ksi/model.js";
import lightgcn from "./lightgcn/model.js";
import mf from "./mf/model.js";
import ngcf from "./ngcf/model.js";

/** The bundled models by name. */
export const models: ReadonlyMap<string, ModelDefinition> = new Map(
  [ksi, lightgcn, ngcf, mf].map((model) => [model.name, model as unknown as ModelDefinition]),
);
