import type { EngineInfo } from "../../runtime/training/engine.js";
import type { TrainingEvent } from "../../runtime/training/trainingEvent.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import type { MemoryPlan } from "../../runtime/training/memoryPlan.js";
import { counted } from "./counted.js";
import { durationText, startProgress, type Progress } from "./progress.js";
import type { Streams } from "./streams.js";

/** Shows on stderr how training goes: a bar within an epoch, a line after each. */
export class TrainingDisplay {
  private bar: { readonly label: string; readonly progress: Progress } | undefined;
  private firstEpoch = 0;
  private epochs = 0;
  /** The model has several phases. */
  private namesPhases = false;
  private started = 0;
  private epochText = "";

  /**
   * @param monitor metric that chooses the best epoch
   * @param now the current time, ms
   */
  constructor(
    private readonly streams: Streams,
    private readonly monitor: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(event: TrainingEvent): void {
    switch (event.kind) {
      case "buffer":
        this.advance(`making ${event.buffer}`, event.done, event.total);
        return;
      case "ready":
        this.clear();
        this.firstEpoch = event.epoch;
        this.epochs = event.epochs;
        this.namesPhases = Object.keys(event.info.stepsPerEpoch).length > 1;
        this.started = this.now();
        this.write(readyText(event.info));
        if (event.epoch > 0) this.write(`continuing after ${counted(event.epoch, "epoch")}\n`);
        return;
      case "chunk": {
        const phase = this.namesPhases ? `, ${event.phase}` : "";
        const label = `epoch ${event.epoch + 1} of ${this.epochs}${phase}`;
        this.advance(label, event.step, event.steps, Object.values(event.losses)[0]);
        return;
      }
      case "epoch": {
        this.flush();
        const phases = Object.entries(event.losses).map(([phase, losses]) => {
          const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
          return `${this.namesPhases ? `${phase} ` : ""}${terms.join(", ")}`;
        });
        this.epochText = `epoch ${event.epoch + 1} of ${this.epochs}: ${phases.join("; ")}; ${event.seconds.toFixed(1)} s`;
        return;
      }
      case "evaluation": {
        const value = event.metrics[this.monitor as keyof typeof event.metrics];
        const shown = value === undefined ? "" : ` ${this.monitor} ${value.toFixed(4)}`;
        this.epochText += `; ${event.split}${shown}${event.improved ? ", the best so far" : ""}`;
        this.flush(event.epoch + 1);
        return;
      }
    }
  }

  /** Takes the bar away and writes what waits for an evaluation. */
  close(): void {
    this.flush();
  }

  private advance(label: string, done: number, total: number, loss?: number): void {
    if (this.bar?.label !== label) {
      this.flush();
      this.bar = { label, progress: startProgress(this.streams, label, total) };
    }
    // Without a terminal the line after the epoch says all that a last line of progress would.
    if (done < total || this.streams.stderr.isTTY === true) this.bar.progress.update(done, loss);
  }

  private clear(): void {
    this.bar?.progress.stop();
    this.bar = undefined;
  }

  /** @param epochs trained so far, if the time left is to be told */
  private flush(epochs?: number): void {
    this.clear();
    if (this.epochText === "") return;
    const trained = (epochs ?? 0) - this.firstEpoch;
    const left = ((this.now() - this.started) / 1000 / trained) * (this.epochs - (epochs ?? 0));
    const isKnown = trained > 0 && left > 0;
    this.write(`${this.epochText}${isKnown ? `; at most ${durationText(left)} left` : ""}\n`);
    this.epochText = "";
  }

  private write(text: string): void {
    this.streams.stderr.write(text);
  }
}

function readyText({
  dataset,
  device,
  deviceReason,
  memory,
  stepsPerEpoch,
  parameterCount,
}: EngineInfo): string {
  const { name, users, items, counts, notes } = dataset;
  const phases = Object.entries(stepsPerEpoch);
  const steps = phases.map(([phase, count]) => (phase === "main" ? `${count}` : `${count} (${phase})`));
  const unit = phases.length === 1 && phases[0]![1] === 1 ? "step" : "steps";
  return [
    `dataset ${name}: ${counted(users, "user")}, ${counted(items, "item")}, ${counts.train}/${counts.valid}/${counts.test} interactions`,
    ...notes.map(({ message }) => `  note: ${message}`),
    ...(deviceReason === null ? [] : [deviceReason]),
    memoryText(memory),
    `${device}: ${counted(parameterCount, "parameter")}, ${steps.join(" + ")} ${unit} per epoch`,
    "",
  ].join("\n");
}

function memoryText({ peak, limit, parts, stepsPerRun, tileScores }: MemoryPlan): string {
  if (peak === null)
    return "memory: not estimated, as the artifacts do not say what it depends on (mmkit build writes that)";
  const { inUse, state, values, evaluation } = parts;
  const shares = `${byteSize(inUse)} in use, parameters and optimizer ${byteSize(state)}, a step ${byteSize(values)}, evaluation ${byteSize(evaluation)}`;
  const of = limit === null || limit === Number.MAX_SAFE_INTEGER ? "" : ` of ${byteSize(limit)}`;
  const tile = tileScores === null ? "" : `, ranking in tiles of ${tileScores} scores`;
  return `memory: about ${byteSize(peak)}${of} at the peak (${shares}), ${counted(stepsPerRun, "step")} per run${tile}`;
}
