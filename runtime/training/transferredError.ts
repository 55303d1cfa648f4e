import { ArtifactError } from "../artifacts/artifactError.js";
import { FeedError } from "../artifacts/checkFeeds.js";
import { DeviceError } from "../artifacts/device.js";
import { GraphRunError } from "../artifacts/graphSession.js";
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

/** Errors that can arise in a training worker. */
const classes: ReadonlyMap<string, { readonly prototype: Error }> = new Map(
  [
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
  ].map((errorClass) => [errorClass.name, errorClass]),
);

/** Classes of JavaScript itself, which tell of faults that nobody foresaw. */
const unforeseen = [
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
];

/** An error of a class that this thread does not know, for instance of a recipe added by somebody else. */
export class ForeignError extends Error {}

/** An error as plain data: sending an error itself between threads would lose its class and its fields. */
export interface TransferredError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function packError(error: unknown): TransferredError {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), stack: undefined, fields: {} };
  const { name, message, stack } = error;
  return { name, message, stack, fields: Object.fromEntries(Object.entries(error)) };
}

/** The error again: of its own class if it is one of mmkit's, a plain one if it was a built-in one. */
export function unpackError({ name, message, stack, fields }: TransferredError): Error {
  const error = new Error(message);
  const errorClass = classes.get(name) ?? (unforeseen.includes(name) ? undefined : ForeignError);
  if (errorClass !== undefined) Object.setPrototypeOf(error, errorClass.prototype);
  Object.assign(error, { name }, fields);
  if (stack !== undefined) error.stack = stack;
  return error;
}
