/** Everything that trains, evaluates and serves from artifacts; nothing here knows the compiler or a model. */
export { ablate, type AblationOutcome } from "./ablation/ablate.js";
export {
  AblationOptionsError,
  type AblationEvent,
  type AblationOptions,
  type AblationTable,
} from "./ablation/ablationOptions.js";
export type { AblationRecord } from "./ablation/ablationRecord.js";
export type { AblationResults, MeasuredTable } from "./ablation/ablationResults.js";
export { ArtifactError } from "./artifacts/artifactError.js";
export { writeFileAtomic, writeFolderAtomic } from "./artifacts/atomicWrite.js";
export { FeedError } from "./artifacts/checkFeeds.js";
export { DeviceError } from "./artifacts/deviceError.js";
export {
  chooseDevice,
  isDeviceRequest,
  type Device,
  type DeviceChoice,
  type DeviceRequest,
} from "./artifacts/device.js";
export { GraphRunError } from "./artifacts/graphRunError.js";
export { GraphSession, type GraphSessionOptions } from "./artifacts/graphSession.js";
export { graphEntry, type Artifacts } from "./artifacts/artifacts.js";
export { graphFile, loadArtifacts } from "./artifacts/loadArtifacts.js";
export type * from "./artifacts/manifest.js";
export {
  corruptDataset,
  type ChangedCount,
  type CorruptedDataset,
  type Corruption,
} from "./data/corruption/corruptDataset.js";
export { CorruptionRatesError, type CorruptionRates } from "./data/corruption/corruptionRates.js";
export { loadDataset, type Dataset } from "./data/dataset.js";
export { compareGroups, type GroupComparison, type PairTest } from "./comparison/compareGroups.js";
export { ComparisonError } from "./comparison/comparisonError.js";
export { groupRuns, type RunGroup } from "./comparison/groupRuns.js";
export { readMeasuredRun, type MeasuredRun } from "./comparison/measuredRun.js";
export { DatasetError } from "./data/datasetError.js";
export type { DatasetNote } from "./data/datasetNote.js";
export { hostTensor, type HostArray, type HostTensor } from "./data/hostTensor.js";
export type { InteractionLists, SplitName } from "./data/interactions.js";
export { checkDataset, type DatasetCheck } from "./data/check/checkDataset.js";
export { datasetProblems } from "./data/check/datasetProblems.js";
export type { Finding, Severity } from "./data/check/finding.js";
export type * from "./data/datasetContents.js";
export { EncodeError } from "./data/encode/encodeError.js";
export {
  encodeItems,
  type EncodeOptions,
  type EncodeProgress,
  type EncodeResult,
} from "./data/encode/encodeItems.js";
export { IdKeys } from "./data/idKeys.js";
export { writeDataset } from "./data/writeDataset.js";
export { areaUnderRoc } from "./ranking/auc.js";
export {
  beyondAccuracyNames,
  giniCoefficient,
  type BeyondAccuracy,
  type BeyondAccuracyKey,
} from "./ranking/beyondAccuracy.js";
export { evaluateRanking, type RankingOptions, type RankingReport } from "./ranking/evaluateRanking.js";
export {
  defaultGroups,
  itemsWithoutTraining,
  type Group,
  type GroupReport,
  type GroupSettings,
} from "./ranking/groups.js";
export {
  metricNames,
  metricsOfUser,
  type MetricKey,
  type MetricName,
  type MetricValues,
  type NdcgIdeal,
} from "./ranking/metrics.js";
export { ModelRanker } from "./ranking/modelRanker.js";
export { adjustForMany, corrections, type Correction } from "./ranking/multipleComparisons.js";
export { comparePaired, type PairedComparison } from "./ranking/pairedTests.js";
export { PopularityRanker } from "./ranking/popularityRanker.js";
export type { RankedBlock, Ranker } from "./ranking/ranker.js";
export { NonFiniteScoresError } from "./ranking/nonFiniteScoresError.js";
export { RankingError } from "./ranking/rankingError.js";
export * from "./serving/exportFormat.js";
export { loadExport, type Export, type LoadExportOptions } from "./serving/loadExport.js";
export {
  loadRecommender,
  type FoldedIn,
  type FoldInOptions,
  type ListOptions,
  type LoadRecommenderOptions,
  type Recommendation,
  type Recommender,
  type RecommendOptions,
} from "./serving/recommender.js";
export { ServingError } from "./serving/servingError.js";
export { writeExport, type ExportContents, type PrecisionContents } from "./serving/writeExport.js";
export {
  checkCheckpoint,
  CheckpointError,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type CheckpointRecord,
  type EpochRecord,
} from "./training/checkpoint.js";
export type { Engine, EngineInfo, EngineOptions, EngineState } from "./training/engine.js";
export {
  evaluateCheckpoint,
  type CheckpointEvaluation,
  type EvaluateOptions,
  type RankingComparison,
} from "./training/evaluateCheckpoint.js";
export type { EvaluationRequest } from "./training/evaluateDataset.js";
export { EmptySplitError } from "./training/emptySplitError.js";
export { LocalEngine } from "./training/localEngine.js";
export type { Environment } from "./training/environment.js";
export type { PartSeconds } from "./training/epochClock.js";
export { parseMetricsLine, type MetricsLine } from "./training/metricsLine.js";
export { NonFiniteLossError } from "./training/nonFiniteLossError.js";
export { RunFolderError } from "./training/runFolder.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from "./training/safetensors.js";
export { SafetensorsError, type Safetensors } from "./training/safetensorsFormat.js";
export { readUserMetrics, type StoredUserMetrics } from "./training/userMetricsFile.js";
export { train, type TrainOptions } from "./training/trainer.js";
export type { TrainingEvent } from "./training/trainingEvent.js";
export {
  defaultSettings,
  TrainingSettingsError,
  type ComputeSettings,
  type TrainingSettings,
} from "./training/trainingOptions.js";
export type { ReportedMetrics, StopReason, TrainingResults } from "./training/trainingResults.js";
export type { TrainOutcome } from "./training/trainingRun.js";
export { WorkerEngine, WorkerStoppedError } from "./training/workerEngine.js";
export { parseSpace, parseSpaceWords, spaceJson, type SpaceJson } from "./tuning/parseSpace.js";
export {
  methodNames,
  searchMethod,
  type EarlierTrial,
  type MethodName,
  type SearchMethod,
} from "./tuning/searchMethod.js";
export {
  SearchSpaceError,
  type Choice,
  type Dimension,
  type Point,
  type Range,
  type SearchSpace,
} from "./tuning/searchSpace.js";
export { StudyFolderError } from "./tuning/studyFiles.js";
export { rankedTrials, type TrialRecord } from "./tuning/trialRecord.js";
export { tune, type TuneOutcome, type TuningResults } from "./tuning/tune.js";
export {
  TuningOptionsError,
  type CompiledModel,
  type TuneOptions,
  type TuningEvent,
} from "./tuning/tuneOptions.js";
