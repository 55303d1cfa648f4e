import type { RankingReport } from "../ranking/evaluateRanking.js";
import type { EpochRecord } from "./checkpoint.js";
import type { BufferEvent, ChunkEvent, EngineInfo } from "./engine.js";

/** What a training run tells while it goes on. */
export type TrainingEvent =
  | BufferEvent
  | ChunkEvent
  /** Everything is loaded; training starts at `epoch`. */
  | { readonly kind: "ready"; readonly info: EngineInfo; readonly epoch: number; readonly epochs: number }
  | {
      readonly kind: "epoch";
      readonly epoch: number;
      readonly losses: EpochRecord["losses"];
      readonly seconds: number;
    }
  | {
      readonly kind: "evaluation";
      readonly epoch: number;
      readonly split: "valid" | "test";
      readonly metrics: RankingReport["metrics"];
      readonly improved: boolean;
      readonly seconds: number;
    };
