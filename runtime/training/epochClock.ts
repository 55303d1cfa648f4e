import type { TrainingEvent } from "./trainingEvent.js";

/** Seconds by part: `training/<phase>`, `buffers`, `evaluation`, `checkpoints`, and `preparation` before the first epoch. */
export type PartSeconds = Readonly<Record<string, number>>;

/**
 * Tells what the time of a training run goes into. The engine reports a chunk of steps or of a buffer when it is done,
 * so the time since the report before belongs to it; nothing in the engine has to know of this clock.
 */
export class EpochClock {
  private readonly totals: Record<string, number> = {};
  private sinceLine: Record<string, number> = {};
  private mark: number;
  private training: { latest: string } | null = null;
  private isPreparing = true;

  /** Starts at once, with preparation. @param now the current time, ms */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.mark = now();
  }

  /** Steps and refreshed buffers until {@link endTraining} belong to an epoch. @param phase what is trained first */
  startTraining(phase: string): void {
    if (this.isPreparing) this.add("preparation");
    this.isPreparing = false;
    this.mark = this.now();
    this.training = { latest: `training/${phase}` };
  }

  observe(event: TrainingEvent): void {
    if (this.training === null) return;
    if (event.kind === "buffer") this.add("buffers");
    if (event.kind !== "chunk") return;
    this.training.latest = `training/${event.phase}`;
    this.add(this.training.latest);
  }

  /** What follows the last report is the end of the phase that it was about. */
  endTraining(): void {
    if (this.training !== null) this.add(this.training.latest);
    this.training = null;
  }

  async measure<Result>(part: "evaluation" | "checkpoints", work: () => Promise<Result>): Promise<Result> {
    this.mark = this.now();
    try {
      return await work();
    } finally {
      this.add(part);
    }
  }

  /** Seconds by part since this was last asked, without preparation. */
  takeLine(): PartSeconds {
    const parts = Object.entries(this.sinceLine).filter(([part]) => part !== "preparation");
    this.sinceLine = {};
    return Object.fromEntries(parts);
  }

  /** Seconds by part since the clock was made. */
  get seconds(): PartSeconds {
    return { ...this.totals };
  }

  private add(part: string): void {
    const now = this.now();
    const seconds = (now - this.mark) / 1000;
    this.mark = now;
    this.totals[part] = (this.totals[part] ?? 0) + seconds;
    this.sinceLine[part] = (this.sinceLine[part] ?? 0) + seconds;
  }
}
