/** Compiling and exporting from a program, as `mmkit build` and `mmkit export` do. */
export { buildArtifacts, writeArtifacts, type ArtifactSet } from "./artifacts.js";
export { exportInference } from "./inference.js";
export { exportTriton } from "./triton/exportTriton.js";
export { exportVectors } from "./vectors/exportVectors.js";
export { modelSearchSpace } from "./searchSpace.js";
