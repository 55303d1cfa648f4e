import { packError, unpackErrorOf } from "../training/packedError.js";
import { openRecommender } from "./openRecommender.js";
import { page, type MessageEnd } from "./page.js";
import { pageErrors } from "./pageErrors.js";
import type { PageRecommender } from "./pageRecommender.js";
import { trainInPage } from "./trainInPage.js";
import {
  listeners,
  type RemoteRecommender,
  type WorkerAnswer,
  type WorkerRequest,
} from "./workerMessages.js";

type Method = (...parameters: readonly unknown[]) => Promise<unknown>;

/**
 * Lets a Web Worker open recommenders and train models for the page that made it (`connectWorker`), so that the page goes
 * on drawing and answering meanwhile. The worker's file needs nothing else:
 *
 * ```ts
 * import { answerInWorker } from "mmkit/browser";
 * answerInWorker();
 * ```
 *
 * @param end where requests come from; the worker's own page by default
 */
export function answerInWorker(end: MessageEnd = page): void {
  const recommenders = new Map<number, PageRecommender>();
  const underway = new Map<number, AbortController>();
  let handles = 0;
  const kept = (recommender: PageRecommender): RemoteRecommender => {
    const handle = handles++;
    recommenders.set(handle, recommender);
    const { facts, compute, storage } = recommender;
    return { handle, facts, compute, storage };
  };
  const answer = (message: WorkerAnswer): void => {
    end.postMessage(message);
  };

  const result = async (request: WorkerRequest, signal: AbortSignal): Promise<unknown> => {
    const { id } = request;
    const telling = Object.fromEntries(
      listeners.map((listener) => [
        listener,
        (value: unknown) => {
          answer({ mmkit: "answer", id, kind: "event", listener, value });
        },
      ]),
    );
    switch (request.action) {
      case "open":
        return kept(await openRecommender(request.address, { ...request.options, ...telling, signal }));
      case "train": {
        const trained = await trainInPage(request.address, { ...request.options, ...telling, signal });
        return { ...trained, recommender: kept(trained.recommender) };
      }
      case "call": {
        const recommender = recommenders.get(request.handle)!;
        if (request.method === "release") recommenders.delete(request.handle);
        const parameters = request.parameters.map((parameter, place) =>
          place === request.parameters.length - 1 && isOptions(parameter)
            ? { ...parameter, signal }
            : parameter,
        );
        return (recommender[request.method] as Method).apply(recommender, parameters);
      }
      case "abort":
        underway.get(request.of)?.abort(unpackErrorOf(pageErrors, request.reason));
        return null;
    }
  };

  const handle = async (request: WorkerRequest): Promise<void> => {
    const { id } = request;
    const stop = new AbortController();
    underway.set(id, stop);
    try {
      answer({ mmkit: "answer", id, kind: "result", value: await result(request, stop.signal) });
    } catch (error) {
      answer({ mmkit: "answer", id, kind: "error", error: packError(error) });
    } finally {
      underway.delete(id);
    }
  };
  end.addEventListener("message", ({ data }) => {
    const request = data as WorkerRequest | null;
    if (request?.mmkit === "request") void handle(request);
  });
}

function isOptions(parameter: unknown): parameter is object {
  return (
    typeof parameter === "object" &&
    parameter !== null &&
    !Array.isArray(parameter) &&
    !ArrayBuffer.isView(parameter)
  );
}
