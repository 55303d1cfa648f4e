import {
  meanOfLayers,
  normalise,
  propagationLayers,
  selfLoopPropagation,
  symmetricPropagation,
  type Declaration,
  type Embeddings,
} from "../../src/index.js";
import { ngcfLayers } from "../ngcf/layers.js";

export interface BackboneSettings {
  readonly backbone: "mf" | "ngcf" | "lightgcn";
  readonly backboneLayers: number;
  readonly cfAdjacency: "sym" | "rowSelfLoop";
  readonly messageDropout: number;
}

/** Slope of LeakyReLU in LATTICE's framework, whose ngcf backbone this is. */
const LATTICE_SLOPE = 0.01;

/**
 * x̂ of the collaborative backbone from the ID embeddings X (KSI, section III-E; layers and readout as in LATTICE).
 *
 * - `mf`: x̂ = X
 * - `lightgcn`: mean over layers 0..L
 * - `ngcf`: mean over layer 0 and the normalised layers 1..L
 */
export function backboneEmbeddings(m: Declaration, ego: Embeddings, settings: BackboneSettings): Embeddings {
  const { backbone, backboneLayers: layers } = settings;
  if (backbone === "mf" || layers === 0) return ego;
  const step = settings.cfAdjacency === "sym" ? symmetricPropagation(m) : selfLoopPropagation(m);
  if (backbone === "lightgcn") return meanOfLayers(propagationLayers(step, ego, layers));
  const { messageDropout } = settings;
  const [first, ...rest] = ngcfLayers(m, step, ego, {
    layers,
    form: "code",
    slope: LATTICE_SLOPE,
    messageDropout,
  });
  const normalised = rest.map(({ users, items }) => ({
    users: normalise(users, "dim"),
    items: normalise(items, "dim"),
  }));
  return meanOfLayers([first!, ...normalised]);
}
