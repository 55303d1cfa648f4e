import { input } from "../ops/apply.js";
import type { Node } from "../ir/node.js";
import { tensorType, type Axis } from "../ir/types.js";
import { Tensor } from "./tensor.js";

/** Features that an item tower works with. */
export interface TowerFeatures {
  /** Of the items that a vector is wanted for. */
  given<const M extends string>(modality: M): Tensor<["block", `${M}_feature`]>;
  /** Of all items the model was trained with, missing ones at the mean of the others. */
  known<const M extends string>(modality: M): Tensor<["item", `${M}_feature`]>;
}

/** How a model makes the vector of an item that it was not trained with. */
export interface DeclaredTower {
  readonly modalities: readonly string[];
  /** [block, dim] */
  readonly vectors: Node;
  /** Its own inputs besides parameters and buffers of the model: features of new items, then those of known ones. */
  readonly inputs: readonly Node[];
}

/** Name of the tower's input with the features of new items. */
export function newFeatures(modality: string): string {
  return `new_${modality}_features`;
}

/** Name of the tower's input with the features of the items the model was trained with. */
export function knownFeatures(modality: string): string {
  return `known_${modality}_features`;
}

/** Declares a tower; its inputs are no buffers of the model, so that training and ranking make nothing for them. */
export function declareTower<Dim extends string>(
  modalities: readonly string[],
  make: (features: TowerFeatures) => Tensor<["block", Dim]>,
): DeclaredTower {
  const inputs = new Map<string, Node>();
  const features = (name: string, row: string, modality: string): Node => {
    const column = `${modality}_feature`;
    const axes: Axis[] = [
      { name: row, size: row },
      { name: column, size: column },
    ];
    const node = inputs.get(name) ?? input(name, "argument", tensorType("float32", axes));
    inputs.set(name, node);
    return node;
  };
  for (const modality of modalities) features(newFeatures(modality), "block", modality);
  const vectors = make({
    given: (modality) => new Tensor(features(newFeatures(modality), "block", modality)),
    known: (modality) => new Tensor(features(knownFeatures(modality), "item", modality)),
  });
  return { modalities, vectors: vectors.node, inputs: [...inputs.values()] };
}
