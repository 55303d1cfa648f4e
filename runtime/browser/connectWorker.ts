import { packError, unpackErrorOf } from "../training/packedError.js";
import type { OpenOptions } from "./openRecommender.js";
import { page, type MessageEnd } from "./page.js";
import { pageErrors } from "./pageErrors.js";
import type { PageRecommender } from "./pageRecommender.js";
import type { TrainedInPage, TrainInPageOptions } from "./trainInPage.js";
import {
  listeners,
  recommenderMethods,
  type RecommenderMethod,
  type RemoteRecommender,
  type RemoteTraining,
  type WorkerAnswer,
  type WorkerRequest,
} from "./workerMessages.js";

/** The functions of this package, done in a Web Worker. */
export interface WorkerConnection {
  openRecommender(address: string | URL, options?: OpenOptions): Promise<PageRecommender>;
  trainInPage(address: string | URL, options?: TrainInPageOptions): Promise<TrainedInPage>;
}

type Action<Request> = Request extends unknown ? Omit<Request, "mmkit" | "id"> : never;
type Told = Readonly<Record<string, ((value: unknown) => void) | undefined>>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Addresses are the page's, not the worker's. */
function absolute(address: string | URL): string {
  return new URL(address, page.location?.href).href;
}

function sendable(options: OpenOptions | TrainInPageOptions): object {
  const { wasmPaths } = options;
  const plain = Object.entries(options).filter(
    ([name]) => name !== "signal" && !(listeners as readonly string[]).includes(name),
  );
  if (wasmPaths === undefined) return Object.fromEntries(plain);
  const paths =
    typeof wasmPaths === "string"
      ? absolute(wasmPaths)
      : Object.fromEntries(Object.entries(wasmPaths).map(([name, path]) => [name, absolute(path as string)]));
  return Object.fromEntries([...plain, ["wasmPaths", paths]]);
}

/**
 * Connects with a Web Worker whose file calls `answerInWorker()`.
 *
 * ```ts
 * const worker = new Worker(new URL("./recommender.worker.js", import.meta.url), { type: "module" });
 * const recommender = await connectWorker(worker).openRecommender("/export");
 * ```
 */
export function connectWorker(worker: MessageEnd): WorkerConnection {
  const waiting = new Map<number, Waiting>();
  /** Listeners of what was opened: files load with later requests, too. */
  const listening = new Map<number, Told>();
  let requests = 0;

  worker.addEventListener("message", ({ data }) => {
    const answer = data as WorkerAnswer | null;
    if (answer?.mmkit !== "answer") return;
    if (answer.kind === "event") {
      listening.get(answer.id)?.[answer.listener]?.(answer.value);
      return;
    }
    const asked = waiting.get(answer.id);
    if (asked === undefined) return;
    waiting.delete(answer.id);
    if (answer.kind === "result") asked.resolve(answer.value);
    else asked.reject(unpackErrorOf(pageErrors, answer.error));
  });
  worker.addEventListener("error", ({ message }) => {
    const error = new Error(`the worker failed: ${message ?? "its file does not load"}`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });

  const ask = async (
    action: Action<WorkerRequest>,
    signal: AbortSignal | undefined,
    told?: Told,
  ): Promise<unknown> => {
    signal?.throwIfAborted();
    const id = requests++;
    if (told !== undefined) listening.set(id, told);
    const send = (request: Action<WorkerRequest>, as: number): void => {
      worker.postMessage({ mmkit: "request", id: as, ...request });
    };
    const onAbort = (): void => {
      send({ action: "abort", of: id, reason: packError(signal?.reason) }, requests++);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send(action, id);
      });
    } catch (error) {
      listening.delete(id);
      // The page's own reason, where it is why the request ended.
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  };

  const recommenderOf = ({ handle, ...known }: RemoteRecommender): PageRecommender => {
    const call =
      (method: RecommenderMethod) =>
      (...given: readonly unknown[]) => {
        const last = given.at(-1) as { readonly signal?: AbortSignal } | null | undefined;
        const signal = last?.signal instanceof AbortSignal ? last.signal : undefined;
        const parameters = given.map((parameter) => {
          if (parameter !== last || signal === undefined) return parameter;
          return Object.fromEntries(
            Object.entries(parameter as object).filter(([name]) => name !== "signal"),
          );
        });
        return ask({ action: "call", handle, method, parameters }, signal);
      };
    const methods = recommenderMethods.map((method) => [method, call(method)] as const);
    return { ...known, ...Object.fromEntries(methods) } as unknown as PageRecommender;
  };

  return {
    async openRecommender(address, options = {}) {
      const action = { action: "open", address: absolute(address), options: sendable(options) } as const;
      const opened = await ask(action, options.signal, options as Told);
      return recommenderOf(opened as RemoteRecommender);
    },
    async trainInPage(address, options = {}) {
      const action = { action: "train", address: absolute(address), options: sendable(options) } as const;
      const trained = (await ask(action, options.signal, options as Told)) as RemoteTraining;
      return { ...trained, recommender: recommenderOf(trained.recommender) };
    },
  };
}
