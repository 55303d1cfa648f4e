import type { AblationEvent } from "../../runtime/ablation/ablationOptions.js";
import { counted } from "./counted.js";
import { durationText } from "./progress.js";
import type { Streams } from "./streams.js";

/** What goes on within runs is told at most this often, ms. */
const LINE_INTERVAL = 10_000;

/** Shows on stderr how an ablation goes: a line when a run begins and ends, and now and then one in between. */
export class AblationDisplay {
  private runs = 0;
  private lastLine = 0;

  /**
   * @param monitor metric that chooses the best epoch
   * @param now the current time, ms
   */
  constructor(
    private readonly stderr: Streams["stderr"],
    private readonly monitor: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(event: AblationEvent): void {
    switch (event.kind) {
      case "started":
        this.runs = event.runs;
        this.write(
          event.finished > 0
            ? `continuing after ${event.finished} of ${counted(event.runs, "run")}`
            : counted(event.runs, "run"),
        );
        return;
      case "run": {
        const { run, variant, seed, isResumed } = event;
        this.write(`${this.label(run)}${isResumed ? " goes on" : ""}: ${variant}, seed ${seed}`);
        return;
      }
      case "training": {
        const { event: inner, run } = event;
        if (inner.kind !== "evaluation" || this.now() - this.lastLine < LINE_INTERVAL) return;
        const value = inner.metrics[this.monitor as keyof typeof inner.metrics];
        const score = value === undefined ? "" : ` ${this.monitor} ${value.toFixed(4)}`;
        this.write(`${this.label(run)}, epoch ${inner.epoch + 1}: ${inner.split}${score}`);
        return;
      }
      case "ended": {
        const { variant, seed, epochs, bestEpoch, seconds, problem } = event.record;
        const result =
          bestEpoch === null
            ? `diverged. ${problem ?? ""}`
            : `best epoch ${bestEpoch + 1} of ${epochs!}, ${durationText(seconds)}`;
        this.write(`${this.label(event.run)} ended: ${variant}, seed ${seed}: ${result}`);
        return;
      }
    }
  }

  private label(run: number): string {
    return `run ${run} of ${this.runs}`;
  }

  private write(line: string): void {
    this.lastLine = this.now();
    this.stderr.write(`${line}\n`);
  }
}
