import type { TuningEvent } from "../../runtime/tuning/tuneOptions.js";
import type { Point } from "../../runtime/tuning/searchSpace.js";
import { counted } from "./counted.js";
import { durationText } from "./progress.js";
import type { Streams } from "./streams.js";

/** What goes on within trials is told at most this often, ms. */
const LINE_INTERVAL = 10_000;

/** `dim=64 learningRate=0.001`, as `--set` takes them. */
export function pointText(point: Point): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

/** Shows on stderr how a search goes: a line when a trial begins and ends, and now and then one in between. */
export class TuningDisplay {
  private trials = 0;
  private lastLine = 0;

  /**
   * @param monitor metric that scores a trial
   * @param now the current time, ms
   */
  constructor(
    private readonly stderr: Streams["stderr"],
    private readonly monitor: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(event: TuningEvent): void {
    switch (event.kind) {
      case "started":
        this.trials = event.trials;
        if (event.finished > 0) this.write(`continuing after ${counted(event.finished, "trial")}`);
        return;
      case "trial":
        this.write(
          `${this.label(event.trial)}${event.isResumed ? " goes on" : ""}: ${pointText(event.hyperparameters)}`,
        );
        return;
      case "training": {
        const { event: inner, trial } = event;
        if (inner.kind !== "evaluation" || this.now() - this.lastLine < LINE_INTERVAL) return;
        this.write(`${this.label(trial)}, epoch ${inner.epoch + 1}: ${this.scoreText(inner.metrics)}`);
        return;
      }
      case "ended": {
        const { trial, valid, bestEpoch, epochs, seconds, problem } = event.record;
        const result =
          valid === null
            ? `diverged. ${problem ?? ""}`
            : `${this.scoreText(valid)} in epoch ${bestEpoch! + 1} of ${epochs!}, ${durationText(seconds)}` +
              (event.isBest ? ", the best so far" : "");
        this.write(`${this.label(trial)} ended: ${result}`);
        return;
      }
    }
  }

  private label(trial: number): string {
    return `trial ${trial} of ${this.trials}`;
  }

  private scoreText(metrics: Readonly<Record<string, number>>): string {
    return `valid ${this.monitor} ${metrics[this.monitor]!.toFixed(4)}`;
  }

  private write(line: string): void {
    this.lastLine = this.now();
    this.stderr.write(`${line}\n`);
  }
}
