import { ArtifactError } from "../artifacts/artifactError.js";
import { FeedError } from "../artifacts/checkFeeds.js";
import { DeviceError } from "../artifacts/deviceError.js";
import { GraphRunError } from "../artifacts/graphRunError.js";
import { AxisSizeError } from "../data/axisSizes.js";
import { BufferError } from "../data/buffers.js";
import { DatasetError } from "../data/datasetError.js";
import { HostTensorError } from "../data/hostTensor.js";
import { RecipeError } from "../data/recipe.js";
import { SamplerError } from "../data/samplerError.js";
import { SlicedEllError } from "../data/slicedEll.js";
import { SparseMatrixError } from "../data/sparseMatrix.js";
import { NonFiniteScoresError } from "../ranking/nonFiniteScoresError.js";
import { RankingError } from "../ranking/rankingError.js";
import { MemoryError } from "./memoryError.js";
import { NonFiniteLossError } from "./nonFiniteLossError.js";
import { errorClasses, unpackErrorOf, type TransferredError } from "./packedError.js";

/** Errors that can arise in a training worker. */
const classes = errorClasses({
  ArtifactError,
  AxisSizeError,
  BufferError,
  DatasetError,
  DeviceError,
  FeedError,
  GraphRunError,
  HostTensorError,
  MemoryError,
  NonFiniteLossError,
  NonFiniteScoresError,
  RankingError,
  RecipeError,
  SamplerError,
  SlicedEllError,
  SparseMatrixError,
});

/** The error of a training worker again, see {@link unpackErrorOf}. */
export function unpackError(error: TransferredError): Error {
  return unpackErrorOf(classes, error);
}
