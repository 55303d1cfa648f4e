/** Recommends, personalises and trains in a web page, on onnxruntime-web; nothing here needs Node. */
export { ArtifactError } from "../artifacts/artifactError.js";
export { DeviceError } from "../artifacts/deviceError.js";
export { GraphRunError } from "../artifacts/graphRunError.js";
export type { ExportGraph, Precision } from "../serving/exportFormat.js";
export type {
  FoldedIn,
  FoldInOptions,
  ListOptions,
  Recommendation,
  RecommendOptions,
} from "../serving/recommender.js";
export { NonFiniteLossError } from "../training/nonFiniteLossError.js";
export { ServingError } from "../serving/servingError.js";
export { answerInWorker } from "./answerInWorker.js";
export { connectWorker, type WorkerConnection } from "./connectWorker.js";
export type { MessageEnd } from "./page.js";
export type { PageDeviceRequest } from "./chooseDevice.js";
export { OfflineError } from "./download.js";
export type { LoadProgress, OnLoadProgress } from "./loadProgress.js";
export { openRecommender, type OpenOptions } from "./openRecommender.js";
export type { OrtOptions, PageDevice } from "./ortModule.js";
export {
  trainInPage,
  type PageEvaluation,
  type TrainedInPage,
  type TrainInPageOptions,
  type TrainingStep,
} from "./trainInPage.js";
export type { StatePlace } from "./gpuExecutor.js";
export type {
  Abortable,
  Explanation,
  ModelFacts,
  PageCompute,
  PageRecommender,
  PageStorage,
  Personalised,
  PersonaliseOptions,
  Reason,
} from "./pageRecommender.js";
