import type { Artifacts } from "../artifacts/loadArtifacts.js";
import type { Device, DeviceRequest } from "../artifacts/device.js";
import type { DatasetNote } from "../data/datasetNote.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import type { EvaluationRequest } from "./evaluateDataset.js";

/** What an engine is opened with. */
export interface EngineOptions {
  readonly artifacts: Artifacts;
  /** Folder of the dataset. */
  readonly dataset: string;
  readonly seed: number;
  readonly device: DeviceRequest;
  readonly threads?: number;
  /** Most optimizer steps in one run of the epoch graph; by default as the device needs. */
  readonly stepsPerRun?: number;
}

/** What is known once dataset, buffers and graphs are loaded. */
export interface EngineInfo {
  readonly device: Device;
  /** Why this device, if `auto` was asked for; else null. */
  readonly deviceReason: string | null;
  readonly dataset: {
    readonly name: string;
    readonly checksum: string;
    readonly users: number;
    readonly items: number;
    /** Interactions of each split. */
    readonly counts: Readonly<Record<"train" | "valid" | "test", number>>;
    readonly itemsWithoutTraining: number;
    readonly notes: readonly DatasetNote[];
  };
  /** Sizes of all axes that manifest and dataset fix. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly stepsPerEpoch: Readonly<Record<string, number>>;
  /** Number of trainable values. */
  readonly parameterCount: number;
}

/** Everything that training changes. */
export interface EngineState {
  /** Parameters and moments by name. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Optimizer steps taken, by phase. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Mean of each loss over the epoch's batches, by phase and name; null if the epoch was interrupted. */
export type EpochLosses = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A part of an epoch that has just been trained. */
export interface ChunkEvent {
  readonly kind: "chunk";
  readonly phase: string;
  readonly epoch: number;
  /** Steps of the epoch done so far. */
  readonly step: number;
  readonly steps: number;
  /** Means over the chunk, by name. */
  readonly losses: Readonly<Record<string, number>>;
  readonly stepsPerSecond: number;
}

/** How far the making of a buffer is. */
export interface BufferEvent {
  readonly kind: "buffer";
  readonly buffer: string;
  readonly done: number;
  readonly total: number;
}

export interface EngineHooks {
  readonly report: (event: ChunkEvent | BufferEvent) => void;
  /** Asked after every chunk; true interrupts the epoch. */
  readonly isCancelled: () => boolean;
}

/** Owns sessions, dataset, samplers and the state of training. Calls must not overlap. */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * Trains one epoch (0-based). The state changes only when the epoch is complete.
   *
   * @returns null if the epoch was interrupted
   * @throws NonFiniteLossError, GraphRunError
   */
  runEpoch(epoch: number, learningRates: Readonly<Record<string, number>>): Promise<EpochLosses | null>;
  evaluate(request: EvaluationRequest): Promise<RankingReport>;
  readState(): Promise<EngineState>;
  writeState(state: EngineState): Promise<void>;
  close(): Promise<void>;
}
