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
export { defineModel, HyperparameterError, type ModelDefinition } from "./authoring/model.js";
export { Declaration } from "./authoring/declaration.js";
export { type Refresh, type RefreshSettings } from "./authoring/declaredBuffers.js";
export { type OptimizerSettings, type Phase, type TrainingSettings } from "./authoring/phase.js";
export { filled, normal, uniform, xavierNormal, xavierUniform, zeros } from "./authoring/initializers.js";
export { trainingHyperparameters, trainingSettings } from "./authoring/training.js";
export {
  bprLoss,
  dot,
  redundancy,
  sampledTriples,
  tripleL2,
  tripleScores,
  type Triples,
  type TripleScores,
} from "./nn/losses.js";
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
  meanOfLayers,
  meanPropagation,
  propagationLayers,
  selfLoopPropagation,
  symmetricPropagation,
  type Embeddings,
  type Propagation,
} from "./nn/propagation.js";
export { DeclarationError, ShapeError } from "./ir/errors.js";
