import type { BufferEvent, ChunkEvent, Engine, EngineInfo, EngineOptions } from "./engine.js";
import type { TransferredError } from "./packedError.js";

/** Given to the worker when it starts. */
export interface WorkerStart {
  readonly options: EngineOptions;
  /** One int32 in shared memory; not 0 asks for the epoch to be interrupted. */
  readonly cancelled: SharedArrayBuffer;
}

type Method = Exclude<keyof Engine, "info">;

/** A call of one of the engine's methods. */
export type WorkerCall = {
  [M in Method]: { readonly id: number; readonly method: M; readonly parameters: Parameters<Engine[M]> };
}[Method];

export type WorkerReply =
  | { readonly kind: "opened"; readonly info: EngineInfo }
  | { readonly kind: "failed"; readonly error: TransferredError }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: TransferredError }
  | { readonly kind: "event"; readonly event: ChunkEvent | BufferEvent };
