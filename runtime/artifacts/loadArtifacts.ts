import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "./artifactError.js";
import { graphEntry, REBUILD, type Artifacts } from "./artifacts.js";
import type { GraphEntry, Manifest } from "./manifest.js";
import { manifestProblems } from "./manifestProblems.js";

/** Version of the manifest that this runtime reads. */
const MANIFEST_VERSION = 2;

export interface LoadArtifactsOptions {
  /** Name of the model that the caller needs, for instance because a checkpoint belongs to it. */
  readonly expectModel?: string;
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Absolute or relative path of a graph's file, as the artifact folder was given. */
export function graphFile(artifacts: Artifacts, graph: string): string {
  return join(artifacts.folder, graphEntry(artifacts, graph).file);
}

async function readManifest(file: string, folder: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const found = await stat(folder).catch(() => undefined);
    const problem =
      found === undefined
        ? "the artifact folder does not exist"
        : found.isDirectory()
          ? `manifest.json cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`
          : "an artifact folder was expected, and this is a file";
    throw new ArtifactError(
      folder,
      problem,
      "Give a folder written by `mmkit build <model> --out <folder>`.",
    );
  }
}

function shown(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

function parseManifest(file: string, bytes: Buffer): Manifest {
  let candidate: unknown;
  try {
    candidate = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new ArtifactError(file, `not JSON (${(error as Error).message})`, REBUILD);
  }
  const { format, version } = (candidate ?? {}) as { format?: unknown; version?: unknown };
  if (format !== "mmkit") {
    throw new ArtifactError(
      file,
      `the manifest of a training artifact has the format "mmkit", found ${shown(format)}`,
      "Give a folder written by `mmkit build <model> --out <folder>`.",
    );
  }
  if (version !== MANIFEST_VERSION) {
    throw new ArtifactError(
      file,
      `this mmkit reads manifests of version ${MANIFEST_VERSION}, found ${shown(version)}`,
      "Build the artifacts again with `mmkit build` of the same mmkit version.",
    );
  }
  const problems = manifestProblems(candidate);
  if (problems.length > 0) {
    throw new ArtifactError(file, `${problems.length} problem(s):\n  ${problems.join("\n  ")}\n`, REBUILD);
  }
  return candidate as Manifest;
}

async function checkGraphFile(file: string, graph: string, entry: GraphEntry): Promise<void> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is missing" : "cannot be read";
    throw new ArtifactError(file, `the file of graph "${graph}" ${reason}`, REBUILD);
  }
  const found = sha256Of(bytes);
  if (found !== entry.sha256) {
    throw new ArtifactError(
      file,
      `graph "${graph}" must have the sha256 ${entry.sha256} of the manifest, found ${found}: ` +
        "the file was changed, cut short or belongs to another build",
      REBUILD,
    );
  }
}

/**
 * Reads the manifest of an artifact folder and checks it, then the presence and the hash of every graph file.
 *
 * @throws ArtifactError naming the file, all problems of the manifest at once, and what to do
 */
export async function loadArtifacts(folder: string, options: LoadArtifactsOptions = {}): Promise<Artifacts> {
  const file = join(folder, "manifest.json");
  const bytes = await readManifest(file, folder);
  const manifest = parseManifest(file, bytes);
  if (options.expectModel !== undefined && manifest.model !== options.expectModel) {
    throw new ArtifactError(
      file,
      `artifacts of model "${options.expectModel}" are needed, found "${manifest.model}"`,
      `Give the folder that \`mmkit build ${options.expectModel}\` wrote.`,
    );
  }
  for (const [graph, entry] of Object.entries(manifest.graphs)) {
    await checkGraphFile(join(folder, entry.file), graph, entry);
  }
  const tower = manifest.itemTower?.graph;
  if (tower !== undefined) await checkGraphFile(join(folder, tower.file), "item_tower", tower);
  return { folder, manifest, sha256: manifest.computation };
}
