import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { previousName, writeFolderAtomic } from "../artifacts/atomicWrite.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import { sha256Of } from "../artifacts/loadArtifacts.js";
import type { Json } from "../artifacts/manifest.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { EarlyStoppingState } from "./earlyStopping.js";
import type { EngineState, EpochProgress } from "./engine.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

/** Losses and, where there was one, the evaluation of one epoch. */
export interface EpochRecord {
  /** 0-based. */
  readonly epoch: number;
  readonly learningRates: Readonly<Record<string, number>>;
  /** Mean over the epoch's batches, by phase and loss name. */
  readonly losses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Metrics on the split that selects the model. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Everything about a checkpoint but its tensors. */
export interface CheckpointRecord {
  readonly model: string;
  /** sha256 of the manifest the state was trained with. */
  readonly manifestSha256: string;
  readonly hyperparameters: Readonly<Record<string, Json>>;
  readonly datasetChecksum: string;
  readonly seed: number;
  /** Number of completed epochs. */
  readonly epoch: number;
  /** What is done of the next one, null for nothing. */
  readonly progress: EpochProgress | null;
  /** Optimizer steps taken, by optimizer state. */
  readonly steps: Readonly<Record<string, number>>;
  readonly stopping: EarlyStoppingState;
  readonly history: readonly EpochRecord[];
}

export interface Checkpoint {
  readonly record: CheckpointRecord;
  /** Parameters and moments by name. */
  readonly state: ReadonlyMap<string, HostTensor>;
  /** Buffers that were computed from the model's own values; see bufferState.ts. */
  readonly buffers: ReadonlyMap<string, HostTensor>;
}

/** The part of a checkpoint that an engine continues from. */
export function engineState({ record, state, buffers }: Checkpoint): EngineState {
  const { epoch, progress, steps } = record;
  return { epoch, progress, steps, tensors: state, buffers };
}

/** A checkpoint that cannot be read, or that belongs to something else. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";

  constructor(
    readonly folder: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${folder}: ${problem}${problem.endsWith("\n") ? "" : ". "}${fix}`);
  }
}

/** Tensors of a checkpoint; the file of buffers is there only if there are some. */
const files = { state: "state.safetensors", buffers: "buffers.safetensors" } as const;
const RECORD = "checkpoint.json";

/** Writes a checkpoint folder; the previous one stays in place until the new one is complete. */
export async function saveCheckpoint(folder: string, { record, ...parts }: Checkpoint): Promise<void> {
  const encode = (part: keyof typeof files): Uint8Array | null =>
    part === "state" || parts[part].size > 0
      ? encodeSafetensors({ tensors: parts[part], metadata: { model: record.model } })
      : null;
  const bytes = { state: encode("state"), buffers: encode("buffers") };
  const head = {
    format: "mmkit-checkpoint",
    version: 2,
    sha256: {
      state: bytes.state && sha256Of(bytes.state),
      buffers: bytes.buffers && sha256Of(bytes.buffers),
    },
  };
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [part, content] of Object.entries(bytes)) {
      if (content !== null) await writeFile(join(temporary, files[part as keyof typeof files]), content);
    }
    await writeFile(join(temporary, RECORD), `${JSON.stringify({ ...head, ...record }, null, 2)}\n`);
  });
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "is missing" : (error as Error).message;
    throw new CheckpointError(
      folder,
      `${file} ${reason}`,
      "Give a checkpoint folder, such as <run>/checkpoints/best.",
    );
  }
}

/**
 * Reads a checkpoint and checks that it is whole. If writing it was interrupted, the previous one is read. Nothing is
 * moved, and a checkpoint that is replaced while it is read is read anew, so that a run can be looked at while it trains.
 *
 * @throws CheckpointError | SafetensorsError
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const previous = previousName(folder);
  const identity = async (): Promise<string | undefined> => {
    const found = await stat(folder).catch(() => undefined);
    return found && `${found.ino}, ${found.ctimeMs}`;
  };
  for (;;) {
    const before = await identity();
    try {
      return await readCheckpoint(before === undefined && existsSync(previous) ? previous : folder);
    } catch (error) {
      if ((await identity()) === before) throw error;
    }
  }
}

async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const text = (await readPart(folder, RECORD)).toString("utf8");
  const fix = "Use another checkpoint of the run, or train again.";
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new CheckpointError(folder, `${RECORD} is not JSON (${(error as Error).message})`, fix);
  }
  const { format, version, sha256, ...record } = parsed;
  if (format !== "mmkit-checkpoint" || version !== 2) {
    const found = `${JSON.stringify(format)} version ${JSON.stringify(version)}`;
    throw new CheckpointError(
      folder,
      `${RECORD} must have the format "mmkit-checkpoint" version 2, found ${found}`,
      fix,
    );
  }
  const expected = sha256 as Readonly<Record<keyof typeof files, string | null>>;
  const tensors = async (part: keyof typeof files): Promise<ReadonlyMap<string, HostTensor>> => {
    if (expected[part] === null) return new Map();
    const bytes = await readPart(folder, files[part]);
    if (sha256Of(bytes) !== expected[part]) {
      const problem = `${files[part]} is not the file that ${RECORD} was written with: its sha256 differs`;
      throw new CheckpointError(folder, `${problem}, so it was altered or cut short`, fix);
    }
    return decodeSafetensors(join(folder, files[part]), bytes).tensors;
  };
  return {
    record: record as unknown as CheckpointRecord,
    state: await tensors("state"),
    buffers: await tensors("buffers"),
  };
}

/**
 * Checks that a checkpoint belongs to a model: the model's name, and that it holds exactly the model's parameters and
 * moments as float32 with axes of one size each.
 *
 * @param folder named in errors
 * @param sizes sizes that the dataset fixes, if one is at hand
 * @throws CheckpointError listing every difference
 */
export function checkCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  artifacts: Artifacts,
  sizes: ReadonlyMap<string, number> = new Map(),
): void {
  const { manifest } = artifacts;
  if (checkpoint.record.model !== manifest.model) {
    throw new CheckpointError(
      folder,
      `the checkpoint belongs to model "${checkpoint.record.model}", the artifacts in ${artifacts.folder} to "${manifest.model}"`,
      "Give the artifacts of the same model.",
    );
  }
  const expected = new Map(manifest.parameters.map(({ name, axes }) => [name, axes]));
  for (const { name, parameter } of manifest.phases.flatMap((phase) => phase.moments)) {
    expected.set(name, expected.get(parameter) ?? []);
  }
  const known = new Map(sizes);
  for (const [axis, size] of Object.entries(manifest.axes))
    if (typeof size === "number") known.set(axis, size);
  const problems = [...checkpoint.state.keys()]
    .filter((name) => !expected.has(name))
    .map((name) => `"${name}" is not a parameter or moment of the model`);
  for (const [name, axes] of expected) {
    const tensor = checkpoint.state.get(name);
    const shape = axes.map((axis) => (known.has(axis) ? `${axis}=${known.get(axis)!}` : axis));
    const fits =
      tensor?.dtype === "float32" &&
      tensor.dims.length === axes.length &&
      axes.every((axis, position) => (known.get(axis) ?? tensor.dims[position]!) === tensor.dims[position]);
    if (fits) axes.forEach((axis, position) => known.set(axis, tensor.dims[position]!));
    else {
      const found = tensor === undefined ? "not there" : `${tensor.dtype} [${tensor.dims.join(", ")}]`;
      problems.push(`"${name}" must be float32 [${shape.join(", ")}], found ${found}`);
    }
  }
  if (problems.length === 0) return;
  throw new CheckpointError(
    folder,
    `the checkpoint does not fit model "${manifest.model}":\n  ${problems.join("\n  ")}\n`,
    "Give a checkpoint trained with these artifacts and this dataset.",
  );
}
