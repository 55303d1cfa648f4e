import { add, dropout, multiply, normalise, type Declaration, type Tensor } from "../../src/index.js";
import type { Attention, KnowledgeView } from "../kdiffe/attention.js";

export interface EncoderSettings {
  readonly hops: number;
  readonly messDropout: number;
  /** res_lambda. */
  readonly kgResidual: number;
}

/** Vectors of all entities in a knowledge graph. */
type Encoder = (view: KnowledgeView<"entity">, name: string) => Tensor<["entity", "dim"]>;

/**
 * Hops of attention over a knowledge graph: z ← Norm(dropout(z + Σ a z_t)), each added to a share of what the hops before
 * gave (DiffKG's encoder).
 *
 * @returns of a graph and a name for its dropout
 */
export function knowledgeEncoder(
  m: Declaration,
  attend: Attention<"entity">,
  entities: Tensor<["entity", "dim"]>,
  { hops, messDropout, kgResidual }: EncoderSettings,
): Encoder {
  return (view, name) => {
    let hop = entities;
    let result = entities;
    for (let index = 1; index <= hops; index++) {
      const message = add(attend(view, hop, hop), hop);
      hop = normalise(dropout(m, `${name}/hop_${index}`, message, messDropout), "dim");
      result = add(multiply(kgResidual, result), hop);
    }
    return result;
  };
}
