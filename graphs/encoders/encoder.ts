import type { Tensor } from "../../src/index.js";
import type { Graph, Node } from "../../src/ir/node.js";

/** A fixed computation, without parameters to train, from what is known about items to their features. */
export interface Encoder {
  /** One output, `features`: float32 [item, <modality>_feature]. */
  readonly graph: Graph;
  readonly inputs: readonly Node[];
}

/** The encoder of a modality; its graph is called `<modality>_encoder`. */
export function encoder<Modality extends string>(
  modality: Modality,
  inputs: readonly Node[],
  features: Tensor<["item", `${Modality}_feature`]>,
): Encoder {
  return {
    graph: { name: `${modality}_encoder`, outputs: [{ name: "features", node: features.node }] },
    inputs,
  };
}
