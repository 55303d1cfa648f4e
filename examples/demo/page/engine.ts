import type { Message, QuestionName, Questions, TrainingReport } from "../workers/messages.js";

interface Waiting {
  readonly resolve: (got: never) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that computes, so that the page never waits for it. */
export class Engine {
  private readonly worker = new Worker(new URL("../workers/engine.ts", import.meta.url), { type: "module" });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /**
   * @param onLoading told of the bytes of files being loaded
   * @param onTraining told how far training is
   */
  constructor(
    onLoading: (loaded: number, total: number) => void,
    onTraining: (report: TrainingReport) => void = () => undefined,
  ) {
    this.worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if (data.kind === "loading") {
        onLoading(data.loaded, data.total);
        return;
      }
      if (data.kind === "training") {
        onTraining(data.report);
        return;
      }
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.kind === "failure") waiting?.reject(new Error(data.message));
      else waiting?.resolve(data.got as never);
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      for (const { reject } of this.waiting.values()) {
        reject(new Error(`The worker that computes failed: ${event.message || "it could not be loaded"}`));
      }
      this.waiting.clear();
    });
  }

  /** @throws what goes wrong in the worker, with its message */
  ask<Name extends QuestionName>(
    name: Name,
    given: Questions[Name]["given"],
  ): Promise<Questions[Name]["got"]> {
    const id = this.asked++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, name, given });
    });
  }

  /** Ends it, whatever it computes. */
  end(): void {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error("The worker was ended"));
    this.waiting.clear();
  }
}
