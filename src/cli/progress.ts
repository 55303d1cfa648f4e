import { SingleBar, Presets } from "cli-progress";
import type { Streams } from "./streams.js";

export interface Progress {
  /**
   * @param done steps done so far
   * @param loss of the last step, if there is one
   */
  update(done: number, loss?: number): void;
  stop(): void;
}

/** Without a terminal, one line of progress is written at most this often, ms. */
const LINE_INTERVAL = 10_000;

/**
 * Shows how far a run of equal steps is, with the loss, the rate and the time left: as a bar on a terminal, as plain
 * lines elsewhere.
 *
 * @param label what is running, such as `epoch 3 of 50`
 * @param total number of steps
 * @param now the current time, ms
 * @param unit what is counted
 */
export function startProgress(
  { stderr }: Streams,
  label: string,
  total: number,
  now: () => number = () => performance.now(),
  unit = "steps",
): Progress {
  const started = now();
  const state = (done: number, loss: number | undefined) => {
    const rate = done / Math.max((now() - started) / 1000, 1e-3);
    return {
      label,
      lossText: loss === undefined ? "" : `, loss ${loss.toPrecision(4)}`,
      rate: `${rate >= 100 ? Math.round(rate) : rate.toPrecision(3)} ${unit}/s`,
      left: done === 0 ? "?" : durationText((total - done) / rate),
    };
  };
  if (stderr.isTTY !== true) return new PlainProgress(stderr, total, state, started, now);
  const bar = new SingleBar(
    {
      format: "{label} {bar} {value}/{total}{lossText}, {rate}, {left} left",
      stream: stderr,
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the caller's business: training saves first.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, state(0, undefined));
  return {
    update: (done, loss) => {
      bar.update(done, state(done, loss));
    },
    stop: () => {
      bar.stop();
    },
  };
}

class PlainProgress implements Progress {
  constructor(
    private readonly stream: Streams["stderr"],
    private readonly total: number,
    private readonly state: (
      done: number,
      loss: number | undefined,
    ) => Record<"label" | "lossText" | "rate" | "left", string>,
    private lastLine: number,
    private readonly now: () => number,
  ) {}

  update(done: number, loss?: number): void {
    if (done < this.total && this.now() - this.lastLine < LINE_INTERVAL) return;
    this.lastLine = this.now();
    const { label, lossText, rate, left } = this.state(done, loss);
    this.stream.write(`${label}: ${done}/${this.total}${lossText}, ${rate}, ${left} left\n`);
  }

  stop(): void {
    this.lastLine = this.now();
  }
}

/** Seconds as m:ss or h:mm:ss. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
