import { ArtifactError } from "../artifacts/artifactError.js";
import { FeedError } from "../artifacts/checkFeeds.js";
import { DeviceError } from "../artifacts/deviceError.js";
import { GraphRunError } from "../artifacts/graphRunError.js";
import { ServingError } from "../serving/servingError.js";
import { NonFiniteLossError } from "../training/nonFiniteLossError.js";
import { errorClasses } from "../training/packedError.js";
import { SafetensorsError } from "../training/safetensorsFormat.js";

/** Errors that cross from a Web Worker to its page with their classes. */
export const pageErrors = errorClasses({
  ArtifactError,
  DeviceError,
  FeedError,
  GraphRunError,
  NonFiniteLossError,
  SafetensorsError,
  ServingError,
});
