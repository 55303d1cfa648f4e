import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { JobReply, JobRequest } from "./jobs/job.js";

/** A measurement failed in its process. */
export class MeasurementError extends Error {
  override readonly name = "MeasurementError";

  constructor(
    readonly job: string,
    /** Class of the error there, or how the process ended. */
    readonly kind: string,
    readonly reason: string,
  ) {
    super(`Measuring ${job} failed: ${reason}`);
  }
}

export interface ChildResult<T> {
  readonly value: T;
  /** Most memory that the process had. */
  readonly peakBytes: number;
}

/**
 * Does a job in a process of its own, so that neither memory nor a warm compiler of one measurement is another's.
 *
 * @throws MeasurementError if the job fails or the process ends without an answer
 */
export function inChild<T>(job: string, argument: unknown): Promise<ChildResult<T>> {
  const child = fork(fileURLToPath(new URL("jobs/child.js", import.meta.url)), [], {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const request: JobRequest = { job, argument };
  return new Promise((done, fail) => {
    let reply: JobReply | undefined;
    child.on("message", (message) => (reply = message as JobReply));
    child.on("error", (error) => {
      fail(new MeasurementError(job, error.name, error.message));
    });
    child.on("close", (code, signal) => {
      if (reply?.kind === "done") done({ value: reply.value as T, peakBytes: reply.peakBytes });
      else if (reply?.kind === "failed") fail(new MeasurementError(job, reply.name, reply.message));
      else {
        const end = signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
        fail(new MeasurementError(job, "end of the process", `its process ended with ${end}`));
      }
    });
    child.send(request);
  });
}
