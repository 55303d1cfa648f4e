import { ArtifactError } from "./artifactError.js";
import type { GraphEntry, Manifest } from "./manifest.js";

export const REBUILD = "Build the artifacts again with `mmkit build`.";

/** A checked artifact folder. */
export interface Artifacts {
  /** Path, or in a page the address. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Identity of what the set computes (`computation` of the manifest), hexadecimal. */
  readonly sha256: string;
}

/** @throws ArtifactError if the artifacts have no such graph */
export function graphEntry({ folder, manifest }: Artifacts, graph: string): GraphEntry {
  const entry = manifest.graphs[graph];
  if (entry !== undefined) return entry;
  const known = Object.keys(manifest.graphs).join(", ");
  const problem = `model "${manifest.model}" has no graph "${graph}", only ${known}`;
  throw new ArtifactError(`${folder}/manifest.json`, problem, REBUILD);
}
