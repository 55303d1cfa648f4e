import type { ModelDefinition } from "../src/authoring/model.js";
import bm3 from "./bm3/model.js";
import diffkg from "./diffkg/model.js";
import diffmm from "./diffmm/model.js";
import freedom from "./freedom/model.js";
import kdiffe from "./kdiffe/model.js";
import kgat from "./kgat/model.js";
import ksi from "./ksi/model.js";
import lattice from "./lattice/model.js";
import lgmrec from "./lgmrec/model.js";
import lightgcn from "./lightgcn/model.js";
import mf from "./mf/model.js";
import mgcn from "./mgcn/model.js";
import mgnm from "./mgnm/model.js";
import ngcf from "./ngcf/model.js";
import sgl from "./sgl/model.js";
import slifmr from "./slifmr/model.js";
import vbpr from "./vbpr/model.js";

/** The bundled models by name. */
export const models: ReadonlyMap<string, ModelDefinition> = new Map(
  [
    bm3,
    diffkg,
    diffmm,
    freedom,
    kdiffe,
    kgat,
    ksi,
    lattice,
    lgmrec,
    lightgcn,
    mf,
    mgcn,
    mgnm,
    ngcf,
    sgl,
    slifmr,
    vbpr,
  ].map((model) => [model.name, model as unknown as ModelDefinition]),
);
