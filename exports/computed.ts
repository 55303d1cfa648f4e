import { createHash } from "node:crypto";
import { encodeModel } from "../src/onnx/encode.js";
import type { ArtifactSet } from "./artifacts.js";

/**
 * Identity of what a compiled model computes, whatever its hyper-parameters are called: equal for two sets of
 * hyper-parameters that differ in nothing that matters, such as the weight of a term that is switched off.
 */
export function computed({ manifest, models }: ArtifactSet): string {
  const { axes, parameters, buffers, phases, schedule } = manifest;
  const hash = createHash("sha256").update(JSON.stringify({ axes, parameters, buffers, phases, schedule }));
  for (const [name, model] of models) hash.update(name).update(encodeModel({ ...model, metadata: {} }));
  return hash.digest("hex");
}
