/** Everything a model is written with. The bundled models use nothing else. */
export * from "./authoring/operations.js";
export * from "./authoring/tensor.js";
export {
  choice,
  flag,
  integer,
  names,
  number,
  type Hyperparameter,
  type Hyperparameters,
  type Values,
} from "./authoring/hyperparameters.js";
export type { AblationGroup, AblationRow, AblationTable } from "./authoring/ablation.js";
export { defineModel, HyperparameterError, type ModelDefinition } from "./authoring/model.js";
export { Declaration } from "./authoring/declaration.js";
export type { TowerFeatures } from "./authoring/itemTower.js";
export { type Refresh, type RefreshSettings } from "./authoring/declaredBuffers.js";
export { type OptimizerSettings, type Phase, type TrainingSettings } from "./authoring/phase.js";
export { filled, normal, uniform, xavierNormal, xavierUniform, zeros } from "./authoring/initializers.js";
export { trainingHyperparameters, trainingSettings } from "./authoring/training.js";
export { infoNce, overPairs, type ContrastOptions, type Factors } from "./nn/contrast.js";
export { correlationNorm, dynamicDeredundancy } from "./nn/deredundancy.js";
export { itemFeatures, userAggregation, type ItemFeatures, type UserAggregation } from "./nn/features.js";
export { gumbelSoftmax } from "./nn/gumbelSoftmax.js";
export { overNearestItems } from "./nn/nearestItems.js";
export { linear, type Linear } from "./nn/linear.js";
export {
  bprLoss,
  dot,
  frobeniusNorm,
  redundancy,
  rowNorms,
  sampledTriples,
  tripleL2,
  tripleNorms,
  tripleScores,
  type Triples,
  type TripleScores,
} from "./nn/losses.js";
export { modalityWeights } from "./nn/modalityWeights.js";
export { dropout, gumbelNoise, normalNoise, uniformNoise } from "./nn/noise.js";
export {
  cosineSimilarity,
  covariance,
  logSumExp,
  normalise,
  pearsonCorrelation,
  standardise,
} from "./nn/normalise.js";
export {
  idEmbeddings,
  jointPropagationLayers,
  meanOfLayers,
  meanPropagation,
  propagationLayers,
  propagationOver,
  selfLoopPropagation,
  symmetricPropagation,
  symmetricPropagationOver,
  type Embeddings,
  type Propagation,
} from "./nn/propagation.js";
export { shares } from "./nn/shares.js";
export { DeclarationError, ShapeError } from "./ir/errors.js";
