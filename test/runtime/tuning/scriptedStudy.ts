import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenEngine } from "../../../runtime/training/trainer.js";
import type { Point } from "../../../runtime/tuning/searchSpace.js";
import type { CompiledModel } from "../../../runtime/tuning/tuneOptions.js";
import { exampleManifest, writeExampleArtifacts } from "../artifacts/exampleArtifacts.js";
import { scripted } from "../training/scriptedEngine.js";

/** A model that takes no time: its artifacts are the example's, with a trial's hyper-parameters in the manifest. */
export async function exampleBuild(): Promise<(point: Point) => CompiledModel> {
  const folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
  await writeExampleArtifacts(folder);
  const names = Object.values(exampleManifest().graphs).map(({ file }) => file);
  const graphs = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(join(folder, name)))] as const),
  );
  await rm(folder, { recursive: true });
  return (point) => {
    const manifest = { ...exampleManifest(), hyperparameters: point };
    const text = Buffer.from(JSON.stringify(manifest));
    return { manifest, files: new Map<string, Uint8Array>([...graphs, ["manifest.json", text]]) };
  };
}

/** Engines whose validation metric after each of the epochs is half and then all of the objective at the point. */
export function objectiveEngine(objective: (point: Point) => number): OpenEngine {
  return (options, report, signal) => {
    const value = objective(options.artifacts.manifest.hyperparameters);
    return scripted({ metrics: [value / 2, value] }).open(options, report, signal);
  };
}
