import type { Artifacts } from "../artifacts/artifacts.js";
import type { Device, DeviceRequest } from "../artifacts/device.js";
import type { DatasetNote } from "../data/datasetNote.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import type { EvaluationRequest } from "./evaluateDataset.js";
import type { MemoryPlan } from "./memoryPlan.js";

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
  /** Bytes that may be used: of the process on the CPU, of the card on CUDA; by default what is free. */
  readonly memory?: number;
  /** False if the model is only evaluated, so that memory for training need not be there; true by default. */
  readonly trains?: boolean;
  /** An epoch that takes longer pauses after so many seconds, so that its state can be saved; never if absent. */
  readonly pauseAfterSeconds?: number;
}

/** What is known once dataset, buffers and graphs are loaded. */
export interface EngineInfo {
  readonly device: Device;
  /** Why this device, if `auto` was asked for; else null. */
  readonly deviceReason: string | null;
  /** How much memory is expected to be needed, and what was chosen for it. */
  readonly memory: MemoryPlan;
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
  /** Bytes of the buffers that a checkpoint keeps, as far as they are known before training. */
  readonly keptBufferBytes: number;
}

/** How far an interrupted epoch is. */
export interface EpochProgress {
  /** Entries of the schedule that are done. */
  readonly entries: number;
  /** Steps done of the entry after them, if it is a phase. */
  readonly step: number;
  /** Sums of that phase's losses over those steps, in the order of its `losses`. */
  readonly sums: readonly number[];
  /** Losses of the phases that are done. */
  readonly losses: EpochLosses;
}

/** Everything that training changes. */
export interface EngineState {
  /** Number of complete epochs. */
  readonly epoch: number;
  /** What is done of the next one, null for nothing. */
  readonly progress: EpochProgress | null;
  /** Parameters and moments by name. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Buffers that were computed from the model's own values; see bufferState.ts. */
  readonly buffers: ReadonlyMap<string, HostTensor>;
  /** Optimizer steps taken, by optimizer state. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Mean of each loss over the epoch's batches, by phase and name. */
export type EpochLosses = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Why an epoch stopped before its end: it was interrupted, or it pauses for its state to be saved. */
export type EpochStop = "interrupted" | "paused";

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
   * Trains the next epoch, or the rest of it. The state is good after every chunk of steps.
   *
   * @returns why the epoch stopped if it did; calling again continues it
   * @throws NonFiniteLossError, GraphRunError
   */
  runEpoch(learningRates: Readonly<Record<string, number>>): Promise<EpochLosses | EpochStop>;
  evaluate(request: EvaluationRequest): Promise<RankingReport>;
  readState(): Promise<EngineState>;
  writeState(state: EngineState): Promise<void>;
  close(): Promise<void>;
}
