import type { StepProgress } from "../../runtime/import/workspace.js";
import { durationText } from "./progress.js";
import type { Streams } from "./streams.js";

/** Without a terminal, a step that goes on is told again at most this often, ms. */
const LINE_INTERVAL = 10_000;

/** Without a terminal, steps that follow each other faster are not told one by one, ms. */
const STEP_INTERVAL = 1000;

/** Erases the line of a terminal from the cursor on. */
const ERASE = "\r\u001b[K";

/**
 * Shows the steps of a long work: on a terminal in one line that changes, elsewhere as a line per step that takes
 * its time, and every ten seconds within one.
 */
export class StepDisplay {
  readonly #stream: Streams["stderr"];
  readonly #now: () => number;
  readonly #started: number;
  #step: string | null = null;
  #toldAt = 0;

  /** @param now the current time, ms */
  constructor({ stderr }: Pick<Streams, "stderr">, now: () => number = () => performance.now()) {
    this.#stream = stderr;
    this.#now = now;
    this.#started = now();
    this.#toldAt = this.#started;
  }

  readonly show = ({ step, fraction }: StepProgress): void => {
    const now = this.#now();
    const isNew = step !== this.#step;
    const share = fraction === null ? "" : ` ${Math.floor(fraction * 100)}%`;
    const line = `${durationText((now - this.#started) / 1000)} ${step}${share}`;
    if (this.#stream.isTTY === true) this.#stream.write(`${ERASE}${line}`);
    else if (now - this.#toldAt >= (isNew ? STEP_INTERVAL : LINE_INTERVAL)) this.#stream.write(`${line}\n`);
    else return;
    this.#step = step;
    this.#toldAt = now;
  };

  /** Leaves the cursor at the start of an empty line. */
  readonly end = (): void => {
    if (this.#stream.isTTY === true && this.#step !== null) this.#stream.write(ERASE);
  };
}
