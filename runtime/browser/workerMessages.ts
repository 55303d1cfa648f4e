import type { TransferredError } from "../training/packedError.js";
import type { TrainedInPage } from "./trainInPage.js";
import type { PageRecommender } from "./pageRecommender.js";

/** Methods of a recommender that can be called from another thread. */
export const recommenderMethods = [
  "recommend",
  "recommendMany",
  "score",
  "similar",
  "foldIn",
  "rank",
  "explain",
  "personalise",
  "titles",
  "release",
] as const satisfies readonly (keyof PageRecommender)[];

export type RecommenderMethod = (typeof recommenderMethods)[number];

/** Options that are functions: they stay in the page and are told by events. */
export const listeners = ["onProgress", "onStep", "onEvaluation"] as const;
export type Listener = (typeof listeners)[number];

/** A recommender in the worker, as the page knows it. */
export interface RemoteRecommender {
  readonly handle: number;
  readonly facts: PageRecommender["facts"];
  readonly compute: PageRecommender["compute"];
  readonly storage: PageRecommender["storage"];
}

/** What the page asks for. `id` names the request in answers; `abort` ends another one. */
export type WorkerRequest = { readonly mmkit: "request"; readonly id: number } & (
  | { readonly action: "open" | "train"; readonly address: string; readonly options: object }
  | {
      readonly action: "call";
      readonly handle: number;
      readonly method: RecommenderMethod;
      readonly parameters: readonly unknown[];
    }
  | { readonly action: "abort"; readonly of: number; readonly reason: TransferredError }
);

export type WorkerAnswer = { readonly mmkit: "answer"; readonly id: number } & (
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: TransferredError }
  | { readonly kind: "event"; readonly listener: Listener; readonly value: unknown }
);

/** What training in the worker ends in. */
export type RemoteTraining = Omit<TrainedInPage, "recommender"> & { readonly recommender: RemoteRecommender };
