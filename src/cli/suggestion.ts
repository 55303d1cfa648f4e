import { nearestName } from "../onnx/nearestName.js";

/** The sentence that follows an unknown name: the nearest known one, or all of them when none is near. */
export function suggestion(unknown: string, known: readonly string[]): string {
  const nearest = nearestName(unknown, known);
  return nearest === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${nearest}?`;
}
